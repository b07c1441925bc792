import { z } from 'zod';
import { JsonObject, listOf } from '../json.ts';

/** One thing that logi finds wrong. `field` is the path in the spec, as far as it can be told. */
export interface Complaint {
  readonly field: string | undefined;
  readonly text: string;
}

/** The API's fields, as the spec names them and as texts about them start. The first that matches counts. */
const FIELDS = [
  { name: 'redirect_uris', path: 'spec.redirectUris', words: /\bredirect[ _]ur[il]s?\b/i },
  { name: 'webhook_url', path: 'spec.logi.webhookUrl', words: /\bwebhook[ _]url\b/i },
  { name: 'app_link_url', path: 'spec.logi.appLinkUrl', words: /\bapp[ _]link[ _]url\b/i },
  { name: 'allowed_scopes', path: 'spec.scopes', words: /\b(?:allowed[ _])?scopes?\b/i },
  { name: 'client_type', path: 'spec.type', words: /\bclient[ _]type\b/i },
  { name: 'name', path: 'spec.displayName', words: /\bname\b/i },
] as const;

const FIELD_NAMES: ReadonlySet<string> = new Set(FIELDS.map(({ name }) => name));

/** Where validators put what is about no field alone. */
const WHOLE = 'base';

/** More would not be read, and an answer may hold millions. */
const MAX_COMPLAINTS = 16;

const Text = z.string().optional().catch(undefined);

/** The two forms that logi's errors are known or expected to have: `error`, a string, or `errors` in any form. */
const ErrorBody = z.object({
  error: Text,
  error_description: Text,
  message: Text,
  field: Text,
  errors: z
    .union([z.string(), z.array(z.unknown()), JsonObject])
    .optional()
    .catch(undefined),
});

/** One element of `errors`, in the forms that validators and JSON:API write. */
const ErrorElement = z.object({
  field: Text,
  attribute: Text,
  param: Text,
  source: z.object({ pointer: Text }).optional().catch(undefined),
  message: Text,
  detail: Text,
  title: Text,
  code: Text,
});

/** What the validator of one field finds wrong with it. */
const Findings = listOf(z.string()).refine(({ length }) => length > 0);

/** What the body of an error says; `undefined` where it is no error body of logi's. */
export function complaintsOf(body: unknown): readonly Complaint[] | undefined {
  const { data } = ErrorBody.safeParse(body);
  if (data === undefined || (data.error === undefined && data.errors === undefined)) return undefined;
  return [...ofCode(data), ...ofErrors(data.errors)].slice(0, MAX_COMPLAINTS);
}

/**
 * What an object of nothing but the API's fields and lists of texts says, as validators write it on their own: nobody but
 * logi speaks of these. `undefined` where it is anything else.
 */
export function complaintsOfFields(body: unknown): readonly Complaint[] | undefined {
  const errors = JsonObject.safeParse(body).data ?? {};
  const names = Object.keys(errors);
  const isOfFields =
    names.every((name) => FIELD_NAMES.has(name) || name === WHOLE) && names.some((name) => name !== WHOLE);
  const isComplaint = isOfFields && Object.values(errors).every((texts) => Findings.safeParse(texts).success);
  return isComplaint ? ofErrors(errors).slice(0, MAX_COMPLAINTS) : undefined;
}

function ofCode({ error, error_description, message, field }: z.infer<typeof ErrorBody>): readonly Complaint[] {
  if (error === undefined) return [];
  return [complaint([field, error, error_description ?? message], error_description ?? message ?? error)];
}

function ofErrors(errors: z.infer<typeof ErrorBody>['errors']): readonly Complaint[] {
  if (errors === undefined) return [];
  if (typeof errors === 'string') return [complaint([errors], errors)];
  if (Array.isArray(errors)) return errors.slice(0, MAX_COMPLAINTS).flatMap((element) => ofElement(undefined, element));
  return Object.entries(errors)
    .slice(0, MAX_COMPLAINTS)
    .flatMap(([key, value]) =>
      (Array.isArray(value) ? value.slice(0, MAX_COMPLAINTS) : [value]).flatMap((element) => ofElement(key, element)),
    );
}

function ofElement(key: string | undefined, element: unknown): readonly Complaint[] {
  if (typeof element === 'string') return [complaint([key, element], withField(key, element))];
  const { data } = ErrorElement.safeParse(element);
  if (data === undefined) return [];
  const text = data.message ?? data.detail ?? data.title ?? data.code;
  const place = key ?? data.field ?? data.attribute ?? data.param ?? data.source?.pointer;
  return text === undefined ? [] : [complaint([place, text], withField(place, text))];
}

function complaint(hints: readonly (string | undefined)[], text: string): Complaint {
  const path = hints
    .map((hint) => (hint === undefined ? undefined : fieldOf(hint)))
    .find((field) => field !== undefined);
  return { field: path, text };
}

/** A key that we know is said with the text; any other may hold whatever the server likes. */
function withField(key: string | undefined, text: string): string {
  const path = key === undefined ? undefined : fieldOf(key);
  return path === undefined ? text : `${path} ${text}`;
}

function fieldOf(hint: string): string | undefined {
  return FIELDS.find(({ words }) => words.test(hint.replaceAll('_', ' ')))?.path;
}
