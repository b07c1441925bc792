import type { Desired } from '../desired.ts';
import type { Observed, OwnSecret, SecretSeal } from '../observed.ts';
import { type Standing, stalledAs } from '../standing.ts';
import { act, type Step, stalled, stand } from '../step.ts';
import { secretObstacle } from './secret.ts';

export const MASS_GONE: Standing = stalledAs(
  'MassDisappearance',
  'Many registrations of the provider are missing at once, so nothing is registered anew until the provider object has the annotation oauthapp.dev/confirm-disappearance',
);

/** Decides for an object whose status names no registration: taken back, adopted, recovered or registered. Pure. */
export function planNew(desired: Desired, observed: Observed): Step {
  const { finalizer, facts, secret, adoption, unrecorded, naming, inherited, unrecordedBirth, lossMs } = observed;
  if (isUnnotedLoss(observed)) return act({ type: 'note-loss' });
  const anew = desired.requests.registerAnew !== undefined;
  const known = planBySecret(desired, observed);
  if (known !== undefined) return known;
  // The Secret is about to be written over.
  if (unrecordedBirth !== undefined) return act({ type: 'record-birth', birth: unrecordedBirth });
  if (adoption !== undefined) return planAdoption(adoption, desired, observed);
  const obstacle = secretObstacle(secret);
  if (naming === 'Marked') return planMarked(inherited, desired, observed, obstacle);
  if (finalizer === 'present' && facts.provider === undefined && !anew && !isProvedGone(observed)) {
    return stalled(
      'StatusLost',
      'The object was registered before and its status is lost: restore its Secret, adopt the registration, or set the annotation oauthapp.dev/register-anew to a new value to register it a second time',
    );
  }
  if (obstacle !== undefined) return stand(obstacle);
  const [oldest] = unrecorded;
  if (oldest !== undefined && naming === 'Temporary')
    return settledFirst(act({ type: 'take', registration: oldest }), observed);
  if (lossMs > 0) return stand({ type: 'settling', afterMs: lossMs });
  return act({ type: 'register' });
}

/**
 * Protocol R10: a status that was lost does not say whether a request for another registration was served. One that stood
 * there before the loss was seen is not taken for a person's answer to it; one that comes after that is.
 */
function isUnnotedLoss({ finalizer, facts }: Observed): boolean {
  return finalizer === 'present' && facts.provider === undefined && facts.served === undefined;
}

/** What the Secret proves that the status does not say. */
function planBySecret(desired: Desired, observed: Observed): Step | undefined {
  const { finalizer, facts, secret, registration, adoption } = observed;
  const anew = desired.requests.registerAnew !== undefined;
  if (secret.type === 'ours' && facts.provider === undefined) {
    const known = planSealed(secret, observed);
    const isTold = known !== undefined && (!anew || tellsOfLoss(known, secret.seal, finalizer));
    return isTold ? settledFirst(known, observed) : undefined;
  }
  // An adoption that was interrupted, unless it is begun again (A1): the user may have no other copy of what he put there.
  const isThere = registration.type === 'found' || registration.type === 'mass-gone';
  const isInterrupted = isThere && adoption === undefined && !anew;
  return secret.type === 'ours' && isInterrupted ? planSealed(secret, observed) : undefined;
}

/**
 * Protocol R4: the marks of a complete listing say what there is, so that a lost status is no riddle. Public clients ask
 * as the others do.
 */
function planMarked(
  inherited: Observed['inherited'],
  desired: Desired,
  { unrecorded, lossMs }: Observed,
  obstacle: Standing | undefined,
): Step {
  const [oldest] = unrecorded;
  const anew = desired.requests.registerAnew !== undefined;
  const taken = oldest ?? (inherited.type === 'takeable' && !anew ? inherited.registration : undefined);
  if (taken === undefined && inherited.type === 'unreleased' && !anew) {
    const { id, by, namespaceUid } = inherited;
    return stalled(
      'RetainedRegistrationFound',
      `Registration ${id} was made for an object of this name by ${by}: to take it set the annotation oauthapp.dev/release-retained on the provider object to <namespace>=${namespaceUid}, or set oauthapp.dev/register-anew here to a new value for a new one`,
    );
  }
  if (taken === undefined && inherited.type === 'unfit' && !anew) return unfit(inherited.misfit);
  if (obstacle !== undefined) return stand(obstacle);
  // A status that is lost does not say whether a request for another registration was served, and is settling.
  if (taken === undefined && lossMs > 0) return stand({ type: 'settling', afterMs: lossMs });
  return act(taken === undefined ? { type: 'register' } : { type: 'take', registration: taken });
}

/** Protocol R9: what the seal on the Secret proves. `undefined` where it proves nothing that is still there. */
function planSealed(
  { stored, seal }: Extract<OwnSecret, { type: 'ours' }>,
  { registration, finalizer }: Observed,
): Step | undefined {
  switch (seal) {
    case 'invalid':
      return undefined;
    case 'other-provider':
      if (finalizer === 'present') {
        return stalled(
          'StatusLost',
          'The object was registered before, its status is lost, and its Secret holds credentials from another provider: point spec.providerRef back to that one',
        );
      }
      return stalled(
        'RetainedRegistrationFound',
        'The Secret holds credentials from another provider, which an earlier object of this name retained: move it away, or set the annotation oauthapp.dev/register-anew to a new value to have it written over',
      );
    case 'former-namespace':
      return stalled(
        'RetainedRegistrationFound',
        `The Secret is from an earlier namespace of this name: to take its registration back set the annotation oauthapp.dev/release-retained on the provider object to ${stored.notes?.namespaceUid === undefined ? '' : `<namespace>=${stored.notes.namespaceUid}`}, or set oauthapp.dev/register-anew here to a new value for a new one`,
      );
    case 'valid':
    case 'released':
      break;
  }
  switch (registration.type) {
    case 'found':
      return registration.misfit === undefined ? act({ type: 'take-back', stored }) : unfit(registration.misfit);
    case 'held-by-another':
      return stalled('NameTaken', `The registration that the Secret names belongs to ${registration.holder}`);
    case 'mass-gone':
      return stand(MASS_GONE);
    case 'gone':
    case 'none':
      return undefined;
  }
}

/**
 * Whether a status was lost, and with it whether the token was served: what is proved is taken back then, and the token
 * counts as served (R10).
 */
function tellsOfLoss(known: Step, seal: SecretSeal, finalizer: Observed['finalizer']): boolean {
  if (finalizer === 'absent') return false;
  return seal === 'other-provider' || (known.type === 'act' && known.action.type === 'take-back');
}

/**
 * What was under way when the status was lost may yet replace the one secret, or make what bears a temporary name (protocol
 * O4). Where there are marks, every secret goes on working, and a later listing shows what was made.
 */
export function settledFirst(step: Step, { naming, lossMs }: Pick<Observed, 'naming' | 'lossMs'>): Step {
  const mayChange = step.type === 'act' && naming !== 'Marked' && lossMs > 0;
  return mayChange ? stand({ type: 'settling', afterMs: lossMs }) : step;
}

/** What an earlier object left, and can never be what this one says. */
function unfit(misfit: string): Step {
  return stalled(
    'RetainedRegistrationFound',
    `${misfit.replace(/\.$/, '')}: an earlier object of this name left it; set the annotation oauthapp.dev/register-anew to a new value for a new one`,
  );
}

function planAdoption(
  adoption: NonNullable<Observed['adoption']>,
  { adopt, secretName }: Desired,
  { secret }: Observed,
): Step {
  if (adoption.type === 'refused') {
    const given = adopt !== undefined && adopt.source?.name !== secretName && isOf(adopt.applicationId, secret);
    if (adoption.holder === 'another' && given) return act({ type: 'give-way', applicationId: adopt.applicationId });
    return stand(adoption.standing);
  }
  const obstacle = adoption.takenOver === undefined ? secretObstacle(secret) : undefined;
  return obstacle === undefined ? act({ type: 'adopt', adoption }) : stand(obstacle);
}

/** A Secret with the credentials of this registration, as the seal on it proves. */
function isOf(applicationId: string, secret: Observed['secret']): boolean {
  return secret.type === 'ours' && secret.seal === 'valid' && secret.stored.notes?.applicationId === applicationId;
}

/** The one registration that is known of, by the seal on its Secret, is not there any more. */
function isProvedGone({ secret, registration }: Observed): boolean {
  return secret.type === 'ours' && registration.type === 'gone';
}
