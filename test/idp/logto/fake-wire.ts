import { Redacted } from '../../../src/credentials.ts';
import type { Wire, WireRequest, WireResponse } from '../../../src/idp/http.ts';
import { logtoProvider } from '../../../src/idp/logto/provider.ts';
import type { IdentityProvider } from '../../../src/idp/provider.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';

/** An answer in few words: JSON unless it is a text, which then is of this type. */
export interface Said {
  readonly status: number;
  readonly body?: unknown;
  readonly type?: 'application/json' | 'text/plain' | 'text/html' | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Wired {
  readonly provider: IdentityProvider;
  readonly clock: ManualClock;
  /** Every request but those for tokens. */
  readonly requests: readonly WireRequest[];
  readonly tokenRequests: readonly WireRequest[];
}

export const ENDPOINT = 'https://login.example.com/auth';
export const SECRET = 'TheSecretOfTheOperatorItself0001';

/** An adapter over no socket: `say` answers its calls, `issue` its requests for tokens, each with their number from 1. */
export function wired(
  say: (request: WireRequest, number: number) => Said | Promise<Said>,
  issue: (number: number) => Said | Promise<Said> = tokenNumber,
): Wired {
  const clock = manualClock();
  const requests: WireRequest[] = [];
  const tokenRequests: WireRequest[] = [];
  const wire: Wire = async (request) => {
    const isToken = request.url.endsWith('/oidc/token');
    const number = (isToken ? tokenRequests : requests).push(request);
    return toResponse(await (isToken ? issue(number) : say(request, number)));
  };
  const credentials = { clientId: 'operator', clientSecret: new Redacted(SECRET) };
  const provider = logtoProvider({ endpoint: ENDPOINT, managementApiResource: undefined, credentials, wire, clock });
  return { provider, clock, requests, tokenRequests };
}

/** An hour's token, another one each time. */
export function tokenNumber(number: number): Said {
  return { status: 200, body: { access_token: `token-${number}`, expires_in: 3600, token_type: 'Bearer' } };
}

/** An application as the API shows it, with these fields otherwise. */
export function applicationBody(fields: Readonly<Record<string, unknown>> = {}) {
  return {
    tenantId: 'default',
    id: 'a1',
    name: 'Shop',
    description: null,
    type: 'Traditional',
    oidcClientMetadata: { redirectUris: ['https://shop.example.com/callback'], postLogoutRedirectUris: [] },
    customClientMetadata: {},
    protectedAppMetadata: null,
    customData: {},
    isThirdParty: false,
    createdAt: 1795312225622,
    ...fields,
  };
}

function toResponse({ status, body, type, headers }: Said): WireResponse {
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(body);
  return {
    status,
    headers: { 'content-type': type ?? (isText ? 'text/plain' : 'application/json'), ...headers },
    body: body === undefined ? new Uint8Array() : new TextEncoder().encode(text),
  };
}
