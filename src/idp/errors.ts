/**
 * What went wrong at a provider, by what has to happen next.
 *
 * - `rejected`: the request is wrong, `field` says where; the user must change the spec.
 * - `unauthorized`: the operator's credentials are not accepted.
 * - `forbidden`: they are accepted and not enough (role or permission).
 * - `needs-person`: a person must do something at the provider, see `url`.
 * - `not-found`: no such registration. One witness only (protocol D2).
 * - `conflict`: the provider says that it exists already.
 * - `throttled`: too many requests; `retryAfterMs` where the provider says when.
 * - `unavailable`: the provider, or what stands in front of it, answered that it cannot serve.
 * - `lost`: no usable answer came: reset, timeout, truncated.
 * - `malformed`: an answer came that we cannot read.
 * - `quota`: the tenant may have no more of these; a person buys more or removes some.
 * - `unsupported`: this installation of the provider has no such feature, `field` says which.
 * - `misdirected`: whatever answers at the address is no such provider; the spec of its object names another.
 * - `not-allowed`: this installation forbids the address, so that nothing was sent.
 */
export type ProviderErrorCode =
  | 'rejected'
  | 'unauthorized'
  | 'forbidden'
  | 'needs-person'
  | 'not-found'
  | 'conflict'
  | 'throttled'
  | 'unavailable'
  | 'lost'
  | 'malformed'
  | 'quota'
  | 'unsupported'
  | 'misdirected'
  | 'not-allowed';

/**
 * Protocol O5. `refused`: the provider itself said no and did nothing, or nothing was sent; so it is where a look proves that
 * the route alone is missing, whoever said so. `unknown`: the request may have had its effect.
 */
export type Effect = 'refused' | 'unknown';

export interface ProviderErrorDetails {
  readonly effect: Effect;
  /** HTTP status, when an answer came. */
  readonly status?: number | undefined;
  /** Path in the spec that the provider objects to, as far as it says. */
  readonly field?: string | undefined;
  /** Where a person can resolve it. */
  readonly url?: string | undefined;
  /** Milliseconds from now, from `Retry-After` in either form. */
  readonly retryAfterMs?: number | undefined;
  /** What the provider calls the exchange in its own log. For ours alone: it is another one each time. */
  readonly requestId?: string | undefined;
}

/**
 * The only error that an adapter throws.
 *
 * `message` is one sentence for a user: no secret, no body, no headers; what the provider said comes only from known
 * JSON fields and is clipped to 256 characters.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly code: ProviderErrorCode;
  readonly details: ProviderErrorDetails;

  constructor(code: ProviderErrorCode, message: string, details: ProviderErrorDetails) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** What to tell a person of it: the field, as `path` where that is given, what was wrong, and where to go. Pure. */
export function describeError(
  { message, details: { field, url } }: ProviderError,
  path: string | undefined = field,
): string {
  const named = path === undefined || message.includes(path) ? message : `${path}: ${message}`;
  return url === undefined || named.includes(url) ? named : `${named} (${url})`;
}

/** Whether the provider said that there is no such registration: one witness of two (protocol D2). */
export function isNotFound(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.code === 'not-found';
}

/** Statuses of a redirect, none of which is followed, since credentials go with each request. */
export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether an answer of this status refuses nothing: it is no 4xx, or 429 Too Many Requests. */
export function refusesNothing(status: number): boolean {
  return status < 400 || status === 429 || status >= 500;
}
