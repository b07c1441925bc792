import { type Reason, setConditions } from '../api/conditions.ts';
import { credentialsRefOf } from '../api/provider/block.ts';
import type { OAuthProvider, OAuthProviderStatus } from '../api/provider.ts';
import { ClusterError, Postponed } from '../application/ports/errors.ts';
import { describeError, ProviderError, type ProviderErrorCode } from '../idp/errors.ts';
import type { Outcome } from '../runtime/outcome.ts';

/** How a pass over a provider object went. */
export interface Verdict {
  readonly type: 'told';
  readonly ready: 'True' | 'False';
  readonly progress: 'settled' | 'retrying' | 'stalled' | 'suspended';
  readonly reason: Reason;
  readonly message: string;
  readonly next: Outcome;
}

/** Nothing to tell the user: the object changed under us, or the call has to wait. Look again. */
export interface Silence {
  readonly type: 'silent';
  readonly next: Outcome;
}

/** A pass ends here: what stands in the way, and who must act. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
  readonly reason: Reason;
  readonly next: Outcome;

  constructor(reason: Reason, message: string, next: Outcome = { type: 'back-off' }) {
    super(message);
    this.reason = reason;
    this.next = next;
  }
}

const REFUSALS = {
  rejected: { progress: 'stalled', reason: 'MalformedAnswer' },
  unauthorized: { progress: 'stalled', reason: 'Unauthorized' },
  forbidden: { progress: 'stalled', reason: 'Forbidden' },
  'needs-person': { progress: 'stalled', reason: 'NeedsPerson' },
  'not-found': { progress: 'retrying', reason: 'ProviderUnavailable' },
  conflict: { progress: 'retrying', reason: 'ProviderUnavailable' },
  throttled: { progress: 'retrying', reason: 'Throttled' },
  unavailable: { progress: 'retrying', reason: 'ProviderUnavailable' },
  lost: { progress: 'retrying', reason: 'ProviderUnavailable' },
  malformed: { progress: 'retrying', reason: 'MalformedAnswer' },
  quota: { progress: 'stalled', reason: 'QuotaExceeded' },
  unsupported: { progress: 'stalled', reason: 'MalformedAnswer' },
  misdirected: { progress: 'stalled', reason: 'InvalidSpec' },
  'not-allowed': { progress: 'stalled', reason: 'HostNotAllowed' },
} as const satisfies Record<ProviderErrorCode, Pick<Verdict, 'progress' | 'reason'>>;

/** What is rejected has its cause in the object itself, where the provider says which field it is. */
const INVALID = { progress: 'stalled', reason: 'InvalidSpec' } as const;

const SUSPENDED = 'spec.suspend is set';
const SUSPENSION = { reason: 'Suspended', message: SUSPENDED } as const;

/** The provider answers. @param afterMs when it is to be looked at again */
export function reached(afterMs: number): Verdict {
  const message = 'The provider answers and accepts the credentials';
  return {
    type: 'told',
    ready: 'True',
    progress: 'settled',
    reason: 'Reached',
    message,
    next: { type: 'again', afterMs },
  };
}

/** A person has said that the provider is not to be called (protocol B2). */
export function suspended(next: Outcome): Verdict {
  return { type: 'told', ready: 'False', progress: 'suspended', reason: 'Suspended', message: SUSPENDED, next };
}

/** The object is deleted and its applications are not gone (protocol D5). */
export function leaving(next: Outcome): Verdict {
  const message = 'The object is being deleted; it stays until its applications are gone';
  return { type: 'told', ready: 'False', progress: 'retrying', reason: 'InUse', message, next };
}

/** Judges what ended a pass. @param address whether the provider was listed there. @throws whatever is neither the provider's nor an expected obstacle */
export function judgeError(
  error: unknown,
  { spec }: Pick<OAuthProvider, 'spec'>,
  address: 'proved' | 'untried',
): Verdict | Silence {
  if (error instanceof Unfit) return stalled(error.reason, error.message, error.next);
  if (error instanceof ProviderError) return judgeProvider(error, spec, address);
  if (error instanceof Postponed) {
    return { type: 'silent', next: { type: 'again', afterMs: error.waitMs } };
  }
  if (error instanceof ClusterError) {
    if (error.code === 'conflict' || error.code === 'gone') return { type: 'silent', next: { type: 'back-off' } };
    if (error.code === 'forbidden') return stalled('ApiForbidden', error.message, { type: 'back-off' });
  }
  throw error;
}

function judgeProvider(error: ProviderError, spec: OAuthProvider['spec'], address: 'proved' | 'untried'): Verdict {
  const { code, details } = error;
  const { retryAfterMs, field } = details;
  const next: Outcome = retryAfterMs === undefined ? { type: 'back-off' } : { type: 'again', afterMs: retryAfterMs };
  const path = code === 'unauthorized' ? credentialsRefOf(spec)?.path : field;
  // Where it has answered before, whatever stands before it says for a moment that there is none.
  const isAway = code === 'misdirected' && address === 'proved';
  const isOurSpec = code === 'rejected' && field !== undefined;
  return {
    type: 'told',
    ready: 'False',
    ...(isOurSpec ? INVALID : REFUSALS[isAway ? 'unavailable' : code]),
    message: describeError(error, path),
    next,
  };
}

function stalled(reason: Reason, message: string, next: Outcome): Verdict {
  return { type: 'told', ready: 'False', progress: 'stalled', reason, message, next };
}

/** The status that says so. Pure. */
export function statusAfter(
  { ready, progress, reason, message }: Verdict,
  { metadata, spec }: OAuthProvider,
  status: OAuthProviderStatus,
  nowMs: number,
): OAuthProviderStatus {
  const observedGeneration = metadata.generation;
  const part = { reason, message, observedGeneration };
  const wanted = [
    { type: 'Ready', status: ready, ...part } as const,
    ...(progress === 'retrying' ? [{ type: 'Reconciling', status: 'True', ...part } as const] : []),
    ...(progress === 'stalled' ? [{ type: 'Stalled', status: 'True', ...part } as const] : []),
    ...(spec.suspend === true ? [{ type: 'Suspended', status: 'True', ...part, ...SUSPENSION } as const] : []),
  ];
  const conditions = [...setConditions(status.conditions, wanted, new Date(nowMs).toISOString())];
  return { ...status, observedGeneration, conditions };
}
