import type { Observed } from '../observed.ts';
import { act, type Step, stalled, stand } from '../step.ts';
import { settledFirst } from './new.ts';

const HOW_TO_ABANDON =
  'set the annotation oauthapp.dev/abandon to "true" and look after the registration at the provider';

/**
 * Protocol D1: recover first, delete what is proved ours, then let the object go. What a status names without proof may be
 * gone, and what was registered is not (I2). Pure.
 */
export function planDeleted(observed: Observed): Step {
  const { finalizer, facts, seal, registration } = observed;
  if (finalizer === 'absent') return stand({ type: 'released' });
  const disclaimed = planGivenUp(observed);
  if (disclaimed !== undefined) return disclaimed;
  const twins = twinsOf(observed);
  const held = facts.applicationId;
  if (held === undefined) return planUnknown(observed, twins);
  if (seal === 'foreign-version') {
    return stalled(
      'DeletionBlocked',
      `A later release of the operator registered ${held}, and this one does not touch it: run that release again, or ${HOW_TO_ABANDON}`,
    );
  }
  if (seal !== 'valid') {
    return stalled(
      'DeletionBlocked',
      `status.seal does not prove that ${held} was registered for this object, so it is not deleted: ${HOW_TO_ABANDON}`,
    );
  }
  const isThere = registration.type === 'found' || registration.type === 'mass-gone';
  const ids = isThere ? [held, ...twins] : twins;
  return act(ids.length > 0 ? { type: 'deregister', ids } : { type: 'release' });
}

/**
 * Protocol R10: before the object goes, our mark comes off what it gave up and a provider's backup marked again. Else the
 * next object of this name would take it.
 */
function planGivenUp({ givenUp, seal }: Observed): Step | undefined {
  const isUnproved = seal === 'invalid' || seal === 'foreign-version';
  return givenUp.length > 0 && !isUnproved ? act({ type: 'disclaim', ids: givenUp }) : undefined;
}

/**
 * Ids to delete along with the object: its twins, and a registration that an earlier object of this name left without
 * `Retain`, which this one would have taken over.
 */
function twinsOf({ unrecorded, inherited }: Observed): readonly string[] {
  const ids = unrecorded.map(({ id }) => id);
  if (inherited.type !== 'takeable' || inherited.of !== 'former') return ids;
  const { mark, id } = inherited.registration;
  return mark.type === 'mark' && !mark.mark.retained ? [...ids, id] : ids;
}

/** A finalizer over an empty status: that was lost (protocol O2), and only the Secret can say what there was. */
function planUnknown(observed: Observed, twins: readonly string[]): Step {
  const { facts, registration, secret, naming, lossMs } = observed;
  if (facts.provider === undefined && secret.type === 'ours' && secret.seal === 'other-provider') {
    return stalled(
      'DeletionBlocked',
      `The status is lost, and the Secret holds credentials from another provider: point spec.providerRef back to that one, or ${HOW_TO_ABANDON}`,
    );
  }
  const known = planProved(observed);
  if (known !== undefined) return known;
  if (twins.length > 0) return act({ type: 'deregister', ids: twins });
  // The marks of a complete listing say all that there is (protocol R4).
  const isProvedGone = registration.type === 'gone' || (naming === 'Marked' && !isKnown(registration));
  if (isProvedGone && lossMs > 0) return stand({ type: 'settling', afterMs: lossMs });
  if (isProvedGone || facts.provider !== undefined) return act({ type: 'release' });
  return stalled(
    'DeletionBlocked',
    `The status is lost, and with it which registration is to be deleted: restore the Secret of the object, or ${HOW_TO_ABANDON}`,
  );
}

function isKnown({ type }: Observed['registration']): boolean {
  return type !== 'none' && type !== 'gone';
}

/** What the Secret alone proves comes back into the status first, and parts with its twins and its Secret then. */
function planProved(observed: Observed): Step | undefined {
  const { facts, registration, secret } = observed;
  const isTold = facts.provider !== undefined && facts.applicationId !== undefined;
  if (isTold || registration.type !== 'found' || secret.type !== 'ours' || secret.seal === 'invalid') return undefined;
  return settledFirst(act({ type: 'take-back', stored: secret.stored }), observed);
}

/** Protocol D4: registration and Secret stay, the Secret without an owner that would take it along (S9). Pure. */
export function planRetained(observed: Observed): Step {
  const { finalizer, facts, former, secret, registration, unrecorded, lossMs } = observed;
  if (finalizer === 'absent') return stand({ type: 'released' });
  const disclaimed = planGivenUp(observed);
  if (disclaimed !== undefined) return disclaimed;
  const [oldest] = unrecorded;
  const known = planProved(observed);
  if (known !== undefined) return known;
  // Where the status names none this is no twin, but what is to be retained.
  if (oldest !== undefined && facts.applicationId === undefined) return act({ type: 'take', registration: oldest });
  if (!isKnown(registration) && lossMs > 0) return stand({ type: 'settling', afterMs: lossMs });
  if (unrecorded.length > 0) return act({ type: 'remove-twins', ids: unrecorded.map(({ id }) => id) });
  if (secret.type === 'outdated') return act({ type: 'write-secret', stored: secret.stored });
  if (secret.type === 'elsewhere') return act({ type: 'move-secret', stored: secret.stored, over: secret.over });
  if (former !== undefined) return act({ type: 'remove-former-secret', former });
  return act({ type: 'retain' });
}
