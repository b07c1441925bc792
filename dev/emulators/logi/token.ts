import type { Presented } from '../client-credentials.ts';
import { presentedBy } from '../client-credentials.ts';
import type { Answer } from '../delivery.ts';
import { jsonAnswer } from '../delivery.ts';
import { LOGINS } from './limits.ts';
import type { EmulatedApplication } from './registry.ts';
import { isKept } from './registry.ts';
import type { Request, World } from './world.ts';
import { obeyLimit } from './world.ts';

const GRANTS: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
];

/**
 * Serves `POST /oauth/token` (RFC 6749 section 5.2). No grant that it could honour exists, so that a client whose
 * credentials are good gets `invalid_grant`, and every other gets to know what is wrong with it.
 *
 * @throws Refusal 429
 */
export function token(request: Request, world: World): Answer {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    return oauthError(400, 'invalid_request');
  }
  const form = new URLSearchParams(request.body);
  const presented = presentedBy(request, form);
  if (presented === undefined) return oauthError(401, 'invalid_client');

  const subject = `logins ${presented.clientId}`;
  obeyLimit(subject, LOGINS, world);
  world.limits.count(subject, LOGINS);

  const aboutGrant = grantError(form);
  if (world.switches().tokenCheck === 'grant-first') return aboutGrant;
  return clientError(presented, world) ?? aboutGrant;
}

/** Whether these credentials authenticate the client, whatever its approval. */
export function authenticates(clientId: string, clientSecret: string, { registry }: World): boolean {
  const application = registry.all().find((candidate) => candidate.clientId === clientId && isKept(candidate));
  return application !== undefined && registry.accepts(application.id, clientSecret);
}

function clientError({ clientId, clientSecret, method }: Presented, world: World): Answer | undefined {
  if (method === 'both') return oauthError(400, 'invalid_request');
  const challenge = method === 'basic' ? { 'www-authenticate': 'Basic realm="logi"' } : {};
  const application = world.registry.all().find((candidate) => candidate.clientId === clientId);

  if (application === undefined || !isKept(application) || !isProven(application, clientSecret, world)) {
    return oauthError(method === 'basic' ? 401 : world.switches().invalidClient, 'invalid_client', challenge);
  }
  return mayLogIn(application, world) ? undefined : oauthError(400, 'unauthorized_client');
}

/** A public client that sends a secret is refused: it would be a downgrade. */
function isProven({ id, clientType }: EmulatedApplication, secret: string | undefined, { registry }: World): boolean {
  if (clientType === 'public') return secret === undefined;
  return secret !== undefined && registry.accepts(id, secret);
}

function mayLogIn({ status }: EmulatedApplication, { switches }: World): boolean {
  return status === 'approved' || (status === 'sandbox' && switches().sandboxLogin === 'allowed');
}

function grantError(form: URLSearchParams): Answer {
  const grant = form.get('grant_type');
  if (grant === null) return oauthError(400, 'invalid_request');
  if (!GRANTS.includes(grant)) return oauthError(400, 'unsupported_grant_type');
  const isComplete = grant !== 'authorization_code' || form.has('code');
  return oauthError(400, isComplete ? 'invalid_grant' : 'invalid_request');
}

function oauthError(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return jsonAnswer(status, { error }, { 'cache-control': 'no-store', ...headers });
}
