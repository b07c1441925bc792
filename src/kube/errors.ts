import { z } from 'zod';

/** What was asked of the API server, in RBAC's words. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** One entry of `Status.details.causes`. Its message is left out: it repeats the rejected value. */
export interface Cause {
  readonly field: string | undefined;
  readonly reason: string | undefined;
}

/** What an {@link ApiError} is made of. */
export interface ApiErrorDetails {
  readonly status: number;
  /** `Status.reason`, `Unknown` where the answer is no `Status`. */
  readonly reason: string;
  readonly causes: readonly Cause[];
  /** Milliseconds, from `Retry-After` or `Status.details.retryAfterSeconds`. */
  readonly retryAfterMs: number | undefined;
  readonly verb: Verb;
  /** As a Role names it: `secrets`, `leases.coordination.k8s.io`. */
  readonly resource: string;
}

/**
 * The API server answered, and not with success.
 *
 * Holds no body, no header and no name of an object: an answer of 422 repeats rejected values, and an error ends in logs.
 */
export class ApiError extends Error implements ApiErrorDetails {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly reason: string;
  readonly causes: readonly Cause[];
  readonly retryAfterMs: number | undefined;
  readonly verb: Verb;
  readonly resource: string;

  constructor({ status, reason, causes, retryAfterMs, verb, resource }: ApiErrorDetails) {
    super(`cannot ${verb} ${resource}: ${status} ${reason}${describe(causes)}`);
    this.status = status;
    this.reason = reason;
    this.causes = causes;
    this.retryAfterMs = retryAfterMs;
    this.verb = verb;
    this.resource = resource;
  }
}

/**
 * Why no usable answer came.
 *
 * `unreachable`: no connection, so nothing was sent. `reset`: the connection failed with the request on it. `timeout`:
 * no whole answer within the deadline. `too-large`: the answer passed its limit. `malformed`: it can't be read.
 */
export type TransportFailure = 'unreachable' | 'reset' | 'timeout' | 'too-large' | 'malformed';

/** No usable answer came from the API server. Carries the system's error code, never what was sent or received. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly failure: TransportFailure;

  constructor(failure: TransportFailure, detail: string) {
    super(`no usable answer from the API server: ${failure} (${detail})`);
    this.failure = failure;
  }
}

export function isNotFound(error: unknown): error is ApiError {
  return isApiError(error, 404);
}

/** For a read of what may not be there: `undefined` where the server says that it is not. @throws every other error */
export function unlessNotFound(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}

/**
 * The object is another, by resourceVersion or uid, than the write was meant for. Not a name that is taken:
 * {@link isAlreadyExists}.
 *
 * 409; a patch alone with another uid is answered 422 on `metadata.uid` (seen with kube-apiserver 1.37).
 */
export function isConflict(error: unknown): error is ApiError {
  return (isApiError(error, 409) && error.reason !== 'AlreadyExists') || isAnotherUid(error);
}

export function isAlreadyExists(error: unknown): error is ApiError {
  return isApiError(error, 409) && error.reason === 'AlreadyExists';
}

/** 410: the resourceVersion or the continue token is too old. */
export function isGone(error: unknown): error is ApiError {
  return isApiError(error, 410);
}

export function isForbidden(error: unknown): error is ApiError {
  return isApiError(error, 403);
}

/** The object was refused for what it says. */
export function isInvalid(error: unknown): error is ApiError {
  return isApiError(error, 422) && !isAnotherUid(error);
}

/** The answer passed the limit on what is read. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof TransportError && error.failure === 'too-large';
}

/** The resourceVersion is one that this server has not reached: it was restored, or it lags behind another replica. */
export function isTooLargeResourceVersion(error: unknown): boolean {
  return error instanceof ApiError && error.causes.some(({ reason }) => reason === 'ResourceVersionTooLarge');
}

/**
 * Whether the request certainly had no effect: the API server refused it, or it never left.
 *
 * After anything else (a timeout, a reset, a 5xx, an abort) a write may have happened.
 */
export function isDefinite(error: unknown): boolean {
  if (error instanceof TransportError) return error.failure === 'unreachable';
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 408;
}

const STATUS = z.looseObject({
  kind: z.literal('Status'),
  code: z.number().int().optional(),
  reason: z.string().optional(),
  details: z
    .looseObject({
      retryAfterSeconds: z.number().optional(),
      causes: z.array(z.looseObject({ reason: z.string().optional(), field: z.string().optional() })).optional(),
    })
    .optional(),
});

/** An answer, as far as an error is made from it. */
export interface FailedAnswer {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** Parsed body; anything, since what stands in front of the API server may have answered. */
  readonly json: unknown;
}

/** Reads a failed answer, or the `Status` of an ERROR event in a watch. */
export function apiError(verb: Verb, resource: string, { status, retryAfterMs, json }: FailedAnswer): ApiError {
  const decoded = STATUS.safeParse(json).data;
  const seconds = decoded?.details?.retryAfterSeconds;
  return new ApiError({
    status: status === 200 ? (decoded?.code ?? 500) : status,
    reason: word(decoded?.reason) ?? 'Unknown',
    causes: (decoded?.details?.causes ?? []).map(({ field, reason }) => ({ field: path(field), reason: word(reason) })),
    retryAfterMs: retryAfterMs ?? (seconds === undefined || seconds <= 0 ? undefined : seconds * 1000),
    verb,
    resource,
  });
}

function isApiError(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

function isAnotherUid(error: unknown): boolean {
  return (
    isApiError(error, 422) && error.causes.length > 0 && error.causes.every(({ field }) => field === 'metadata.uid')
  );
}

function describe(causes: readonly Cause[]): string {
  if (causes.length === 0) return '';
  const shown = causes.slice(0, 5).map(({ field, reason }) => `${field ?? '-'}: ${reason ?? 'Unknown'}`);
  return ` (${shown.join(', ')})`;
}

/** A reason is one CamelCase word; anything else is text that somebody else chose. */
function word(text: string | undefined): string | undefined {
  return text !== undefined && /^[A-Za-z]{1,64}$/.test(text) ? text : undefined;
}

/** A field path. The key in brackets is the user's own word, and is left out. */
function path(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const masked = text.replace(/\[(?!\d+\])[^\]]*\]/g, '[…]');
  return /^[\w.\-[\]…]{1,256}$/.test(masked) ? masked : undefined;
}
