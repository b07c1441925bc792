import type { Reason } from '../api/conditions.ts';
import type { Manners, MetadataField, Registration, Verification } from '../idp/provider.ts';
import type { Desired } from './desired.ts';
import type { Facts, SecretHead, StoredSecret } from './ports.ts';

/** The provider's side of an application. `gone` and `mass-gone` are confirmed by two witnesses (protocol D2, B1). */
export type RegistrationView =
  | { readonly type: 'none' }
  | { readonly type: 'found'; readonly registration: Registration; readonly differences: readonly MetadataField[] }
  | { readonly type: 'held-by-another'; readonly holder: string }
  | { readonly type: 'gone' }
  | { readonly type: 'mass-gone' };

/**
 * The Secret, as far as this pass needs to know it.
 *
 * `intact`: as the status says. `rewritten`: the same value in another version of the Secret. `outdated`: the same
 * value in another layout. `replaced`: another value than ours. `ours`: made by us, and the status knows nothing of it.
 */
export type SecretView =
  | { readonly type: 'absent' }
  | { readonly type: 'foreign' }
  | { readonly type: 'deleting' }
  | { readonly type: 'contended'; readonly holder: string }
  | { readonly type: 'intact' }
  | { readonly type: 'rewritten'; readonly head: SecretHead }
  | { readonly type: 'outdated'; readonly stored: StoredSecret }
  | { readonly type: 'replaced'; readonly stored: StoredSecret; readonly verification: Verification }
  | { readonly type: 'ours'; readonly stored: StoredSecret; readonly seal: 'valid' | 'invalid' };

type OperationRecord = NonNullable<Facts['operation']>;

/** An operation that is written down and not yet cleared (protocol O4). */
export type OpenOperation =
  | { readonly type: 'never-called' }
  /** Of a later release: looked at and never touched (protocol I5). */
  | { readonly type: 'foreign-version' }
  | { readonly type: 'settling'; readonly remainingMs: number }
  | {
      readonly type: 'settled';
      readonly record: OperationRecord;
      /** The live Secret, if it holds this operation's value. */
      readonly stored: StoredSecret | undefined;
      /** Registrations that this operation may have made, oldest first, from a listing begun after settling. */
      readonly candidates: readonly Registration[];
    };

/** What is there. Read from the cluster and the provider, and from nowhere else. */
export interface Observed {
  readonly finalizer: 'present' | 'absent';
  readonly facts: Facts;
  readonly seal: 'valid' | 'invalid' | 'foreign-version' | 'absent';
  readonly operation: OpenOperation | undefined;
  readonly registration: RegistrationView;
  readonly secret: SecretView;
  /** Registrations under our temporary name other than the one in the status, oldest first (protocol R5). */
  readonly namesakes: readonly Registration[];
  readonly naming: 'Temporary' | 'Final';
  readonly manners: Manners;
}

/** Why a secret is issued, for the Event and for the order of the waiting. */
export type RotationCause = 'requested' | 'undelivered' | 'secret-lost' | 'answer-lost';

/** One effect, from which any later pass can go on. */
export type Action =
  | { readonly type: 'clear-operation' }
  | { readonly type: 'finish'; readonly record: OperationRecord; readonly stored: StoredSecret }
  | { readonly type: 'register' }
  | { readonly type: 'take'; readonly registration: Registration }
  | { readonly type: 'take-back'; readonly stored: StoredSecret }
  | { readonly type: 'forget' }
  | { readonly type: 'remove-twins'; readonly ids: readonly string[] }
  | { readonly type: 'rotate'; readonly because: RotationCause }
  | { readonly type: 'accept-secret'; readonly head: SecretHead; readonly stored: StoredSecret | undefined }
  | { readonly type: 'write-secret'; readonly stored: StoredSecret | undefined }
  | { readonly type: 'update'; readonly registration: Registration; readonly fields: readonly MetadataField[] }
  | { readonly type: 'recheck' }
  | { readonly type: 'deregister'; readonly ids: readonly string[] }
  | { readonly type: 'remove-finalizer' };

/** How it stands when there is nothing to do now. */
export type Standing =
  | { readonly type: 'in-sync'; readonly registration: Registration }
  | { readonly type: 'suspended' }
  | { readonly type: 'released' }
  /** Nothing can be said, so that nothing is. */
  | { readonly type: 'undisturbed' }
  | { readonly type: 'settling'; readonly afterMs: number }
  /** It will go on by itself, and looks again after a growing delay. */
  | { readonly type: 'waiting'; readonly reason: Reason; readonly message: string }
  /** Somebody has to act. */
  | { readonly type: 'stalled'; readonly reason: Reason; readonly message: string };

export type Step =
  | { readonly type: 'act'; readonly action: Action }
  | { readonly type: 'stand'; readonly standing: Standing };

/**
 * Decides the next step from `observed` towards `desired`. Pure.
 *
 * One step at a time: after each the world is looked at again, so that the state between two steps is one that this
 * function is made for, and a crash there costs a pass, never a registration or a secret.
 */
export function plan(desired: Desired, observed: Observed): Step {
  if (observed.operation !== undefined) return planOpen(observed.operation, desired, observed);
  switch (desired.lifecycle) {
    case 'deleted':
      return planDeleted(observed);
    case 'suspended':
      return stand({ type: 'suspended' });
    case 'present':
      return observed.facts.applicationId === undefined ? planNew(desired, observed) : planKept(desired, observed);
  }
}

/** Protocol O7: an open operation comes before everything else. */
function planOpen(operation: OpenOperation, desired: Desired, observed: Observed): Step {
  switch (operation.type) {
    case 'never-called':
      return act({ type: 'clear-operation' });
    case 'foreign-version':
      return stalled(
        'ForeignVersion',
        'A later release of the operator left an operation open, and this one does not touch it',
      );
    case 'settling':
      return stand({ type: 'settling', afterMs: operation.remainingMs });
    case 'settled':
      break;
  }
  const { record, stored, candidates } = operation;
  if (stored !== undefined) return act({ type: 'finish', record, stored });

  switch (record.type) {
    case 'rotate':
      if (desired.lifecycle === 'deleted' || observed.registration.type !== 'found')
        return act({ type: 'clear-operation' });
      return act({ type: 'rotate', because: 'answer-lost' });
    case 'register':
      return planLostCreate(candidates, desired, observed);
  }
}

function planLostCreate(candidates: readonly Registration[], desired: Desired, observed: Observed): Step {
  const [oldest] = candidates;
  if (oldest === undefined) {
    return act(desired.lifecycle === 'present' ? { type: 'register' } : { type: 'clear-operation' });
  }
  if (observed.naming === 'Temporary') return act({ type: 'take', registration: oldest });
  if (desired.requests.registerAnew !== undefined) return act({ type: 'clear-operation' });
  return stalled(
    'RegistrationUncertain',
    `The answer to the registration was lost and ${candidates.map(({ id }) => id).join(', ')} may be it: remove what is not wanted at the provider, then set the annotation oauthapp.dev/register-anew`,
  );
}

function planDeleted({ finalizer, facts, seal, registration, namesakes, secret }: Observed): Step {
  if (finalizer === 'absent') return stand({ type: 'released' });
  const statusLost = facts.provider === undefined;
  if (statusLost && secret.type === 'ours' && secret.seal === 'valid') {
    return act({ type: 'take-back', stored: secret.stored });
  }
  const twins = namesakes.map(({ id }) => id);
  const held = facts.applicationId;
  const present = registration.type === 'found' || registration.type === 'mass-gone';
  if (held === undefined || !present) {
    return act(twins.length > 0 ? { type: 'deregister', ids: twins } : { type: 'remove-finalizer' });
  }
  switch (seal) {
    case 'valid':
      return act({ type: 'deregister', ids: [held, ...twins] });
    case 'foreign-version':
      return stalled(
        'DeletionBlocked',
        `A later release of the operator registered ${held}, and this one does not touch it`,
      );
    case 'invalid':
    case 'absent':
      return stalled(
        'DeletionBlocked',
        `status.seal does not prove that ${held} was registered for this object, so it is not deleted`,
      );
  }
}

function planNew(desired: Desired, { finalizer, facts, secret, namesakes, naming }: Observed): Step {
  const anew = desired.requests.registerAnew !== undefined;
  if (finalizer === 'present' && facts.provider === undefined && !anew) {
    if (secret.type === 'ours' && secret.seal === 'valid') return act({ type: 'take-back', stored: secret.stored });
    return stalled(
      'StatusLost',
      'The object was registered before and its status is lost: restore its Secret, or set the annotation oauthapp.dev/register-anew to register it a second time',
    );
  }
  const obstacle = secretObstacle(secret);
  if (obstacle !== undefined) return stand(obstacle);
  const [oldest] = namesakes;
  if (oldest !== undefined && naming === 'Temporary') return act({ type: 'take', registration: oldest });
  return act({ type: 'register' });
}

function planKept(desired: Desired, observed: Observed): Step {
  const { registration, namesakes, secret } = observed;
  if (desired.requests.registerAnew !== undefined) return act({ type: 'forget' });
  switch (registration.type) {
    case 'held-by-another':
      return stalled('NameTaken', `The registration belongs to ${registration.holder}`);
    case 'mass-gone':
      return stalled(
        'MassDisappearance',
        'Many registrations of the provider are missing at once, so nothing is registered anew until the provider object has the annotation oauthapp.dev/confirm-disappearance',
      );
    case 'none':
    case 'gone':
      return act({ type: 'forget' });
    case 'found':
      break;
  }
  if (namesakes.length > 0) return act({ type: 'remove-twins', ids: namesakes.map(({ id }) => id) });

  const due = desired.clientKind === 'public' ? planPublicSecret(secret) : planSecret(desired, observed);
  if (due?.type === 'act') return due;
  const { differences } = registration;
  if (differences.length > 0)
    return act({ type: 'update', registration: registration.registration, fields: differences });
  if (due !== undefined) return due;
  if (desired.requests.reconcile !== undefined) return act({ type: 'recheck' });
  return stand({ type: 'in-sync', registration: registration.registration });
}

function planPublicSecret(secret: SecretView): Step | undefined {
  const obstacle = secretObstacle(secret);
  if (obstacle !== undefined) return stand(obstacle);
  switch (secret.type) {
    case 'intact':
      return undefined;
    case 'rewritten':
      return act({ type: 'accept-secret', head: secret.head, stored: undefined });
    case 'absent':
      return act({ type: 'write-secret', stored: undefined });
    case 'outdated':
    case 'replaced':
    case 'ours':
      return act({ type: 'write-secret', stored: secret.stored });
    case 'foreign':
    case 'deleting':
    case 'contended':
      return undefined;
  }
}

/** Protocol S7, T1 for a secret that is shown once. */
function planSecret(desired: Desired, { facts, secret, naming }: Observed): Step | undefined {
  const obstacle = secretObstacle(secret);
  if (obstacle !== undefined) return stand(obstacle);
  if (desired.requests.rotate !== undefined) return act({ type: 'rotate', because: 'requested' });
  if (facts.secret?.delivered !== true) {
    const neverShown = (facts.secret?.serial ?? 0) === 0;
    if (naming === 'Final' && neverShown) {
      return stalled(
        'ProviderReturnedNoSecret',
        'The provider showed no secret for the registration: set the annotation oauthapp.dev/rotate-requested-at to issue one',
      );
    }
    return act({ type: 'rotate', because: 'undelivered' });
  }
  switch (secret.type) {
    case 'intact':
      return undefined;
    case 'rewritten':
      return act({ type: 'accept-secret', head: secret.head, stored: undefined });
    case 'outdated':
      return act({ type: 'write-secret', stored: secret.stored });
    case 'absent':
      return planLoss(desired);
    case 'ours':
    case 'replaced':
      return planReplaced(secret, desired);
    case 'foreign':
    case 'deleting':
    case 'contended':
      return undefined;
  }
}

function planReplaced(secret: Extract<SecretView, { type: 'ours' | 'replaced' }>, desired: Desired): Step {
  const { stored } = secret;
  const verification = secret.type === 'replaced' ? secret.verification : 'bad';
  switch (verification) {
    case 'good':
      return act({ type: 'accept-secret', head: stored, stored });
    case 'bad':
      return planLoss(desired);
    case 'unknown':
      return stand({
        type: 'waiting',
        reason: 'SecretLost',
        message: 'The Secret holds another value than the one issued, and the provider cannot say now whether it works',
      });
  }
}

function planLoss({ onSecretLoss, secretName }: Desired): Step {
  if (onSecretLoss === 'Reissue') return act({ type: 'rotate', because: 'secret-lost' });
  return stalled(
    'SecretLost',
    `Secret ${secretName} no longer holds the secret that was issued: restore it, or set the annotation oauthapp.dev/rotate-requested-at`,
  );
}

function secretObstacle(secret: SecretView): Standing | undefined {
  switch (secret.type) {
    case 'foreign':
      return {
        type: 'stalled',
        reason: 'SecretNotOurs',
        message: 'spec.secret.name: a Secret of this name exists and was not made for this object',
      };
    case 'contended':
      return {
        type: 'stalled',
        reason: 'SecretNameConflict',
        message: `spec.secret.name: OAuthApplication ${secret.holder} writes the Secret of this name`,
      };
    case 'deleting':
      return { type: 'waiting', reason: 'SecretRefused', message: 'The Secret is being deleted' };
    case 'absent':
    case 'intact':
    case 'rewritten':
    case 'outdated':
    case 'replaced':
    case 'ours':
      return undefined;
  }
}

function act(action: Action): Step {
  return { type: 'act', action };
}

function stand(standing: Standing): Step {
  return { type: 'stand', standing };
}

function stalled(reason: Reason, message: string): Step {
  return stand({ type: 'stalled', reason, message });
}
