import { z } from 'zod';
import { type Effect, ProviderError, type ProviderErrorCode, REDIRECTS } from '../errors.ts';
import { type Answer, providerText } from '../http.ts';
import { redirected } from '../redirected.ts';
import { type Complaint, complaintsOf, complaintsOfFields } from './complaints.ts';
import { SECRET_FORMS } from './wire.ts';

/** What a call does, which decides what a refusal of it means. */
export type Operation =
  | 'list'
  | 'show'
  | 'create'
  | 'update'
  | 'add-redirect'
  | 'remove-redirect'
  | 'rotate'
  | 'delete';

/** `verify`: a try of a client's credentials, which is no call of the API. */
type Asked = Operation | 'verify';

const SENTENCES = {
  rejected: 'logi rejects the request',
  unauthorized: 'logi does not accept the API key',
  forbidden: 'The API key may not do this at logi',
  'needs-person': "The API key's owner must prove who they are at logi",
  'not-found': 'logi has no such application',
  conflict: 'logi says that the application exists already, or that another request is under way',
  throttled: 'logi wants fewer requests',
  unavailable: 'logi cannot be used at the moment',
  lost: 'No answer came from logi',
  malformed: 'The answer of logi cannot be read',
  quota: 'logi lets no more applications be registered',
  unsupported: 'logi cannot do this',
  misdirected: 'No logi answers at the address that spec.logi.apiUrl of the provider object names',
  'not-allowed': 'The address of logi may not be called',
} as const satisfies Record<ProviderErrorCode, string>;

const CODES: ReadonlyMap<number, ProviderErrorCode> = new Map([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [408, 'unavailable'],
  [409, 'conflict'],
  [410, 'not-found'],
  [429, 'throttled'],
]);

/** By these a list says that no logi is there: it needs no application that could be missing. */
const NOT_THERE: ReadonlySet<number> = new Set([404, 405, 410]);

/** What is said of an answer that may be a stranger's. */
const STRANGERS: ReadonlySet<ProviderErrorCode> = new Set(['unavailable', 'misdirected']);

/** Names that are taken, in the words of validators. */
const TAKEN = /taken|exist|already|duplicate|unique|in use/i;

/** What else can be wrong with a name. */
const UNFIT = /blank|empty|missing|required|presence|too|long|short|characters|maximum|minimum|invalid|reserved/i;

const Identity = z.object({ error: z.literal('identity_verification_required') });

/** People are sent there, so that it must be a plain address and give away nothing. */
const VerifyUrl = z.object({
  verify_url: z
    .url({ protocol: /^https$/ })
    .max(2048)
    .refine((url) => /^[\x21-\x7e]+$/.test(url) && url.replaceAll(SECRET_FORMS, '') === url),
});
const SaysVerifyUrl = z.object({ verify_url: z.string() });

/**
 * The error that an answer outside 2xx stands for.
 *
 * The effect is `refused` only where logi itself says no, in its own JSON (protocol O5).
 */
export function refusalOf(answer: Answer, operation: Asked): ProviderError {
  if (operation === 'list' && REDIRECTS.has(answer.status)) return redirected(answer, 'spec.logi.apiUrl');
  const complaints = complaintsIn(answer);
  const isNotThere = operation === 'list' && NOT_THERE.has(answer.status);
  const code = isNotThere ? 'misdirected' : codeOf(answer, operation, complaints);
  return new ProviderError(code, sentence(code, complaints, answer.status), {
    effect: effectOf(answer.status, code, operation, complaints),
    status: answer.status,
    field: complaints?.find(({ field }) => field !== undefined)?.field,
    url: code === 'needs-person' ? verifyUrl(answer) : undefined,
    retryAfterMs: answer.retryAfterMs,
  });
}

/** The error for a 2xx that does not say what it should. It may have had its effect. */
export function unreadable(answer: Answer): ProviderError {
  return new ProviderError('malformed', `${SENTENCES.malformed}.`, { effect: 'unknown', status: answer.status });
}

/** A request alone is refused by the names of its fields, and not a caller. */
function complaintsIn({ status, content }: Answer): readonly Complaint[] | undefined {
  if (content.type !== 'json') return undefined;
  const isOfRequest = status === 400 || status === 422;
  return complaintsOf(content.value) ?? (isOfRequest ? complaintsOfFields(content.value) : undefined);
}

function codeOf(answer: Answer, operation: Asked, complaints: readonly Complaint[] | undefined): ProviderErrorCode {
  const { status } = answer;
  const code = CODES.get(status);
  // What the token endpoint has against the client is no refusal; whatever else comes is no word of logi's.
  if (operation === 'verify') return code === 'throttled' ? 'throttled' : 'unavailable';
  const namesId = operation !== 'list' && operation !== 'create';
  if (code === 'not-found') return namesId ? 'not-found' : 'unavailable'; // the body of logi's 404 is not documented (protocol D2)
  if (status < 400 || status >= 500) return 'unavailable';
  if (code === 'throttled') return 'throttled';
  if (complaints === undefined) return isOfStranger(answer) ? 'unavailable' : (code ?? 'unavailable');
  if (status === 403 && needsPerson(answer)) return 'needs-person';
  if (operation === 'create' && status === 422 && complaints.some(isNameTaken)) return 'conflict';
  return code ?? 'rejected';
}

/** The page of something on the way. What refuses a caller altogether, and not a request, does so in plain text, too. */
function isOfStranger({ status, content }: Answer): boolean {
  return content.type === 'html' || (status === 403 && content.type === 'unreadable');
}

function effectOf(
  status: number,
  code: ProviderErrorCode,
  operation: Asked,
  complaints: readonly Complaint[] | undefined,
): Effect {
  // A limit on tries of credentials is not the API's.
  if (operation === 'verify') return 'unknown';
  const saidNo = complaints !== undefined && status >= 400 && status < 500 && status !== 408;
  return saidNo && !(operation === 'create' && code === 'conflict') ? 'refused' : 'unknown';
}

/** A complaint about the name that nothing else explains counts as taken: the safe side (protocol O5). */
function isNameTaken({ field, text }: Complaint): boolean {
  return field === 'spec.displayName' && (TAKEN.test(text) || !UNFIT.test(text));
}

function needsPerson({ content }: Answer): boolean {
  if (content.type !== 'json') return false;
  return Identity.safeParse(content.value).success || SaysVerifyUrl.safeParse(content.value).success;
}

function verifyUrl({ content }: Answer): string | undefined {
  return content.type === 'json' ? VerifyUrl.safeParse(content.value).data?.verify_url : undefined;
}

/** What is not logi's own word says nothing but its status. */
function sentence(code: ProviderErrorCode, complaints: readonly Complaint[] | undefined, status: number): string {
  if (complaints === undefined && STRANGERS.has(code)) return `${SENTENCES[code]} (HTTP ${status}).`;
  const said = providerText((complaints ?? []).map(({ text }) => text).join('; '), SECRET_FORMS);
  return said === '' ? `${SENTENCES[code]}.` : `${SENTENCES[code]}: ${said}`;
}
