import type { SeededChance } from '../../chance.ts';
import type { Shape } from '../scenario.ts';
import { at, drawProvider, SECOND_MS, several, strike } from './steps.ts';
import type { Theme } from './theme.ts';

/** A status that is lost while a request is on its way, which has its effect later, and in time (protocol O4). */
export function lostUnderWay(shape: Shape, chance: SeededChance): Theme {
  const applications = several(shape, 2, { provider: 'logi', type: 'Web', deletionPolicy: 'Delete' });
  const fromMs = chance.between(20, 60) * SECOND_MS;
  const late = () => ({ type: 'slow', thereMs: chance.between(12, 35) * SECOND_MS, backMs: SECOND_MS }) as const;
  const afterMs = () => chance.between(2, 10) * SECOND_MS;
  return {
    shape: { ...shape, clusters: 1, logi: 'as-documented', applications },
    steps: [
      strike(fromMs, 'provider', 'logi rotate', late()),
      at(fromMs, { type: 'ask', application: 0, forWhat: 'rotate' }),
      at(fromMs + afterMs(), { type: 'tamper-status', application: 0, how: 'wipe' }),
      strike(fromMs, 'provider', 'logi create', late()),
      at(fromMs, { type: 'ask', application: 1, forWhat: 'register-anew' }),
      at(fromMs + afterMs(), { type: 'tamper-status', application: 1, how: 'wipe' }),
    ],
  };
}

/** Objects that rest, lose their status, and go under another policy than the one by which their Secret was written. */
export function lostAtRest(shape: Shape, chance: SeededChance): Theme {
  const [kept, given] = several(shape, 2, { provider: drawProvider(chance), type: 'Web' });
  if (kept === undefined || given === undefined) return { shape, steps: [] };
  const atMs = chance.between(30, 60) * SECOND_MS;
  const parting = [
    { application: 0, to: 'retain' },
    { application: 1, to: 'delete-policy' },
  ] as const;
  return {
    shape: {
      ...shape,
      clusters: 1,
      applications: [
        { ...kept, deletionPolicy: 'Delete' },
        { ...given, deletionPolicy: 'Retain' },
      ],
    },
    steps: parting.flatMap(({ application, to }) => [
      at(atMs, { type: 'edit', application, to: 'suspend' }),
      at(atMs + 5 * SECOND_MS, { type: 'tamper-status', application, how: 'wipe' }),
      at(atMs + 20 * SECOND_MS, { type: 'edit', application, to }),
      at(atMs + 30 * SECOND_MS, { type: 'delete', application }),
    ]),
  };
}
