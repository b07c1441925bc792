import type { SeededChance } from '../../chance.ts';
import type { Act, Shape, Step } from '../scenario.ts';
import { at, consoleDeed, drawProvider, MINUTE_MS, SECOND_MS, several } from './steps.ts';
import type { Theme } from './theme.ts';

const ETCD = { of: 'etcd', cluster: 0 } as const;

/** How many writes bring an etcd that was put back past all that it had given out before, with some to spare. */
const OVERTAKING = 12;

const RESTORE_MS = 30 * SECOND_MS;

/** An edit that bears a revision which a watch had been told of before, and more writes after it. */
export function edited(shape: Shape, chance: SeededChance): Theme {
  return secondHistory(shape, chance, editedOnceBack(chance.between(5, 10) * SECOND_MS));
}

/** The same while no watch says anything. */
export function editedUnheard(shape: Shape, chance: SeededChance): Theme {
  const hushed = at(RESTORE_MS - 5 * SECOND_MS, { type: 'watches', cluster: 0, how: 'hushed' });
  return secondHistory(shape, chance, [hushed, ...editedOnceBack(chance.between(1, 10) * SECOND_MS)]);
}

/** The same where the API server does not say how far it is until it is further than before. */
export function editedUnsaid(shape: Shape, chance: SeededChance): Theme {
  const refusal = { type: 'misanswered', when: 'before', as: 'unauthorized' } as const;
  const on = { side: 'api', kind: 'list oauthapplications' } as const;
  const struck = at(0, { type: 'strike', strike: { on, skip: 0, blow: refusal, forMs: 90 * SECOND_MS } });
  return secondHistory(shape, chance, [struck, ...editedOnceBack(chance.between(1, 10) * SECOND_MS)]);
}

/** An etcd that is further again before anybody can look, and an object that is known as it never was. */
export function overtaken(shape: Shape, chance: SeededChance): Theme {
  const restoreMs = 25 * SECOND_MS;
  const deletedMs = restoreMs + chance.between(40, 60) * SECOND_MS;
  return secondHistory(shape, chance, [
    at(restoreMs, { type: 'restore', ...ETCD, revision: 'goes-back' }),
    ...overtaking(1, restoreMs, 0),
    at(deletedMs, consoleDeed(0, 'delete')),
  ]);
}

/** Objects that are suspended while nobody has heard yet of what was asked of them, as watches lag. */
export function suspendedUnheard(shape: Shape, chance: SeededChance): Theme {
  const applications = several(shape, 2, { provider: 'logto', type: 'Web' });
  const rotateMs = chance.between(40, 60) * SECOND_MS;
  const askMs = rotateMs + 70 * SECOND_MS;
  const suspendMs = askMs + chance.between(1, 5) * SECOND_MS;
  return {
    shape: { ...shape, clusters: 1, lagMs: 60_000, apartMs: 0, activeMs: 5 * MINUTE_MS, applications },
    steps: [
      at(rotateMs, { type: 'ask', application: 0, forWhat: 'rotate' }),
      at(askMs, { type: 'ask', application: 0, forWhat: 'retire' }),
      at(askMs, { type: 'edit', application: 1, to: 'name' }),
      at(suspendMs, { type: 'edit', application: 0, to: 'suspend' }),
      at(suspendMs, { type: 'edit', application: 1, to: 'suspend' }),
    ],
  };
}

/** Two applications, an etcd that is saved, and an edit of which it knows nothing once it is put back. */
function secondHistory(shape: Shape, chance: SeededChance, steps: readonly Step[]): Theme {
  const applications = several(shape, 2, { provider: drawProvider(chance), type: 'Web' });
  return {
    shape: { ...shape, clusters: 1, replicas: 1, lagMs: 20, applications },
    steps: [
      at(10 * SECOND_MS, { type: 'backup', ...ETCD }),
      at(12 * SECOND_MS, { type: 'edit', application: 0, to: 'name' }),
      ...steps,
    ],
  };
}

function editedOnceBack(afterMs: number): readonly Step[] {
  const editMs = RESTORE_MS + afterMs;
  return [
    at(RESTORE_MS, { type: 'restore', ...ETCD, revision: 'goes-back' }),
    at(editMs, { type: 'edit', application: 1, to: 'uris' }),
    ...overtaking(0, editMs + SECOND_MS, 100),
  ];
}

function overtaking(application: number, fromMs: number, everyMs: number): readonly Step[] {
  const act: Act = { type: 'ask', application, forWhat: 'reconcile' };
  return Array.from({ length: OVERTAKING }, (_, index) => at(fromMs + index * everyMs, act));
}
