import { keyOf } from '../deeds.ts';
import { heldIn } from '../held.ts';
import type { Invariant } from './invariant.ts';

/** What the operator may be wrong about: when the last one was, or that there was one. */
const EXCUSES = ['tamper-status', 'restore', 'restore-object'] as const;

/** As the protocol has it, less what a clock of whole seconds may be wrong by, ms. */
const FLOOR_MS = 29_000;

/** Workloads need the time to take one value before the next. Those of another registration are no rotation. */
export const pace: Invariant = {
  name: 'rotations-apart',
  promise: 'Between two rotations of one registration lie 30 seconds.',
  rules: ['I7', 'T5', 'T6'],
  attend({ ledger, world, accuse }) {
    /** When the Secret got its last value by a rotation, by the Secret's uid, ms. */
    const rotatedAt = new Map<string, number>();
    /** What stood in a Secret already, and may be copied into another. */
    const known = new Set<string>();
    return {
      see(sighting) {
        if (sighting.type !== 'object' || sighting.kind !== 'Secret' || sighting.by.type !== 'process') return;
        const { before, after, cluster } = sighting;
        if (after === undefined) return;
        const held = heldIn(after);
        const value = held.clientSecret ?? '';
        const isCopied = known.has(value);
        known.add(value);
        if (before === undefined || isCopied) return;
        const former = heldIn(before);
        const { namespace = '', name, uid } = after.metadata;
        if (held.clientId !== former.clientId) {
          rotatedAt.delete(uid);
          return;
        }
        if (held.serial < 2 || held.serial === former.serial) return;
        const sinceMs = world().scheduler.now() - (rotatedAt.get(uid) ?? Number.NEGATIVE_INFINITY);
        rotatedAt.set(uid, world().scheduler.now());
        const key = keyOf({ cluster, namespace, name: name.replace(/-(oauth|renamed)$/, '') });
        if (sinceMs >= FLOOR_MS || ledger.stepped('api') > 0 || ledger.happened(key, EXCUSES) > 0) return;
        accuse(`Secret ${key} gets another value ${Math.round(sinceMs / 1_000)} s after the last`);
      },
    };
  },
};
