import type { Reason } from '../api/conditions.ts';
import { describeError, ProviderError, type ProviderErrorCode } from '../idp/errors.ts';
import type { Registration } from '../idp/provider.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { Blocked } from './blocked.ts';
import type { Facts } from './ports/applications.ts';
import { ClusterError, type ClusterErrorCode, Postponed } from './ports/errors.ts';
import type { Retiring } from './rotation/retiring.ts';
import { LATENESS, type ScheduleView, type Standing } from './standing.ts';

/** How a pass went: what the user is told, and when the queue looks again. */
export type Verdict =
  /** Nothing to tell; the status stays as it is. */
  | { readonly type: 'silent'; readonly next: Outcome }
  | {
      readonly type: 'told';
      readonly ready: 'True' | 'False';
      /** Stalled: retrying is pointless until somebody acts. */
      readonly progress: 'settled' | 'retrying' | 'stalled' | 'suspended';
      readonly reason: Reason;
      readonly message: string;
      readonly waiting: { readonly for: string; readonly until: string } | undefined;
      /** What would change, where nothing is changed (protocol A3). */
      readonly plan: Facts['plan'];
      readonly schedule: ScheduleView;
      /** The registration, when the pass ended with it before its eyes. */
      readonly registration: Registration | undefined;
      /** Paths of the optional fields that we set there. */
      readonly enforced: readonly string[];
      /** Superseded secrets, each with what it waits for. */
      readonly retiring: readonly Retiring[];
      readonly next: Outcome;
    };

type Told = Extract<Verdict, { type: 'told' }>;

/** A wait shorter than this is over before anybody has read of it. */
const WORTH_TELLING_MS = 10_000;

/** Times in the status are rounded up to this, so that a status that says the same is the same. */
const COARSE_MS = 60_000;

/** Stalled for a cause that lies in the spec alone: only a change of the object can help. */
const SPEC_REASONS: ReadonlySet<Reason> = new Set(['InvalidSpec', 'UnsupportedByProvider']);

/** Waits for a Secret that is not ours to go, which no watch shows: the label of ours is not on it. */
const UNWATCHED_REASONS: ReadonlySet<Reason> = new Set(['SecretNotOurs']);

const REFUSALS = {
  rejected: { progress: 'stalled', reason: 'Rejected' },
  unauthorized: { progress: 'stalled', reason: 'Unauthorized' },
  forbidden: { progress: 'stalled', reason: 'Forbidden' },
  'needs-person': { progress: 'stalled', reason: 'NeedsPerson' },
  'not-found': { progress: 'retrying', reason: 'RegistrationGone' },
  conflict: { progress: 'stalled', reason: 'Rejected' },
  throttled: { progress: 'retrying', reason: 'Throttled' },
  unavailable: { progress: 'retrying', reason: 'ProviderUnavailable' },
  lost: { progress: 'retrying', reason: 'AnswerLost' },
  malformed: { progress: 'retrying', reason: 'MalformedAnswer' },
  quota: { progress: 'stalled', reason: 'QuotaExceeded' },
  unsupported: { progress: 'stalled', reason: 'UnsupportedByProvider' },
  misdirected: { progress: 'retrying', reason: 'ProviderNotReady' },
  'not-allowed': { progress: 'retrying', reason: 'ProviderNotReady' },
} as const satisfies Record<ProviderErrorCode, Pick<Told, 'progress' | 'reason'>>;

/** What the user is told of a wait; `undefined` where the client works meanwhile, or the cause is ours. */
const WAITS = {
  create: { reason: 'WaitingForBudget', message: 'The limit on registrations at the provider is used up for now' },
  call: { reason: 'WaitingForBudget', message: 'The limit on calls at the provider is used up for now' },
  unasked: {
    reason: 'WaitingForBudget',
    message: 'The limit on secrets that are issued without being asked for is used up for now',
  },
  rotation: { reason: 'Progressing', message: 'A secret was issued a moment ago; the next one waits' },
  schedule: undefined,
  lease: undefined,
} as const satisfies Record<Postponed['waitsFor'], Pick<Told, 'reason' | 'message'> | undefined>;

const BACK_OFF: Outcome = { type: 'back-off' };
const BACK_OFF_TO_A_MINUTE: Outcome = { type: 'back-off', longestMs: 60_000 };
const AWAIT_CHANGE: Outcome = { type: 'await-change' };

/** Nothing tells of a change in a registration that is not ours. */
const LOOK_AGAIN: Outcome = { type: 'again', afterMs: 600_000 };

/** Nothing is left to say of the object. */
export const ENDED: Verdict = { type: 'silent', next: AWAIT_CHANGE };

/** Judges a standing. Pure. */
export function judge(standing: Standing): Verdict {
  switch (standing.type) {
    case 'in-sync':
      return judgeInSync(standing);
    case 'suspended':
      return told('False', 'suspended', 'Suspended', standing.message, AWAIT_CHANGE);
    case 'previewed':
      return { ...told('False', 'settled', 'Observed', standing.message, LOOK_AGAIN), plan: standing.plan };
    case 'released':
      return { type: 'silent', next: AWAIT_CHANGE };
    case 'undisturbed':
      return { type: 'silent', next: nextAfter(standing.againMs) };
    case 'settling':
      return told(
        'False',
        'retrying',
        'Settling',
        'A call that was begun earlier may still take effect; what became of it is looked at once it no longer can',
        { type: 'again', afterMs: standing.afterMs },
      );
    case 'waiting':
      return told('False', 'retrying', standing.reason, standing.message, BACK_OFF);
    case 'stalled': {
      const again = standing.missing === 'secret' ? BACK_OFF_TO_A_MINUTE : backOffOver(standing.reason);
      const next = SPEC_REASONS.has(standing.reason) ? AWAIT_CHANGE : again;
      return told('False', 'stalled', standing.reason, standing.message, next);
    }
  }
}

/** Judges an error. What is neither the provider's nor the cluster's is a bug of ours: the queue logs it and backs off. */
export function judgeError(error: unknown, nowMs: number): Verdict {
  if (error instanceof Postponed) return judgePostponed(error, nowMs);
  if (error instanceof Blocked) return told('False', 'stalled', error.reason, error.message, backOffOver(error.reason));
  if (error instanceof ProviderError) return judgeProviderError(error);
  if (error instanceof ClusterError) return judgeClusterError(error.code, error);
  throw error;
}

function judgeInSync(standing: Extract<Standing, { type: 'in-sync' }>): Verdict {
  const { registration, enforced, schedule, remarks, retiring, againMs } = standing;
  const judged = judgeApproval(registration, schedule, remarks);
  return { ...judged, registration, enforced, schedule, retiring, next: nextAfter(againMs) };
}

function backOffOver(reason: Reason): Outcome {
  return UNWATCHED_REASONS.has(reason) ? BACK_OFF_TO_A_MINUTE : BACK_OFF;
}

function nextAfter(againMs: number | undefined): Outcome {
  return againMs === undefined ? AWAIT_CHANGE : { type: 'again', afterMs: againMs };
}

function judgeApproval(registration: Registration, schedule: ScheduleView, remarks: readonly string[]): Told {
  switch (registration.approval) {
    case 'usable':
    case 'unknown': {
      if (schedule.type === 'later' && schedule.punctuality === 'delayed-past-end') {
        return told('False', 'retrying', 'RotationOverdue', LATENESS[schedule.punctuality], AWAIT_CHANGE);
      }
      const message = ['Registration, Secret and spec agree', ...remarks].join('; ');
      return told('True', 'settled', 'InSync', message, AWAIT_CHANGE);
    }
    case 'pending': {
      const message = 'The registration waits for approval by the provider';
      return told('False', 'retrying', 'AwaitingApproval', message, AWAIT_CHANGE);
    }
    case 'suspended': {
      const message = 'The provider has suspended the client';
      return told('False', 'stalled', 'SuspendedByProvider', message, AWAIT_CHANGE);
    }
  }
}

function judgePostponed({ waitsFor, waitMs }: Postponed, nowMs: number): Verdict {
  const next: Outcome = { type: 'again', afterMs: waitMs };
  const wait = WAITS[waitsFor];
  if (wait === undefined || waitMs < WORTH_TELLING_MS) return { type: 'silent', next };
  const until = coarse(nowMs + waitMs);
  return { ...told('False', 'retrying', wait.reason, wait.message, next), waiting: { for: waitsFor, until } };
}

function judgeProviderError(error: ProviderError): Verdict {
  const { progress, reason } = REFUSALS[error.code];
  const { retryAfterMs } = error.details;
  const next: Outcome = retryAfterMs === undefined ? BACK_OFF : { type: 'again', afterMs: retryAfterMs };
  return told('False', progress, reason, describeError(error), next);
}

function judgeClusterError(code: ClusterErrorCode, error: ClusterError): Verdict {
  switch (code) {
    case 'conflict':
    case 'gone':
      return { type: 'silent', next: BACK_OFF };
    case 'forbidden':
      return told('False', 'stalled', 'ApiForbidden', error.message, BACK_OFF);
    case 'refused':
      return told('False', 'stalled', 'SecretRefused', error.message, BACK_OFF);
    case 'unavailable':
      throw error;
  }
}

function told(ready: Told['ready'], progress: Told['progress'], reason: Reason, message: string, next: Outcome): Told {
  return {
    type: 'told',
    ready,
    progress,
    reason,
    message,
    waiting: undefined,
    plan: undefined,
    schedule: { type: 'none' },
    registration: undefined,
    enforced: [],
    retiring: [],
    next,
  };
}

/** A time that only people read, rounded up. */
export function coarse(atMs: number): string {
  return new Date(Math.ceil(atMs / COARSE_MS) * COARSE_MS).toISOString();
}
