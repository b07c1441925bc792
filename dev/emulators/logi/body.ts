import { z } from 'zod';
import { invalid, Refusal } from './refusal.ts';
import type { Switches } from './switches.ts';
import type { Request } from './world.ts';

/** The fields of a create or an update, by the API's names. */
export type Fields = z.infer<typeof Fields>;

const Fields = z
  .object({
    name: z.string(),
    client_type: z.enum(['public', 'confidential']),
    redirect_uris: z.array(z.string()),
    allowed_scopes: z.array(z.string()),
    webhook_url: z.string().nullable(),
    app_link_url: z.string().nullable(),
    logo_url: z.string().nullable(),
  })
  .partial();

const Json = z.record(z.string(), z.unknown());

/** The fields that came under the wrapper key. @throws Refusal 400, 415 or 422 */
export function fieldsOf(request: Request, switches: Switches): Fields {
  const body = jsonOf(request, switches);
  const key = wrapperKeys(switches).find((candidate) => body[candidate] !== undefined);
  const inner = Json.safeParse(key === undefined ? undefined : body[key]);
  if (key === undefined || !inner.success) {
    throw invalid('application', 'parameter_missing', 'Param is missing or the value is empty');
  }
  if (switches.unknownFields === 'refused') {
    refuseUnknown(Object.keys(body), [key]);
    refuseUnknown(Object.keys(inner.data), knownFields(switches));
  }

  const fields = Fields.safeParse(inner.data);
  if (fields.success) return fields.data;
  const field = String(fields.error.issues[0]?.path[0] ?? 'base');
  throw invalid(field, `invalid_${field}`, `${field} is invalid`);
}

/** The JSON object in the body. @throws Refusal 400 or 415 */
export function jsonOf({ headers, body }: Request, switches: Switches): Readonly<Record<string, unknown>> {
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    const text = 'The body must be application/json';
    throw new Refusal({ status: switches.wrongContentType, code: 'unsupported_media_type', text });
  }
  const parsed = Json.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  throw new Refusal({ status: 400, code: 'bad_request', text: 'The body is not a JSON object' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrapperKeys({ wrapperKey }: Switches): readonly string[] {
  return wrapperKey === 'both' ? ['application', 'oauth_application'] : [wrapperKey];
}

function knownFields({ logoUrl }: Switches): readonly string[] {
  return Object.keys(Fields.shape).filter((field) => field !== 'logo_url' || logoUrl === 'accepted');
}

function refuseUnknown(present: readonly string[], known: readonly string[]): void {
  const unknown = present.find((field) => !known.includes(field));
  if (unknown !== undefined) throw invalid(unknown, 'unknown_field', 'Unpermitted parameter');
}
