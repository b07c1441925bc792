import type { EmulatedApplication } from './registry.ts';
import type { Switches } from './switches.ts';

/** An application as the API shows it, without a secret. */
export function shown(application: EmulatedApplication, switches: Switches): Readonly<Record<string, unknown>> {
  const { clientType, organization } = application;
  return {
    id: switches.ids === 'text' ? String(application.id) : application.id,
    client_id: application.clientId,
    name: application.name,
    client_type: clientType,
    token_endpoint_auth_method: clientType === 'public' ? 'none' : switches.tokenEndpointAuthMethod,
    redirect_uris: ordered(application.redirectUris, switches),
    allowed_scopes: ordered(
      application.allowedScopes.map((scope) => spelled(scope, switches)),
      switches,
    ),
    status: application.status,
    environment: application.environment,
    tier: application.tier,
    organization: switches.organizationForm === 'text' ? organization : { slug: organization },
    webhook_url: application.webhookUrl ?? null,
    app_link_url: application.appLinkUrl ?? null,
    created_at: printedTime(application.createdAt, switches),
    ...(switches.extraAnswerFields === 'some' ? extra(application) : {}),
  };
}

/** An application as the answers to create and rotate show it: with its secret, or with the lack of one. */
export function shownWithSecret(
  application: EmulatedApplication,
  secret: string | undefined,
  switches: Switches,
): Readonly<Record<string, unknown>> {
  return { ...shown(application, switches), ...secretField(application, secret, switches) };
}

/** `value` as the answers wrap one application. */
export function wrapped(value: Readonly<Record<string, unknown>>, { answers }: Switches): unknown {
  return answers === 'wrapped' ? { application: value } : value;
}

/** The `client_secret` member alone. A public client's answer has none in any form. */
export function secretField(
  { clientType }: EmulatedApplication,
  secret: string | undefined,
  { emptySecret }: Switches,
): Readonly<Record<string, unknown>> {
  if (clientType === 'public') return {};
  if (secret !== undefined) return { client_secret: secret };
  switch (emptySecret) {
    case 'missing':
      return {};
    case 'empty':
      return { client_secret: '' };
    case 'null':
      return { client_secret: null };
  }
}

function ordered(values: readonly string[], { listOrder }: Switches): readonly string[] {
  return listOrder === 'sorted' ? values.toSorted() : values;
}

function spelled(scope: string, { profileScope }: Switches): string {
  if (profileScope === 'as-sent') return scope;
  return scope === 'profile' || scope === 'profile:basic' ? profileScope : scope;
}

function printedTime(at: number, { createdAtForm }: Switches): string {
  const iso = new Date(at).toISOString();
  return createdAtForm === 'iso' ? iso : iso.slice(0, 16).replace('T', ' ');
}

function extra({ createdVia, riskFlags }: EmulatedApplication): Readonly<Record<string, unknown>> {
  return {
    created_via: createdVia,
    creation_risk_flags: riskFlags,
    redirect_uri_metadata: {},
    allow_anonymous: false,
    widget_origins: [],
  };
}
