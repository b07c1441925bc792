import type { Mutant } from './mutant.ts';

/** Ways to rotate too often, too seldom or too soon. */
export const ROTATION_MUTANTS: readonly Mutant[] = [
  {
    name: 'token-served-never',
    breaks: 'A rotation does not serve the token that asked for it.',
    rules: ['T1'],
    file: 'src/application/act/served.ts',
    find: 'return by.request === undefined ? before : { ...before, rotate: by.request };',
    replace: 'return before;',
  },
  {
    name: 'token-served-early',
    breaks: 'A token counts as served as soon as its rotation is written down.',
    rules: ['T1'],
    file: 'src/application/act/operation.ts',
    find: 'await subject.record({ ...facts, provider: bindingOf(provider), operation: record });',
    replace: `await subject.record({
      ...facts,
      provider: bindingOf(provider),
      operation: record,
      served: servedBy(pass, record),
    });`,
  },
  {
    name: 'serial-from-status',
    breaks: 'The serial is counted from the status alone.',
    rules: ['T2'],
    file: 'src/application/act/rotate.ts',
    find: ': 1 + Math.max(known, former.highest);',
    replace: ': 1 + (secret?.serial ?? 0);',
  },
  {
    name: 'no-overlap',
    breaks: 'A superseded secret is deleted as soon as nobody runs with it.',
    rules: ['T3'],
    file: 'src/application/rotation/retiring.ts',
    find: 'notBefore: at(nowMs + Math.max(overlapMs, SHORTEST_OVERLAP_MS)),',
    replace: 'notBefore: at(nowMs + 0 * Math.max(overlapMs, SHORTEST_OVERLAP_MS)),',
  },
  {
    name: 'nothing-retired',
    breaks: 'A superseded secret goes on working for ever.',
    rules: ['T3'],
    file: 'src/application/act/operation.ts',
    find: 'return superseding(rotated, superseded, desired.overlap, nowMs);',
    replace: 'return superseding(rotated, superseded.slice(99), desired.overlap, nowMs);',
  },
  {
    name: 'rotation-without-floor',
    breaks: 'One rotation of an object follows the other at once.',
    rules: ['T5'],
    file: 'src/application/rotation/pace.ts',
    find: 'const FLOOR_MS = 30_000;',
    replace: 'const FLOOR_MS = 1;',
  },
  {
    name: 'times-by-own-clock',
    breaks: "Times are those of the operator's own wall clock.",
    rules: ['T6'],
    file: 'src/operator/application-ports.ts',
    find: `clusterTime: () => client.serverNow(),
    clockSkewMs: () => client.clockSkewMs(),`,
    replace: `clusterTime: () => clock.now(),
    clockSkewMs: () => 0,`,
  },
];
