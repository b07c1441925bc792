import { factsOf } from '../facts.ts';
import type { Pass } from '../pass.ts';
import type { Facts, FormerSecret } from '../ports/applications.ts';
import type { SecretHead, StoredSecret } from '../ports/secrets.ts';
import { FIRST_SERIAL } from '../rotation/issued.ts';
import { type FormerValue, overlappingAnew } from '../rotation/retiring.ts';
import { laterTime } from '../rotation/skew.ts';
import { owingRoll } from './roll.ts';

/** Bound of `status.formerSecrets` in the schema. */
export const MOST_FORMER = 10;

const HOLDS_ANY: FormerValue = { fingerprint: undefined };

/**
 * `formerSecrets` and `rotation` after the value was written to the Secret of this name.
 *
 * @param over what was found under the name
 */
export function renamedTo(
  name: string,
  rotation: Facts['rotation'],
  over: SecretHead | StoredSecret | undefined,
  pass: Pass,
): Pick<Facts, 'formerSecrets' | 'rotation'> {
  const { desired, ports } = pass;
  const held = heldUntilNow(name, over, pass);
  const owed = withRollAt(name, withFirstRoll(over, rotation, pass), pass);
  return {
    rotation: held === undefined ? owed : overlappingAnew(owed, held, desired.overlap, laterTime(ports)),
    ...formerBeside(name, pass),
  };
}

/**
 * Something may run with what the first value of a registration is written over, as where a status was lost (protocol T4):
 * whether that was read with the create, or later. Where the value was found in the Secret nothing tells what was there
 * before.
 */
function withFirstRoll(over: SecretHead | undefined, rotation: Facts['rotation'], pass: Pass): Facts['rotation'] {
  const isFirst = over !== undefined && factsOf(pass.subject.application()).secret?.delivered !== true;
  return isFirst ? owingRoll(FIRST_SERIAL, rotation, pass) : rotation;
}

/** What has found its Secret under this former name all along runs with the value that it held (protocol T4). */
function withRollAt(name: string, rotation: Facts['rotation'], pass: Pass): Facts['rotation'] {
  const { secret, formerSecrets = [] } = factsOf(pass.subject.application());
  const former = formerSecrets.find((each) => each.name === name);
  if (secret === undefined || former === undefined || former.fingerprint === secret.fingerprint) return rotation;
  return owingRoll(secret.serial, rotation, pass);
}

/**
 * What the Secret of this name held before it was written; `undefined` where that was the value in use. One that has had
 * the name before held the value of that time; one of which no status tells, or whose value was issued and not written
 * yet, any. And somebody may have put a former value back, while nothing here looked.
 */
function heldUntilNow(
  name: string,
  over: SecretHead | StoredSecret | undefined,
  { subject, ports }: Pass,
): FormerValue | undefined {
  const { secret, formerSecrets = [] } = factsOf(subject.application());
  const former = formerSecrets.find((each) => each.name === name);
  if (former !== undefined) return former;
  const isUntold = over !== undefined && secret?.name !== name;
  if (isUntold || secret?.delivered === false) return HOLDS_ANY;
  const found = over !== undefined && 'credentials' in over ? over.credentials : undefined;
  const fingerprint = found && ports.seals.fingerprint(found);
  return fingerprint === undefined || fingerprint === secret?.fingerprint ? undefined : { fingerprint };
}

/**
 * What is known of former names beside this one (protocol S8).
 *
 * @param name `undefined` where the next value has no name yet: the Secret that was written last counts as one of a former
 *   name until it is written again
 */
export function formerBeside(
  name: string | undefined,
  { subject, desired, ports }: Pass,
): Pick<Facts, 'formerSecrets'> {
  const { secret, formerSecrets = [] } = factsOf(subject.application());
  const removeAfter = new Date(laterTime(ports) + desired.formerSecretMs).toISOString();
  const left = leftAt(secret, name, removeAfter);
  const others = formerSecrets
    .filter((former) => former.name !== name && former.name !== left?.name)
    // Nobody can change over to the new name before a value is there, so that their time counts from now.
    .map((former) => (secret?.delivered === true ? former : { ...former, removeAfter }));
  const former = [...others, ...(left === undefined ? [] : [left])].slice(-MOST_FORMER);
  return { formerSecrets: former.length === 0 ? undefined : former };
}

/** One that no status told of, or told wrong. */
export async function recordFormerSecret(former: FormerSecret, { subject }: Pass): Promise<void> {
  const { formerSecrets = [] } = factsOf(subject.application());
  const others = formerSecrets.filter(({ name }) => name !== former.name);
  await subject.record({ formerSecrets: [...others, former] });
}

/** The Secret that was written last, where its name is no longer this one. */
function leftAt(secret: Facts['secret'], name: string | undefined, removeAfter: string): FormerSecret | undefined {
  if (secret?.uid === undefined || secret.name === name) return undefined;
  const { name: former, uid, fingerprint } = secret;
  return { name: former, uid, fingerprint, removeAfter };
}
