import { z } from 'zod';
import { type Effect, ProviderError, type ProviderErrorCode, REDIRECTS } from '../errors.ts';
import { type Answer, providerText } from '../http.ts';
import { redirected } from '../redirected.ts';
import { fieldOfData, scopesOfData } from './issues.ts';
import { type Meaning, meaningOf } from './meanings.ts';

/**
 * What a call is about, which decides what a refusal of it means.
 *
 * - `privilege`: a role or a consent scope of an application, which can be missing without the application being so.
 */
export type Subject = 'listing' | 'creation' | 'application' | 'privilege';

/** What of a request its refusal is judged by. */
export interface Asked {
  readonly about: Subject;
  readonly body?: unknown;
}

/**
 * Everything secret that has a form of its own: internal secrets, tokens (RFC 7519), and the values Logto generates.
 *
 * What starts as a token need have no dot: the search for one would take time by the square of a text that has none.
 */
export const SECRET_FORMS = /#internal:\S*|\beyJ[\w.-]*|\b[0-9A-Za-z]{32}\b/g;

const SENTENCES = {
  rejected: 'Logto rejects the request',
  unauthorized: "Logto does not accept the operator's credentials",
  forbidden: 'Logto does not let the operator do this',
  'needs-person': 'Logto wants a person to act first',
  'not-found': 'Logto has no such application',
  conflict: 'Logto says that this exists already',
  throttled: 'Logto wants fewer requests',
  unavailable: 'Logto cannot be used at the moment',
  lost: 'No answer came from Logto',
  malformed: 'The answer of Logto cannot be read',
  quota: 'The Logto tenant may have no more of these',
  unsupported: 'This Logto cannot do this',
  misdirected: 'No Logto answers at the address that spec.logto.endpoint of the provider object names',
  'not-allowed': 'The address of Logto may not be called',
} as const satisfies Record<ProviderErrorCode, string>;

const CODES: ReadonlyMap<number, ProviderErrorCode> = new Map([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [408, 'unavailable'],
  [409, 'conflict'],
  [429, 'throttled'],
]);

/** Only these say that something is not there; an unknown path and an unmatched host are 404 as well. */
const MISSING: ReadonlySet<string> = new Set(['entity.not_exists_with_id', 'entity.not_exists', 'entity.not_found']);

/**
 * On a create these may come of the create itself, done once already and repeated by a proxy (protocol O5): a host is
 * unique, and a name is not.
 */
const MAY_BE_OURS: ReadonlySet<string> = new Set([
  'application.protected_application_subdomain_exists',
  'entity.db_constraint_violated',
]);

/** Where the parser of bodies gives up, and the router then answers 404 as if the path were unknown. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Those of Logto have 16 letters and digits. A secret of its own has 32, so that none passes for one. */
const REQUEST_ID = /^[\w-]{1,31}$/;

const Text = z.string().optional().catch(undefined);

/** @see https://github.com/logto-io/logto/blob/master/packages/core/src/errors/RequestError/index.ts */
const LogtoError = z.object({ code: z.string(), message: Text, details: Text, data: z.unknown().optional() });
type LogtoError = z.infer<typeof LogtoError>;

/** Which limit of the plan is reached; some builds do not say it. */
const Limit = z.object({ key: z.string(), limit: z.number() });

/** The `code` of an error of Logto's own; `undefined` where somebody else speaks. Texts are translated, codes are not. */
export function codeIn({ content }: Answer): string | undefined {
  return saidIn(content)?.code;
}

/** The error that an answer outside 2xx stands for. */
export function refusalOf(answer: Answer, asked: Asked): ProviderError {
  const { status } = answer;
  // Logto itself moves neither the list nor the token endpoint: whoever redirects them says that the address is another.
  if (asked.about === 'listing' && REDIRECTS.has(status)) return redirected(answer, 'spec.logto.endpoint');
  const said = saidIn(answer.content);
  if (said === undefined) return strangersRefusal(answer, asked);
  const meaning = meaningOf(said.code);
  const code = codeOf(status, said, meaning, asked.about);
  return new ProviderError(code, messageOf(code, said, meaning), {
    effect: effectOf(status, said, code, asked.about),
    status,
    field: (code === 'rejected' ? fieldOfData(said.data) : undefined) ?? meaning?.field,
    retryAfterMs: answer.retryAfterMs,
    requestId: requestIdIn(answer),
  });
}

/** The error for a 2xx that does not say what it should. It may have had its effect. */
export function unreadable(answer: Answer): ProviderError {
  const { status } = answer;
  const details = { effect: 'unknown', status, requestId: requestIdIn(answer) } as const;
  return new ProviderError('malformed', `${SENTENCES.malformed}.`, details);
}

/** What Logto calls this exchange in its own log; `undefined` where the header is missing or has another form. */
export function requestIdIn({ headers }: Answer): string | undefined {
  const id = headers['logto-core-request-id'];
  return id !== undefined && REQUEST_ID.test(id) ? id : undefined;
}

/** What Logto says, after what it comes to. */
export function sentenceWith(code: ProviderErrorCode, text: string | undefined): string {
  const said = providerText(text ?? '', SECRET_FORMS);
  return said === '' ? `${SENTENCES[code]}.` : `${SENTENCES[code]}: ${said}`;
}

function saidIn(content: Answer['content']): LogtoError | undefined {
  return content.type === 'json' ? LogtoError.safeParse(content.value).data : undefined;
}

/** Whatever stands in front of Logto speaks here, so that nothing is known of what became of the request. */
function strangersRefusal(answer: Answer, { body }: Asked): ProviderError {
  const { status, retryAfterMs } = answer;
  const details = { effect: 'unknown', status, retryAfterMs, requestId: requestIdIn(answer) } as const;
  if (status === 404 && bytesOf(body) > MAX_BODY_BYTES) {
    const message = `${SENTENCES.rejected}: what it keeps of the application is over 1 MiB.`;
    return new ProviderError('rejected', message, { ...details, field: 'spec.logto.customData' });
  }
  const code = status === 429 ? 'throttled' : 'unavailable';
  return new ProviderError(code, `${SENTENCES[code]} (HTTP ${status}).`, details);
}

function bytesOf(body: unknown): number {
  return body === undefined ? 0 : new TextEncoder().encode(JSON.stringify(body)).length;
}

function codeOf(status: number, { code }: LogtoError, meaning: Meaning | undefined, about: Subject): ProviderErrorCode {
  if (meaning !== undefined) return meaning.code;
  if (status < 400 || status >= 500) return 'unavailable';
  if (status === 404) return about === 'application' && MISSING.has(code) ? 'not-found' : 'rejected';
  return CODES.get(status) ?? 'rejected';
}

/**
 * Protocol O5. A Logto that is not set up for protected applications says so with a 501 before it does anything: a
 * create that it answers thus is refused, or it would be tried for ever.
 */
function effectOf(status: number, { code: said }: LogtoError, code: ProviderErrorCode, about: Subject): Effect {
  if (code === 'unsupported') return 'refused';
  const isNo = status >= 400 && status < 500 && status !== 408;
  const mayBeOurs = about === 'creation' && (code === 'conflict' || MAY_BE_OURS.has(said));
  return isNo && !mayBeOurs ? 'refused' : 'unknown';
}

function messageOf(code: ProviderErrorCode, said: LogtoError, meaning: Meaning | undefined): string {
  if (meaning?.sentence !== undefined) return meaning.sentence;
  const limit = code === 'quota' ? Limit.safeParse(said.data).data : undefined;
  if (limit !== undefined) return sentenceWith(code, `${limit.key}: ${limit.limit}`);
  const scopes = code === 'rejected' ? scopesOfData(said.data) : undefined;
  if (scopes !== undefined) return sentenceWith(code, `it has no scope ${scopes}`);
  return sentenceWith(code, said.details ?? said.message);
}
