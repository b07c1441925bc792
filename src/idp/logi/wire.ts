import { z } from 'zod';
import { Redacted } from '../../credentials.ts';
import { shownOptions } from '../fields.ts';
import { providerText } from '../http.ts';
import { JsonObject, listOf } from '../json.ts';
import { UNMARKED } from '../owner-mark.ts';
import type { ApplicationType, Approval, ClientMetadata, MetadataField, Registration } from '../provider.ts';
import { distinctScopes } from './scopes.ts';

/** The key around the fields of a create and an update. The documentation shows both. */
export type WrapperKey = 'application' | 'oauth_application';

/** Every secret of logi that has a form of its own, wherever it turns up in a text. */
export const SECRET_FORMS = /\b(?:lpa_pat|logi_pak|logi_agt|logi_secret|pano_pak)_\w*/g;

const APPROVALS: Readonly<Record<string, Approval>> = {
  sandbox: 'usable',
  approved: 'usable',
  pending: 'pending',
  suspended: 'suspended',
};

/** What each type of the spec is at logi. */
export const CLIENT_TYPES = {
  Web: 'confidential',
  SinglePage: 'public',
  Native: 'public',
} as const satisfies Record<Exclude<ApplicationType, 'MachineToMachine'>, 'confidential' | 'public'>;

/** Goes into paths and into a status, so that nothing but a plain word or number will do. */
const Id = z
  .union([z.number().refine(Number.isSafeInteger).transform(String), z.string()])
  .refine((id) => /^\w[\w-]{0,127}$/.test(id));

/** RFC 6749 appendix A.1. */
const ClientId = z.string().regex(/^[\x21-\x7e]{1,256}$/);

const Text = z.string().optional().catch(undefined);
const Link = z
  .string()
  .nullish()
  .catch(undefined)
  .transform((link) => (link === '' ? null : link));
const Fact = Text.transform((text) => (text === undefined ? undefined : providerText(text, SECRET_FORMS)));

/** What else may stand where an array of strings is expected. */
const Texts = z
  .union([listOf(z.string()), z.string().transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''))])
  .optional()
  .catch(undefined);

const Organization = z
  .union([z.string(), z.object({ slug: z.string() }).transform(({ slug }) => slug)])
  .optional()
  .catch(undefined)
  .pipe(Fact);

/** An application. Only the two ids must be there; a field in a form that we do not know counts as not shown. */
const Application = z
  .object({
    id: Id,
    client_id: ClientId,
    name: Text,
    client_type: z.enum(['public', 'confidential']).optional().catch(undefined),
    redirect_uris: Texts,
    allowed_scopes: Texts,
    webhook_url: Link,
    app_link_url: Link,
    status: Fact,
    environment: Fact,
    tier: Fact,
    organization: Organization,
    created_at: Fact,
  })
  .transform(
    (application): Registration => ({
      id: application.id,
      clientId: application.client_id,
      name: application.name,
      clientType: application.client_type,
      redirectUris: application.redirect_uris,
      options: shownOptions({
        scopes: application.allowed_scopes,
        'logi.webhookUrl': application.webhook_url,
        'logi.appLinkUrl': application.app_link_url,
      }),
      mark: UNMARKED,
      approval: approvalOf(application.status),
      facts: {
        status: application.status,
        environment: application.environment,
        tier: application.tier,
        organization: application.organization,
        createdAt: application.created_at,
      },
    }),
  );

const Secret = z.object({ client_secret: z.string() });
const Identified = z.object({ id: Id });

/** One application of an answer, bare or wrapped; `undefined` where there is none in it. */
export function registrationOf(value: unknown): Registration | undefined {
  return Application.safeParse(unwrapped(value)).data;
}

/** The secret in an answer, beside an application or inside it; `undefined` where it is missing or blank. */
export function secretOf(value: unknown): Redacted | undefined {
  for (const candidate of [unwrapped(value), value]) {
    const secret = Secret.safeParse(candidate).data?.client_secret;
    if (secret !== undefined && secret.trim() !== '') return new Redacted(secret);
  }
  return undefined;
}

/** Whether an answer is about another application than `id`. */
export function namesAnother(value: unknown, id: string): boolean {
  const named = Identified.safeParse(unwrapped(value)).data?.id;
  return named !== undefined && named !== id;
}

/** Whether `id` can be an id of logi, and so be part of a path. */
export function isId(id: string): boolean {
  return Id.safeParse(id).success;
}

/** The fields of a create. What the user did not say is left out, so that the server's own default holds. */
export function newApplication(name: string, wanted: ClientMetadata): Readonly<Record<string, unknown>> {
  const { scopes, 'logi.webhookUrl': webhookUrl, 'logi.appLinkUrl': appLinkUrl } = wanted.options;
  return {
    name,
    ...(wanted.type === 'MachineToMachine' ? {} : { client_type: CLIENT_TYPES[wanted.type] }),
    redirect_uris: [...new Set(wanted.redirectUris)],
    ...(scopes === undefined ? {} : { allowed_scopes: distinctScopes(scopes) }),
    ...(webhookUrl === undefined ? {} : { webhook_url: webhookUrl }),
    ...(appLinkUrl === undefined ? {} : { app_link_url: appLinkUrl }),
  };
}

/**
 * The fields of an update, by the API's names; without the redirect URIs, which go a way of their own.
 *
 * A link that the user left out is cleared. Scopes are not: what the server's defaults are is not documented, and an
 * empty list would keep everybody from logging in.
 */
export function changedFields(
  wanted: ClientMetadata,
  fields: readonly MetadataField[],
): Readonly<Record<string, unknown>> {
  const has = (field: MetadataField): boolean => fields.includes(field);
  const { scopes, 'logi.webhookUrl': webhookUrl, 'logi.appLinkUrl': appLinkUrl } = wanted.options;
  return {
    ...(has('displayName') ? { name: wanted.name } : {}),
    ...(has('scopes') && scopes !== undefined ? { allowed_scopes: distinctScopes(scopes) } : {}),
    ...(has('logi.webhookUrl') ? { webhook_url: webhookUrl ?? null } : {}),
    ...(has('logi.appLinkUrl') ? { app_link_url: appLinkUrl ?? null } : {}),
  };
}

function unwrapped(value: unknown): unknown {
  const outer = JsonObject.safeParse(value).data ?? {};
  return [outer['application'], outer['oauth_application'], outer['data']].find((inner) => isObject(inner)) ?? value;
}

function isObject(value: unknown): boolean {
  return JsonObject.safeParse(value).success;
}

function approvalOf(status: string | undefined): Approval {
  return (
    (status === undefined ? undefined : Object.entries(APPROVALS).find(([word]) => word === status)?.[1]) ?? 'unknown'
  );
}
