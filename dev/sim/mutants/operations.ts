import type { Mutant } from './mutant.ts';

/** Ways to break what holds before, during and after any call that changes something at a provider. */
export const OPERATION_MUTANTS: readonly Mutant[] = [
  {
    name: 'operation-not-written',
    breaks: 'A registration is asked for, or a secret, and no status says so.',
    rules: ['O1', 'O2'],
    toldBy: ['written-down-first'],
    file: 'src/application/act/operation.ts',
    find: 'await subject.record({ ...facts, provider: bindingOf(provider), operation: record });',
    replace: 'await subject.record({ ...facts, provider: bindingOf(provider) });',
  },
  {
    name: 'lost-status-not-written',
    breaks: 'Where a status was lost, a registration is asked for, or a secret, and no status says so.',
    rules: ['O1', 'O2'],
    toldBy: ['written-down-first'],
    file: 'src/application/act/operation.ts',
    find: 'await subject.record({ ...facts, provider: bindingOf(provider), operation: record });',
    replace: `const isLost = hasFinalizer(subject.application()) && factsOf(subject.application()).provider === undefined;
    const operation = isLost ? undefined : record;
    await subject.record({ ...facts, provider: bindingOf(provider), operation });`,
  },
  {
    name: 'provider-not-written',
    breaks: 'A registration is asked for, or a secret, and no status says at which provider.',
    rules: ['I3', 'O2'],
    toldBy: ['written-down-first'],
    file: 'src/application/act/operation.ts',
    find: 'await subject.record({ ...facts, provider: bindingOf(provider), operation: record });',
    replace: 'await subject.record({ ...facts, operation: record });',
  },
  {
    name: 'finalizer-after-call',
    breaks: 'The finalizer is put on once the registration is there.',
    rules: ['O2'],
    toldBy: ['written-down-first'],
    file: 'src/application/act/operation.ts',
    find: 'if (hasFinalizer(subject.application())) return;',
    replace: 'return;',
  },
  {
    name: 'operation-without-precondition',
    breaks: 'A status is written over whatever stands there by now.',
    rules: ['I7', 'O2'],
    toldBy: [
      'never-twice',
      'finalizer-goes-last',
      'served-with-another-value',
      'rotations-asked-for',
      'rotations-apart',
    ],
    file: 'src/kube/applications.ts',
    find: 'return own.replaceStatus(refOf(application), application, status, signal);',
    replace: `const { metadata } = await client.get(refOf(application), signal);
        const { uid, resourceVersion } = metadata;
        const stale = { ...application, metadata: { ...application.metadata, uid, resourceVersion } };
        return own.replaceStatus(refOf(application), stale, status, signal);`,
  },
  {
    name: 'finalizer-without-precondition',
    breaks: 'The finalizer is put onto whatever object bears the name by now, and taken off it.',
    rules: ['I7', 'O2'],
    toldBy: ['knows-what-it-writes'],
    file: 'src/kube/own-objects.ts',
    find: 'const body = { metadata: { uid, resourceVersion, finalizers } };',
    replace: 'const body = { metadata: { finalizers } };',
  },
  {
    name: 'secret-removed-without-precondition',
    breaks: 'A Secret is deleted by its name alone.',
    rules: ['I7'],
    toldBy: ['knows-what-it-writes'],
    file: 'src/kube/rest-client.ts',
    find: "const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };",
    replace: "const body = { apiVersion: 'v1', kind: 'DeleteOptions' };\n      void [uid, resourceVersion];",
  },
  {
    name: 'fence-after-request',
    breaks: 'Of the requests that make up a call the first alone is sent by whoever leads for certain.',
    rules: ['O3'],
    toldBy: ['leader-alone'],
    file: 'src/operator/wires.ts',
    find: "if (leaseRemainingMs() <= 0) throw new WireError('timeout', undefined);",
    replace: "if (leaseRemainingMs() < 0) throw new WireError('timeout', undefined);",
  },
  {
    name: 'fence-after-call',
    breaks: 'Whether it still leads a process asks itself after each call.',
    rules: ['O3'],
    toldBy: ['leader-alone'],
    file: 'src/provider/calls.ts',
    find: `const answer = await send(limit.signal);
      budget.answered('well');`,
    replace: `const answer = await send(limit.signal);
      budget.answered('well');
      if (options.leaseRemainingMs() <= 0) throw fenced();`,
    also: [
      {
        file: 'src/operator/wires.ts',
        find: "if (leaseRemainingMs() <= 0) throw new WireError('timeout', undefined);",
        replace: 'void [leaseRemainingMs, WireError];',
      },
      {
        file: 'src/provider/calls.ts',
        find: "options.claim() === 'lost' || options.leaseRemainingMs() <= SHORTEST_LEASE_MS",
        replace: "options.claim() === 'lost' || SHORTEST_LEASE_MS < 0",
      },
      {
        file: 'src/provider/calls.ts',
        find: 'Math.min(endsAtMs - clock.monotonic(), options.leaseRemainingMs() - LEASE_MARGIN_MS)',
        replace: 'endsAtMs - clock.monotonic() - 0 * LEASE_MARGIN_MS',
      },
    ],
  },
  {
    name: 'fence-by-timer',
    breaks: 'A process believes that it leads until a timer has told it otherwise.',
    rules: ['O3'],
    toldBy: ['leader-alone'],
    file: 'src/runtime/leadership.ts',
    find: 'return Math.max(0, Math.min(durationMs, held.record.durationSeconds * 1_000) - sinceRenewal());',
    replace: 'return durationMs;',
  },
  {
    name: 'lease-not-awaited',
    breaks: "Another's Lease is taken whether or not it has run out.",
    rules: ['O3'],
    toldBy: ['leader-alone'],
    file: 'src/runtime/leader.ts',
    find: 'clock.monotonic() < observed.until',
    replace: 'clock.monotonic() < 0 * observed.until',
  },
  {
    name: 'no-settling',
    breaks: 'An open operation is acted on as soon as it is found.',
    rules: ['O4'],
    toldBy: ['never-twice'],
    file: 'src/runtime/settling.ts',
    find: 'return seen + longestMs(deadlineSeconds);',
    replace: 'return seen + 0 * longestMs(deadlineSeconds);',
  },
  {
    name: 'own-operation-unsettled',
    breaks: 'A process acts at once on an operation that it left open itself.',
    rules: ['O4'],
    toldBy: ['never-twice'],
    file: 'src/application/observe/operation.ts',
    find: 'const remainingMs = ports.settling.remainingMs(record.id, record.deadlineSeconds);',
    replace: `const isOwn = record.holder === ports.holder;
  const remainingMs = isOwn ? 0 : ports.settling.remainingMs(record.id, record.deadlineSeconds);`,
  },
  {
    name: 'settling-by-wall-clock',
    breaks: 'The time that an operation settles for is counted on the wall clock.',
    rules: ['O4', 'T6'],
    toldBy: ['never-twice'],
    file: 'src/runtime/settling.ts',
    find: 'remainingMs: (id, deadlineSeconds) => Math.max(0, settledAtMs(id, deadlineSeconds) - clock.monotonic()),',
    replace: `remainingMs(id, deadlineSeconds) {
      settledAtMs(id, deadlineSeconds);
      const endMs = firstSeen.get('end of ' + id) ?? clock.now() + longestMs(deadlineSeconds);
      firstSeen.set('end of ' + id, endMs);
      return Math.max(0, endMs - clock.now());
    },`,
  },
  {
    name: 'deletion-before-operation',
    breaks: 'A deletion is looked at before the open operation.',
    rules: ['O7', 'D1'],
    toldBy: ['finalizer-goes-last'],
    file: 'src/application/plan/plan.ts',
    find: 'if (observed.operation !== undefined) return planOpen(observed.operation, desired, observed);',
    replace: `if (observed.operation !== undefined && desired.lifecycle !== 'deleted')
    return planOpen(observed.operation, desired, observed);`,
  },
  {
    name: 'listing-queues-nothing',
    breaks: 'Whatever a listing shows, no application is looked at for it.',
    rules: ['B3'],
    toldBy: ['ready-logs-in', 'says-what-the-spec-says', 'no-twins-and-no-strays'],
    file: 'src/provider/reconcile.ts',
    find: 'if (goesOn && !isWellAgain) ports.queue(newlyDiffering(before, now));',
    replace: 'if (goesOn && !isWellAgain) void newlyDiffering(before, now);',
  },
  {
    name: 'suspension-before-operation',
    breaks: 'An object that is suspended leaves its operation open.',
    rules: ['O7', 'B2'],
    toldBy: ['no-twins-and-no-strays'],
    file: 'src/application/plan/plan.ts',
    find: 'if (observed.operation !== undefined) return planOpen(observed.operation, desired, observed);',
    replace: `if (observed.operation !== undefined && desired.lifecycle !== 'suspended')
    return planOpen(observed.operation, desired, observed);`,
  },
  {
    name: 'suspension-ignored',
    breaks: 'A suspended object is brought in step like any other.',
    rules: ['B2'],
    toldBy: ['suspended-is-left-alone'],
    file: 'src/application/desired.ts',
    find: "return spec.suspend === true ? 'suspended' : 'present';",
    replace: "return spec.suspend === true ? 'present' : 'present';",
  },
];
