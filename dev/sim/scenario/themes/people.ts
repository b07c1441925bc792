import type { SeededChance } from '../../chance.ts';
import type { Act, ConsoleDeed, Planned, Shape, Step } from '../scenario.ts';
import { asks, at, consoleDeed, drawProvider, drawWhen, MINUTE_MS, SECOND_MS, several, strike } from './steps.ts';
import type { Theme } from './theme.ts';

/** A provider that lists what it does not show, and shows what it does not list; one of each is to go meanwhile. */
export function hidden(shape: Shape, chance: SeededChance): Theme {
  const from = chance.between(20, 60) * SECOND_MS;
  const until = from + chance.between(30, 90) * SECOND_MS;
  const applications = several(shape, 4, { type: 'Web', deletionPolicy: 'Delete' });
  return {
    shape: { ...shape, clusters: 1, activeMs: 9 * MINUTE_MS, applications },
    steps: applications.flatMap((_, application) => [
      at(from, consoleDeed(application, application < 2 ? 'hide' : 'unlist')),
      at(from + 5 * SECOND_MS, { type: 'ask', application, forWhat: 'reconcile' }),
      ...(application % 2 === 1 ? [at(from + 10 * SECOND_MS, { type: 'delete', application } as const)] : []),
      // An inventory comes between.
      at(application === 2 ? until + 5 * MINUTE_MS : until, consoleDeed(application, 'show-again')),
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

/** Statuses that name what belongs to another object, or to a person; of one there is nothing else left. */
export function otherId(shape: Shape, chance: SeededChance): Theme {
  const atMs = chance.between(15, 40) * SECOND_MS;
  const provider = drawProvider(chance);
  const after = chance.oneOf<Act>([
    { type: 'delete', application: 1 },
    { type: 'edit', application: 1, to: 'name' },
    { type: 'ask', application: 1, forWhat: 'rotate' },
  ]);
  const isWipedFirst = chance.fork('wiped').happens(0.5);
  const laterMs = atMs + 90 * SECOND_MS;
  return {
    shape: {
      ...shape,
      clusters: 1,
      applications: several(shape, 3, { provider, type: 'Web', deletionPolicy: 'Delete' }).map(
        (each, index): Planned => ({ ...each, provider: index === 2 ? 'logto' : each.provider }),
      ),
    },
    steps: [
      at(laterMs, { type: 'tamper-status', application: 2, how: 'wipe' }),
      at(laterMs, consoleDeed(2, 'namesake')),
      at(laterMs + 1, { type: 'tamper-status', application: 2, how: 'newest-id' }),
      at(laterMs + 2, { type: 'edit', application: 2, to: 'name' }),
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

/**
 * What is left behind on purpose, and taken back; of one it is said in the last moment, after somebody wrote its Secret, and
 * that one may go for good once it is back. So may another, of which people say so in the last moment. Two come back to a
 * Secret without their value.
 */
export function retained(shape: Shape, chance: SeededChance): Theme {
  const atMs = chance.between(20, 60) * SECOND_MS;
  const applications = several(shape, 4, { deletionPolicy: 'Retain' }).map((each, index): Planned => {
    if (index === 0) return each;
    const provider = index === 1 ? each.provider : 'logi';
    return {
      ...each,
      provider,
      type: 'Web',
      deletionPolicy: index === 1 ? 'Delete' : 'Retain',
      onSecretLoss: 'Reissue',
    };
  });
  return {
    shape: { ...shape, clusters: 1, applications },
    steps: [
      at(atMs, { type: 'tamper-secret', application: 1, how: 'other-value' }),
      at(atMs + 1, { type: 'edit', application: 1, to: 'retain' }),
      // What is suspended is not made good before it goes.
      ...[2, 3].map((application) => at(10 * SECOND_MS, { type: 'edit', application, to: 'suspend' } as const)),
      at(18 * SECOND_MS, { type: 'ask', application: 3, forWhat: 'rotate' }),
      at(atMs, { type: 'tamper-secret', application: 2, how: 'drop-key' }),
      at(atMs, { type: 'tamper-secret', application: 3, how: 'other-value' }),
      ...[0, 1, 2, 3].flatMap((application) => [
        at(atMs + 2, { type: 'delete', application }),
        ...(application > 1 || chance.happens(0.6)
          ? [at(atMs + chance.between(10, 90) * SECOND_MS, { type: 'apply', application } as const)]
          : []),
      ]),
      ...(chance.fork('for good').happens(0.5)
        ? [at(atMs + 105 * SECOND_MS, { type: 'delete', application: 1 } as const)]
        : []),
      // Its Secret has no owner yet with which it would go.
      ...(chance.fork('after all').happens(0.5)
        ? [
            at(atMs + 110 * SECOND_MS, { type: 'edit', application: 0, to: 'delete-policy' } as const),
            at(atMs + 110 * SECOND_MS + 1, { type: 'delete', application: 0 } as const),
          ]
        : []),
    ],
  };
}

/**
 * A status that is wiped in the moment in which its object is deleted, and a Secret that is gone, too; and one that is
 * wiped when its object is to go to another provider.
 */
export function wiped(shape: Shape, chance: SeededChance): Theme {
  const atMs = chance.between(15, 40) * SECOND_MS;
  const how = chance.oneOf(['delete', 'strip-notes', 'other-value'] as const);
  const applications = several(shape, 3, { type: 'Web', deletionPolicy: 'Delete' }).map(
    (each, index): Planned => ({ ...each, provider: index === 2 ? 'logi' : each.provider }),
  );
  return {
    shape: { ...shape, clusters: 1, applications },
    steps: [0, 1, 2].flatMap((application) => [
      ...(application === 0 ? [at(atMs, { type: 'tamper-secret', application, how } as const)] : []),
      at(atMs + 1, { type: 'tamper-status', application, how: 'wipe' }),
      ...(application === 2 ? [at(atMs + 2, { type: 'edit', application, to: 'provider' } as const)] : []),
      at(atMs + 3, { type: 'delete', application }),
    ]),
  };
}

/** A registration at logi that was made twice on its way, and is given up, or deleted at the console, before a listing. */
export function partedFromTwins(shape: Shape, chance: SeededChance): Theme {
  const twice = (): Step => strike(0, 'provider', 'logi create', { type: 'twice' });
  const atMs = chance.between(10, 60) * SECOND_MS;
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 2, { provider: 'logi', type: 'Web' }) },
    steps: [
      twice(),
      twice(),
      at(atMs, { type: 'ask', application: 0, forWhat: 'register-anew' }),
      at(atMs, consoleDeed(1, 'delete')),
      at(atMs + 1, { type: 'ask', application: 1, forWhat: 'reconcile' }),
    ],
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

/**
 * Secrets with notes that are not theirs: those of a neighbour that is retained, on one whose object loses its status, and
 * forged ones, on a Secret that somebody puts in the place of another.
 */
export function notesForged(shape: Shape, chance: SeededChance): Theme {
  const wanted = { provider: drawProvider(chance), type: 'Web', namespace: 'store', onSecretLoss: 'Reissue' } as const;
  const applications = several(shape, 3, wanted).map(
    (each, index): Planned => ({ ...each, deletionPolicy: index === 1 ? 'Retain' : 'Delete' }),
  );
  const atMs = chance.between(20, 40) * SECOND_MS;
  const after = chance.oneOf<Act>([
    { type: 'delete', application: 0 },
    { type: 'edit', application: 0, to: 'name' },
    { type: 'ask', application: 0, forWhat: 'rotate' },
  ]);
  return {
    shape: { ...shape, clusters: 1, lagMs: 20, applications },
    steps: [
      at(atMs, { type: 'delete', application: 1 }),
      at(atMs + 5 * SECOND_MS, { type: 'tamper-secret', application: 0, how: 'copy-notes' }),
      at(atMs + 5 * SECOND_MS + 1, { type: 'tamper-status', application: 0, how: 'wipe' }),
      at(atMs + chance.between(15, 60) * SECOND_MS, after),
      at(atMs + chance.between(10, 60) * SECOND_MS, { type: 'tamper-secret', application: 2, how: 'forge-notes' }),
      ...asks(2, 'rotate', 1, chance, atMs),
    ],
  };
}
