import type { Desired } from '../desired.ts';
import {
  type CurrentSecret,
  type IssuedView,
  isObstacle,
  type Observed,
  type Obstacle,
  type OwnSecret,
  type ReadBackCause,
  type RotationCause,
  type SecretView,
} from '../observed.ts';
import { DYING_SECRET, FOREIGN_SECRET, type Standing } from '../standing.ts';
import { act, type Step, stalled, stand } from '../step.ts';

/** What the Secret needs next; `undefined` when it is as it should be. Pure. */
export function planSecret(desired: Desired, observed: Observed): Step | undefined {
  const { secret } = observed;
  if (secret.type === 'unseen' || secret.type === 'left-behind') return undefined;
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
    case 'elsewhere':
      return act({ type: 'move-secret', stored: secret.stored, over: secret.over });
    case 'outdated':
    case 'replaced':
    case 'ours':
      return act({ type: 'write-secret', stored: secret.stored });
  }
}

/** Protocol S7, T1, for a secret that is shown once as for one that can be read again. */
function planConfidential(secret: OwnSecret, desired: Desired, observed: Observed): Step | undefined {
  const { facts, schedule, issued } = observed;
  if (desired.requests.rotate !== undefined) return act({ type: 'rotate', because: 'requested' });
  if (facts.secret?.delivered !== true) {
    if (issued?.current !== undefined && !asksForAnother(desired, observed)) {
      return readBack(issued, issued.current, 'undelivered');
    }
    if (facts.secret?.withheld === true) {
      return stalled(
        'ProviderReturnedNoSecret',
        'The provider issued a secret and did not show it: set the annotation oauthapp.dev/rotate-requested-at to issue another',
      );
    }
    return act({ type: 'rotate', because: 'undelivered' });
  }
  switch (secret.type) {
    case 'intact':
      return (
        planWorn(desired, observed) ??
        (schedule.type === 'due' ? act({ type: 'rotate', because: schedule.because }) : undefined)
      );
    case 'rewritten':
      return act({ type: 'accept-secret', head: secret.head, stored: undefined });
    case 'outdated':
      return act({ type: 'write-secret', stored: secret.stored, issued });
    case 'elsewhere':
      return act({ type: 'move-secret', stored: secret.stored, over: secret.over, issued });
    case 'absent':
      return planLoss(desired, observed, isWithdrawn(observed) ? AT_PROVIDER : inSecret(desired, undefined));
    case 'ours':
    case 'replaced':
      return isWithdrawn(observed) ? planLoss(desired, observed, AT_PROVIDER) : planReplaced(secret, desired, observed);
  }
}

/** Protocol A1: the secret of a registration that was just adopted is not to be used, though it can be read. */
function asksForAnother({ adopt }: Desired, { facts }: Observed): boolean {
  return adopt?.secret === 'Rotate' && facts.secret?.serial === 0;
}

/** The Secret is as we wrote it, and the provider was asked whether it takes that value still. */
function planWorn(desired: Desired, observed: Observed): Step | undefined {
  const { issued, schedule } = observed;
  if (issued === undefined || issued.isDelivered) return undefined;
  // An end that was known of is no loss: its successor comes, or is late.
  const hasEnded =
    (schedule.type === 'due' && schedule.because === 'ended') ||
    (schedule.type === 'later' && schedule.punctuality === 'delayed-past-end');
  return hasEnded && isWithdrawn(observed) ? undefined : planLoss(desired, observed, AT_PROVIDER);
}

/** The provider was asked, and takes no secret of ours any more: whatever stands in the Secret could not be used. */
function isWithdrawn({ issued }: Observed): boolean {
  return issued !== undefined && issued.current === undefined;
}

function readBack(issued: IssuedView, current: CurrentSecret, because: ReadBackCause): Step {
  return act({ type: 'read-back', issued, current, because });
}

function planReplaced(
  secret: Extract<OwnSecret, { type: 'ours' | 'replaced' }>,
  desired: Desired,
  observed: Observed,
): Step {
  const { stored } = secret;
  const verification = secret.type === 'replaced' ? secret.verification : 'bad';
  switch (verification) {
    case 'good':
      return act({ type: 'accept-secret', head: stored, stored });
    case 'bad':
      return planLoss(desired, observed, inSecret(desired, stored.writtenBy));
    case 'unknown':
    case 'unanswered':
      return stand({
        type: 'waiting',
        reason: 'SecretLost',
        message: 'The Secret holds another value than the one issued, and the provider cannot say now whether it works',
      });
  }
}

/** A loss, and what a person is told of it, each the beginning of a sentence. */
interface Loss {
  readonly cause: Extract<RotationCause, 'secret-lost' | 'withdrawn'>;
  readonly once: string;
  readonly again: string;
}

const AT_PROVIDER: Loss = {
  cause: 'withdrawn',
  once: 'The provider no longer takes the secret that was issued, which somebody deleted there or gave an end: ',
  again: 'The provider no longer takes the secret that was issued, again within a day: end that, then ',
};

function inSecret({ secretName }: Desired, culprit: string | undefined): Loss {
  const who = culprit === undefined ? '' : `; ${culprit} writes it`;
  return {
    cause: 'secret-lost',
    once: `Secret ${secretName} no longer holds the secret that was issued: restore it, or `,
    again: `Secret ${secretName} lost its value again within a day${who}: end that, then `,
  };
}

/**
 * Protocol S7: a value that can be read again is never issued anew. Two hands that write one Secret would have it written
 * or rotated for ever.
 */
function planLoss({ onSecretLoss }: Desired, { losses, issued }: Observed, { cause, once, again }: Loss): Step {
  const ask = 'set the annotation oauthapp.dev/rotate-requested-at';
  if (losses === 'too-many') return stalled('SecretContested', again + ask);
  if (issued?.current !== undefined) return readBack(issued, issued.current, 'lost');
  if (onSecretLoss === 'Wait') return stalled('SecretLost', once + ask);
  return act({ type: 'rotate', because: cause });
}

/** What keeps us from writing the Secret at all. */
export function secretObstacle(secret: SecretView): Standing | undefined {
  return isObstacle(secret) ? obstacleOf(secret) : undefined;
}

function obstacleOf(secret: Obstacle): Standing {
  switch (secret.type) {
    case 'foreign':
      return { type: 'stalled', reason: 'SecretNotOurs', message: FOREIGN_SECRET[secret.madeBy] };
    case 'contended':
      return {
        type: 'stalled',
        reason: 'SecretNameConflict',
        message: `spec.secret.name: OAuthApplication ${secret.holder} writes the Secret of this name`,
      };
    case 'deleting':
      return { type: 'waiting', reason: 'SecretRefused', message: DYING_SECRET };
  }
}
