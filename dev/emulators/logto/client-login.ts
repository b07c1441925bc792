import type { Presented } from '../client-credentials.ts';
import { presentedBy } from '../client-credentials.ts';
import { clientFault } from './client-check.ts';
import { hasSecrets } from './create.ts';
import { oidcError } from './oidc-error.ts';
import type { EmulatedApplication } from './registry.ts';
import type { Request, World } from './world.ts';
import { present } from './world.ts';

/** The client that the request authenticates. @throws Refusal 400 or 401 */
export function client(request: Request, form: URLSearchParams, world: World): EmulatedApplication {
  const presented = presentedBy(request, form);
  if (presented === undefined) {
    throw oidcError(400, 'invalid_request', 'no client authentication mechanism provided');
  }
  if (presented.method === 'both') {
    throw oidcError(400, 'invalid_request', 'client authentication must only be provided using one mechanism');
  }
  const application = known(presented.clientId, world);

  switch (secretState(application, presented.clientSecret, world)) {
    case 'good':
      return application;
    case 'expired':
      throw oidcError(400, 'invalid_request', 'client secret has expired');
    case 'wrong':
      throw wrongSecret(presented, request);
  }
}

/** Whether these credentials authenticate the client at this moment, at whatever endpoint. */
export function authenticates(clientId: string, clientSecret: string, world: World): boolean {
  const application = present(clientId, world);
  if (application === undefined || clientFault(application) !== undefined) return false;
  return secretState(application, clientSecret, world) === 'good';
}

/** The client with this id, if the OIDC layer finds nothing wrong with it. @throws Refusal 400 */
function known(clientId: string, world: World): EmulatedApplication {
  const application = present(clientId, world);
  if (application === undefined) throw oidcError(400, 'invalid_client', `invalid client ${clientId}`);
  const fault = clientFault(application);
  if (fault !== undefined) throw oidcError(400, 'invalid_redirect_uri', fault);
  return application;
}

function secretState(
  { type, secret, secrets }: EmulatedApplication,
  presented: string | undefined,
  { clock }: World,
): 'good' | 'expired' | 'wrong' {
  if (presented === undefined) return hasSecrets(type) ? 'wrong' : 'good';
  if (presented === secret) return 'good';
  const match = secrets.find(({ value }) => value === presented);
  if (match === undefined) return 'wrong';
  return match.expiresAt !== null && match.expiresAt <= clock.now() ? 'expired' : 'good';
}

function wrongSecret({ method }: Presented, { endpoint }: Request) {
  const description = 'client authentication failed';
  const challenge = `Basic realm="${endpoint}/oidc", error="invalid_client", error_description="${description}"`;
  const headers: Record<string, string> = method === 'basic' ? { 'www-authenticate': challenge } : {};
  return oidcError(401, 'invalid_client', description, { headers });
}
