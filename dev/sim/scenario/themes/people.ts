import type { SeededChance } from '../../chance.ts';
import type { Act, ConsoleDeed, Shape } from '../scenario.ts';
import { asks, at, consoleDeed, drawProvider, drawWhen, MINUTE_MS, SECOND_MS, several, strike } from './steps.ts';
import type { Theme } from './theme.ts';

/** A provider that lists what it does not show. */
export function hidden(shape: Shape, chance: SeededChance): Theme {
  const from = chance.between(20, 60) * SECOND_MS;
  const until = from + chance.between(30, 90) * SECOND_MS;
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 2, { type: 'Web', deletionPolicy: 'Delete' }) },
    steps: [0, 1].flatMap((application) => [
      at(from, consoleDeed(application, 'hide')),
      at(from + 5 * SECOND_MS, { type: 'ask', application, forWhat: 'reconcile' }),
      ...(application === 1 ? [at(from + 10 * SECOND_MS, { type: 'delete', application } as const)] : []),
      at(until, consoleDeed(application, 'show-again')),
    ]),
  };
}

/** Somebody at the provider's console makes what looks like ours. */
export function forged(shape: Shape, chance: SeededChance): Theme {
  const deeds: readonly ConsoleDeed[] = ['forge', 'namesake', 'copy'];
  return {
    shape: { ...shape, applications: several(shape, 2, { type: 'Web' }), activeMs: 15 * MINUTE_MS },
    steps: [
      ...deeds.map((how) => at(chance.between(2, 13) * MINUTE_MS, consoleDeed(chance.between(0, 1), how))),
      strike(0, 'provider', chance.oneOf(['logto create', 'logi create']), { type: 'lost', when: drawWhen(chance) }),
      ...asks(0, 'reconcile', 2, chance),
      ...(chance.happens(0.5) ? [at(14 * MINUTE_MS, { type: 'delete', application: 0 } as const)] : []),
    ],
  };
}

/** A status that names what belongs to another object, or to a person. */
export function otherId(shape: Shape, chance: SeededChance): Theme {
  const atMs = chance.between(15, 40) * SECOND_MS;
  const provider = drawProvider(chance);
  const after = chance.oneOf<Act>([
    { type: 'delete', application: 1 },
    { type: 'edit', application: 1, to: 'name' },
    { type: 'ask', application: 1, forWhat: 'rotate' },
  ]);
  const isWipedFirst = chance.fork('wiped').happens(0.5);
  return {
    shape: {
      ...shape,
      clusters: 1,
      applications: several(shape, 2, { provider, type: 'Web', deletionPolicy: 'Delete' }),
    },
    steps: [
      ...(isWipedFirst ? [at(atMs - 1, { type: 'tamper-status', application: 1, how: 'wipe' } as const)] : []),
      ...(chance.happens(0.5)
        ? [at(atMs, { type: 'tamper-status', application: 1, how: 'other-id' } as const)]
        : [
            at(atMs - 1, consoleDeed(1, 'namesake')),
            at(atMs, { type: 'tamper-status', application: 1, how: 'newest-id' } as const),
          ]),
      at(atMs + chance.between(0, 20) * SECOND_MS, after),
      at(atMs + chance.between(0, 60) * SECOND_MS, { type: 'process', cluster: 0, replica: 0, fate: { type: 'kill' } }),
    ],
  };
}

/** What is left behind on purpose, and taken back; of one it is said in the last moment, after somebody wrote its Secret. */
export function retained(shape: Shape, chance: SeededChance): Theme {
  const atMs = chance.between(20, 60) * SECOND_MS;
  const [one, other] = several(shape, 2, { deletionPolicy: 'Retain' });
  const late = other === undefined ? [] : [{ ...other, type: 'Web', deletionPolicy: 'Delete' } as const];
  return {
    shape: { ...shape, clusters: 1, applications: one === undefined ? [] : [one, ...late] },
    steps: [
      at(atMs, { type: 'tamper-secret', application: 1, how: 'other-value' }),
      at(atMs + 1, { type: 'edit', application: 1, to: 'retain' }),
      ...[0, 1].flatMap((application) => [
        at(atMs + 2, { type: 'delete', application }),
        ...(chance.happens(0.6)
          ? [at(atMs + chance.between(10, 90) * SECOND_MS, { type: 'apply', application } as const)]
          : []),
      ]),
    ],
  };
}

/** An etcd that goes back to before a rotation, and to before an application was there. */
export function wentBack(shape: Shape, chance: SeededChance): Theme {
  const database = { of: 'etcd', cluster: 0 } as const;
  const revision = chance.oneOf(['goes-back', 'goes-on'] as const);
  return {
    shape: {
      ...shape,
      clusters: 1,
      lagMs: 20,
      applications: several(shape, 2, { provider: chance.happens(0.7) ? 'logto' : 'logi', type: 'Web' }),
    },
    laterApplied: [1],
    steps: [
      at(10 * SECOND_MS, { type: 'backup', ...database }),
      at(15 * SECOND_MS, { type: 'apply', application: 1 }),
      at(20 * SECOND_MS, { type: 'ask', application: 0, forWhat: 'rotate' }),
      at(chance.between(30, 60) * SECOND_MS, { type: 'restore', ...database, revision }),
      at(chance.between(70, 100) * SECOND_MS, { type: 'ask', application: 0, forWhat: 'rotate' }),
    ],
  };
}

/** A status that is wiped in the moment in which its object is deleted, and a Secret that is gone, too. */
export function wiped(shape: Shape, chance: SeededChance): Theme {
  const atMs = chance.between(15, 40) * SECOND_MS;
  const how = chance.oneOf(['delete', 'strip-notes', 'other-value'] as const);
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 2, { type: 'Web', deletionPolicy: 'Delete' }) },
    steps: [0, 1].flatMap((application) => [
      ...(application === 0 ? [at(atMs, { type: 'tamper-secret', application, how } as const)] : []),
      at(atMs, { type: 'tamper-status', application, how: 'wipe' }),
      at(atMs, { type: 'delete', application }),
    ]),
  };
}

/** The same names in two clusters that share the providers. */
export function neighbours(shape: Shape, chance: SeededChance): Theme {
  const [one] = several(shape, 1, { type: 'Web' });
  const applications = one === undefined ? [] : [one, { ...one, cluster: 1 }];
  return {
    shape: { ...shape, clusters: 2, applications },
    steps: [
      strike(0, 'provider', `${one?.provider} create`, { type: 'lost', when: 'after' }),
      at(chance.between(30, 90) * SECOND_MS, {
        type: 'restore-object',
        application: 1,
        from: chance.oneOf(['manifest', 'backup']),
      }),
      at(chance.between(90, 120) * SECOND_MS, { type: 'delete', application: chance.between(0, 1) }),
      ...asks(0, 'reconcile', 1, chance),
    ],
  };
}

/** A provider that is put back to before it knew of anything. */
export function goneAtOnce(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const database = { of: provider, cluster: 0 } as const;
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 4, { provider }) },
    steps: [
      at(0, { type: 'backup', ...database }),
      at(chance.between(1, 3) * MINUTE_MS, { type: 'restore', ...database, revision: 'goes-on' }),
      ...asks(0, 'reconcile', 2, chance),
    ],
  };
}
