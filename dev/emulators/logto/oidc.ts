import { jsonAnswer } from '../delivery.ts';
import { clientFault, isRegistered } from './client-check.ts';
import { client } from './client-login.ts';
import { oidcError } from './oidc-error.ts';
import { refusal } from './refusal.ts';
import type { Request, Served, World } from './world.ts';
import { present, unchanged } from './world.ts';

/** Serves `POST /oidc/token` for client credentials, the only grant that needs no person. @throws Refusal */
export function token(request: Request, world: World): Served {
  const { catalogue, tokens } = world;
  const { hosting, tokens: quota, tokenTtl } = world.switches();
  if (hosting === 'cloud' && quota === 'quota-used-up') throw refusal({ status: 429, code: 'auth.exceed_token_limit' });

  const form = new URLSearchParams(request.body);
  const application = client(request, form, world);
  refuseOtherGrants(form.get('grant_type'), application.type);
  const resource = catalogue.resources().find(({ indicator }) => indicator === form.get('resource'));
  if (resource === undefined) throw oidcError(400, 'invalid_target', 'resource indicator is missing, or unknown');

  const asked = (form.get('scope') ?? '').split(' ');
  const granted = application.roleIds.flatMap((id) => catalogue.role(id)?.scopeIds ?? []);
  const scopes = resource.scopes.filter(({ id, name }) => granted.includes(id) && asked.includes(name));
  const scope = scopes.length === 0 ? undefined : scopes.map(({ name }) => name).join(' ');

  const claims = { client_id: application.id, iss: `${request.endpoint}/oidc`, aud: resource.indicator, scope };
  const issued = { access_token: tokens.issue(claims, tokenTtl), expires_in: tokenTtl, token_type: 'Bearer', scope };
  return unchanged(jsonAnswer(200, issued, { 'cache-control': 'no-store' }));
}

/** Serves `POST /oidc/token/introspection`: tells whether a client's secret is good. @throws Refusal */
export function introspect(request: Request, world: World): Served {
  const form = new URLSearchParams(request.body);
  client(request, form, world);
  return unchanged(jsonAnswer(200, { active: false }, { 'cache-control': 'no-store' }));
}

/** Serves `GET /oidc/auth` as far as the way to the sign-in page. @throws Refusal 400 */
export function authorize({ query, endpoint }: Request, world: World): Served {
  const fields = { iss: `${endpoint}/oidc` };
  const application = present(query.get('client_id') ?? '', world);
  if (application === undefined) throw oidcError(400, 'invalid_client', 'client is invalid', { fields });
  const fault = clientFault(application);
  if (fault !== undefined) throw oidcError(400, 'invalid_redirect_uri', fault, { fields });
  if (!isRegistered(query.get('redirect_uri') ?? '', application)) {
    const description = "redirect_uri did not match any of the client's registered redirect_uris";
    throw oidcError(400, 'invalid_redirect_uri', description, { fields });
  }
  const location = `${endpoint}/sign-in?app_id=${application.id}`;
  return unchanged({ status: 303, headers: { location }, body: '' });
}

/** Serves the discovery document. */
export function discovery({ endpoint }: Request): Served {
  const issuer = `${endpoint}/oidc`;
  return unchanged(
    jsonAnswer(200, {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      introspection_endpoint: `${issuer}/token/introspection`,
      revocation_endpoint: `${issuer}/token/revocation`,
      userinfo_endpoint: `${issuer}/me`,
      end_session_endpoint: `${issuer}/session/end`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES384'],
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: ['implicit', 'authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    }),
  );
}

function refuseOtherGrants(grant: string | null, type: string): void {
  if (grant === null) throw oidcError(400, 'invalid_request', "missing required parameter 'grant_type'");
  if (grant !== 'client_credentials') {
    throw oidcError(400, 'unsupported_grant_type', 'unsupported grant_type requested');
  }
  if (type !== 'MachineToMachine') {
    throw oidcError(400, 'unauthorized_client', 'requested grant type is not allowed for this client');
  }
}
