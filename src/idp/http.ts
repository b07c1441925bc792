import type { Redacted } from '../credentials.ts';
import type { Clock } from '../runtime/clock.ts';
import { certificateTrouble } from './certificates.ts';
import { type Content, contentOf } from './content.ts';
import { ProviderError } from './errors.ts';
import { retryAfterMs } from './retry-after.ts';

/** One request to a provider. `url` is absolute. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A whole answer. `headers` has lower-case names. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * The socket below the adapters; the simulator puts its own here.
 *
 * Rejects with {@link WireError} when no whole answer came by the signal's abort, when the body passes `maxBytes`, or
 * when the connection fails. Follows no redirects. Never puts a body or a header into an error.
 */
export type Wire = (request: WireRequest, maxBytes: number, signal: AbortSignal) => Promise<WireResponse>;

/**
 * Why there is no whole answer.
 *
 * - `connect`: no connection came about.
 * - `proxy`: the proxy made no tunnel.
 * - `reset`: it ended early.
 * - `timeout`: the signal aborted first.
 * - `too-large`: the body passed the limit.
 * - `not-allowed`: this installation forbids the address; nothing was sent.
 */
export type WireErrorKind = 'connect' | 'proxy' | 'reset' | 'timeout' | 'too-large' | 'not-allowed';

/**
 * The only error of a {@link Wire}. `code` is the system's word (`ECONNREFUSED`, `CERT_HAS_EXPIRED`) or that of a proxy
 * (`HTTP 407`), where it has one.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly kind: WireErrorKind;
  readonly code: string | undefined;
  /** With `not-allowed`: what is forbidden and who may allow it, as a sentence. */
  readonly refusal: string | undefined;

  constructor(kind: WireErrorKind, code: string | undefined, refusal?: string | undefined) {
    super(code === undefined ? kind : `${kind}: ${code}`);
    this.kind = kind;
    this.code = code;
    this.refusal = refusal;
  }
}

/** A request whose answer should be JSON. `url` is absolute. */
export interface JsonRequest {
  readonly method: WireRequest['method'];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body:
    | { readonly type: 'json'; readonly value: unknown }
    | { readonly type: 'form'; readonly fields: Readonly<Record<string, string>> }
    | undefined;
  /** Every secret that the request carries. Where a string of the answer repeats one, it reads `[redacted]`. */
  readonly secrets: readonly Redacted[];
}

/** A whole answer of any status. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Content;
  /** Milliseconds from now, from `Retry-After` in either form. */
  readonly retryAfterMs: number | undefined;
}

/**
 * Sends one request and reads the whole answer, whatever its status. Never retries.
 *
 * @throws ProviderError `lost` when no whole answer came; `malformed` when it is larger than the limits; `not-allowed`
 * when the address may not be called
 */
export type JsonCall = (request: JsonRequest, signal: AbortSignal) => Promise<Answer>;

/** The largest answer that is read, unless the caller says otherwise. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** The longest text of a provider that is shown. */
const MAX_TEXT_CHARACTERS = 256;

/** A text of a provider is read no further. It may have as many characters as an answer. */
const MAX_READ_CHARACTERS = 4096;

/** No form of a secret that is known by its length has more. */
const LONGEST_FORM_CHARACTERS = 64;

/** A {@link JsonCall} over `wire` that reads answers of at most `maxBytes` bytes. */
export function jsonCall(wire: Wire, clock: Clock, maxBytes: number = MAX_ANSWER_BYTES): JsonCall {
  return async (request, signal) => {
    const response = await wire(toWire(request), maxBytes, signal).catch((error: unknown) => {
      throw noAnswer(error);
    });
    const { status, headers } = response;
    return {
      status,
      headers,
      content: contentOf(response, request.secrets),
      retryAfterMs: retryAfterMs(headers['retry-after'], headers['date'], clock.now()),
    };
  };
}

/**
 * A provider's own words, fit for a status or a log: one line, no control characters, at most 256 characters, and
 * `[redacted]` for everything that `secretForms` finds.
 */
export function providerText(text: string, secretForms: RegExp): string {
  const line = lineOf(text).trim().replaceAll(secretForms, '[redacted]');
  return line.length <= MAX_TEXT_CHARACTERS ? line : `${line.slice(0, MAX_TEXT_CHARACTERS - 1).toWellFormed()}…`;
}

/** Without the end of what is cut: it could be that of a secret which is not known as one any more. */
function lineOf(text: string): string {
  const line = text.slice(0, MAX_READ_CHARACTERS).replaceAll(/[\p{C}\p{Z}]+/gu, ' ');
  return text.length <= MAX_READ_CHARACTERS ? line : line.slice(0, -LONGEST_FORM_CHARACTERS);
}

function toWire({ method, url, headers, body }: JsonRequest): WireRequest {
  const common = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'oauthapp-operator' };
  switch (body?.type) {
    case undefined:
      return { method, url, headers: { ...common, ...headers }, body: undefined };
    case 'json':
      return {
        method,
        url,
        headers: { ...common, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body.value),
      };
    case 'form':
      return {
        method,
        url,
        headers: { ...common, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(body.fields).toString(),
      };
  }
}

const NO_ANSWER = {
  connect: ['lost', 'No connection to the provider'],
  proxy: ['lost', 'The proxy that spec.proxy.url of the provider object names makes no tunnel to the provider'],
  reset: ['lost', 'The connection to the provider ended before its answer was complete'],
  timeout: ['lost', 'The provider did not answer in time'],
  'too-large': ['malformed', 'The answer of the provider is too large'],
  'not-allowed': ['not-allowed', 'The address of the provider is not one that this installation may call'],
} as const satisfies Record<WireErrorKind, readonly [ProviderError['code'], string]>;

/** A wire that breaks its word is still a call that may have had its effect. */
function noAnswer(error: unknown): ProviderError {
  const { kind, code, refusal } = error instanceof WireError ? error : new WireError('reset', undefined);
  const [problem, sentence] = NO_ANSWER[kind];
  const trouble = code === undefined ? undefined : certificateTrouble(code);
  const told = trouble === undefined ? sentence : `The certificate of the provider is not trusted: ${trouble}`;
  const message = refusal ?? (code === undefined ? told : `${told} (${code})`);
  return new ProviderError(problem, message, { effect: kind === 'not-allowed' ? 'refused' : 'unknown' });
}
