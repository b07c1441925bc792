import type { Facts, FormerSecret } from '../ports/applications.ts';
import { mayHold } from './retiring.ts';

type Rotation = NonNullable<Facts['rotation']>;

/** A Secret of a former name that is gone, and the value that a Pod may run with still (protocol S8, T3). */
type GoneSecret = NonNullable<Rotation['goneSecrets']>[number];

/** Bound of the list in the schema. */
const MOST_GONE = 10;

/**
 * The record once the Secret of a former name is gone. It goes when nothing works that a Pod may have from it but the value
 * in use, which is superseded some day: who runs with it then is found by that name alone. Pure.
 *
 * @param inUse fingerprint of the value in use
 */
export function withGone(
  rotation: Facts['rotation'],
  former: Pick<FormerSecret, 'name' | 'fingerprint'>,
  inUse: string | undefined,
): Facts['rotation'] {
  const { name, fingerprint = inUse } = former;
  if (fingerprint === undefined || fingerprint !== inUse) return rotation;
  const others = (rotation?.goneSecrets ?? []).filter((gone) => gone.name !== name);
  return { ...rotation, goneSecrets: [...others, { name, fingerprint }].slice(-MOST_GONE) };
}

/** The record without those whose value is neither in use nor superseded and working. Pure. */
export function withoutRetired(rotation: Rotation, inUse: string | undefined): Rotation {
  const { goneSecrets = [], retiring = [] } = rotation;
  const left = goneSecrets.filter(
    (gone) => gone.fingerprint === inUse || retiring.some((entry) => mayHold(gone, entry)),
  );
  return { ...rotation, goneSecrets: left.length === 0 ? undefined : left };
}

/** Those whose name no Secret of ours has again: what runs with that is told by when it started. Pure. */
export function namesGone({ rotation, secret, formerSecrets = [] }: Facts): readonly GoneSecret[] {
  const there = new Set([secret?.name, ...formerSecrets.map(({ name }) => name)]);
  return (rotation?.goneSecrets ?? []).filter(({ name }) => !there.has(name));
}
