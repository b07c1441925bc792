import type { Desired } from './desired.ts';
import {
  act,
  type Observed,
  type Obstacle,
  type OwnSecret,
  type SecretView,
  type Standing,
  type Step,
  stalled,
  stand,
} from './step.ts';

/** What the Secret needs next; `undefined` when it is as it should be. Pure. */
export function planSecret(desired: Desired, observed: Observed): Step | undefined {
  const { secret } = observed;
  if (isObstacle(secret)) return stand(obstacleOf(secret));
  return desired.clientKind === 'public' ? planPublic(secret) : planConfidential(secret, desired, observed);
}

function planPublic(secret: OwnSecret): Step | undefined {
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
  }
}

/** Protocol S7, T1 for a secret that is shown once. */
function planConfidential(secret: OwnSecret, desired: Desired, { facts, naming }: Observed): Step | undefined {
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
  }
}

function planReplaced(secret: Extract<OwnSecret, { type: 'ours' | 'replaced' }>, desired: Desired): Step {
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

/** What keeps us from writing the Secret at all. */
export function secretObstacle(secret: SecretView): Standing | undefined {
  return isObstacle(secret) ? obstacleOf(secret) : undefined;
}

function isObstacle(secret: SecretView): secret is Obstacle {
  return secret.type === 'foreign' || secret.type === 'contended' || secret.type === 'deleting';
}

function obstacleOf(secret: Obstacle): Standing {
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
  }
}
