import type { SeededChance } from '../../chance.ts';
import type { Shape, Step } from '../scenario.ts';
import { asks, at, consoleDeed, drawProvider, drawWhen, MINUTE_MS, SECOND_MS, several, strike } from './steps.ts';
import type { Theme } from './theme.ts';

/** An etcd that goes back to before a rotation, and to before an application was there. */
export function wentBack(shape: Shape, chance: SeededChance): Theme {
  const database = { of: 'etcd', cluster: 0 } as const;
  const revision = chance.oneOf(['goes-back', 'goes-on'] as const);
  return {
    shape: {
      ...shape,
      clusters: 1,
      lagMs: 20,
      applications: several(shape, 2, { provider: chance.happens(0.5) ? 'logto' : 'logi', type: 'Web' }),
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

/** A deletion that an etcd that goes back undoes, while its provider is away and no watch says so. */
export function undeleted(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const database = { of: 'etcd', cluster: 0 } as const;
  const atMs = 20 * SECOND_MS;
  return {
    shape: {
      ...shape,
      clusters: 1,
      replicas: 1,
      lagMs: 20,
      activeMs: 5 * MINUTE_MS,
      applications: several(shape, 1, { provider, type: 'Web', deletionPolicy: 'Delete' }),
    },
    steps: [
      at(atMs, { type: 'backup', ...database }),
      at(atMs + 1, { type: 'outage', site: provider, how: 'away', forMs: chance.between(5, 60) * SECOND_MS }),
      at(atMs + 2, { type: 'delete', application: 0 }),
      at(atMs + SECOND_MS, { type: 'watches', cluster: 0, how: 'hushed' }),
      at(atMs + 2 * SECOND_MS, { type: 'restore', ...database, revision: chance.oneOf(['goes-back', 'goes-on']) }),
    ],
  };
}

/**
 * Objects at Logto that are made again under their names: then Logto goes back to the former one's days, in the midst of a
 * rotation, and later an etcd to another former one, which has lost what it knew.
 */
export function remade(shape: Shape, chance: SeededChance): Theme {
  const applications = several(shape, 2, { provider: 'logto', type: 'Web', deletionPolicy: 'Delete' });
  const logto = { of: 'logto', cluster: 0 } as const;
  const etcd = { of: 'etcd', cluster: 0 } as const;
  const rotatedMs = chance.between(20, 40) * SECOND_MS;
  const lostMs = chance.between(150, 180) * SECOND_MS;
  const backMs = lostMs + chance.between(20, 40) * SECOND_MS;
  return {
    shape: { ...shape, clusters: 1, lagMs: 20, activeMs: 5 * MINUTE_MS, applications },
    steps: [
      at(10 * SECOND_MS, { type: 'backup', ...logto }),
      at(10 * SECOND_MS + 1, { type: 'restore-object', application: 0, from: 'manifest' }),
      strike(rotatedMs, 'provider', 'logto create-secret', { type: 'lost', when: drawWhen(chance) }),
      at(rotatedMs + 1, { type: 'ask', application: 0, forWhat: 'rotate' }),
      at(rotatedMs + 10 * SECOND_MS, { type: 'restore', ...logto, revision: 'goes-on' }),
      at(lostMs, { type: 'tamper-secret', application: 1, how: 'delete' }),
      at(lostMs + 1, { type: 'tamper-status', application: 1, how: 'wipe' }),
      at(lostMs + 2, { type: 'backup', ...etcd }),
      at(lostMs + 3, { type: 'restore-object', application: 1, from: 'manifest' }),
      at(backMs, { type: 'restore', ...etcd, revision: chance.oneOf(['goes-back', 'goes-on']) }),
      at(backMs + 1, { type: 'delete', application: 1 }),
    ],
  };
}

/** A logi that is put back, and gives the id of what it forgot to what a person registers, and to an older object. */
export function idsAgain(shape: Shape, chance: SeededChance): Theme {
  const database = { of: 'logi', cluster: 0 } as const;
  const restoreMs = chance.between(60, 90) * SECOND_MS;
  // The next listing tells whose it is now; what is asked for before would reach it (guarantees.md).
  const listedMs = restoreMs + chance.between(7, 12) * MINUTE_MS;
  const diedMs = restoreMs + 10 * SECOND_MS;
  const last = chance.oneOf<readonly Step[]>([
    [at(listedMs, { type: 'delete', application: 1 })],
    [at(listedMs, { type: 'edit', application: 1, to: 'name' })],
    [at(listedMs, { type: 'ask', application: 1, forWhat: 'rotate' })],
    [
      at(diedMs, { type: 'process', cluster: 0, replica: 0, fate: { type: 'kill' } }),
      at(diedMs + 1, { type: 'restore-object', application: 2, from: 'backup' }),
    ],
  ]);
  return {
    shape: {
      ...shape,
      clusters: 1,
      replicas: 1,
      activeMs: 15 * MINUTE_MS,
      // A Secret that is retained outlives its object, and names what the provider has forgotten.
      applications: several(shape, 3, { provider: 'logi', type: 'Web' }).map((planned, index) => ({
        ...planned,
        deletionPolicy: index === 2 ? 'Retain' : 'Delete',
      })),
    },
    laterApplied: [1, 2],
    steps: [
      at(20 * SECOND_MS, { type: 'backup', ...database }),
      at(21 * SECOND_MS, { type: 'apply', application: 1 }),
      at(25 * SECOND_MS, { type: 'apply', application: 2 }),
      at(restoreMs, { type: 'restore', ...database, revision: 'goes-on' }),
      at(restoreMs + 1, consoleDeed(1, 'namesake')),
      at(restoreMs + 2, { type: 'ask', application: 0, forWhat: 'register-anew' }),
      ...last,
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
