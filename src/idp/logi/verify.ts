import { z } from 'zod';
import { type Credentials, Redacted } from '../../credentials.ts';
import { refusesNothing } from '../errors.ts';
import type { JsonCall } from '../http.ts';
import type { Verification } from '../provider.ts';
import { refusalOf } from './errors.ts';

/** What the token endpoint makes of a client. `accepted`: it objects to something else than the client's credentials. */
type Finding = 'accepted' | 'refused' | 'unclear';

/** No server issues these: they say what they are. The verifier has the shortest length of RFC 7636 section 4.1. */
const NO_CODE = 'oauthapp-operator-credentials-check';
const NO_VERIFIER = 'oauthapp-operator-credentials-check-verifier';
const NO_REDIRECT_URI = 'https://credentials-check.invalid/';
const NO_CLIENT = 'oauthapp-operator-no-such-client';
const NO_SECRET = new Redacted('oauthapp-operator-no-such-secret');

const OAuthError = z.object({ error: z.string() });

/**
 * Whether the credentials log in, found by asking the token endpoint for a code that nobody issued.
 *
 * A server that looks at the code before it looks at the client would refuse the code for any credentials, so an
 * answer counts as good only when credentials that cannot be right are then refused: up to two calls.
 *
 * @see RFC 6749 section 5.2
 *
 * @throws ProviderError where nobody answers who could tell
 */
export async function verifyCredentials(
  json: JsonCall,
  tokenUrl: string,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Verification> {
  const finding = await ask(json, tokenUrl, credentials, signal);
  switch (finding) {
    case 'refused':
      return 'bad';
    case 'unclear':
      return 'unknown';
    case 'accepted':
      return byComparison(await ask(json, tokenUrl, impostorOf(credentials), signal));
  }
}

function byComparison(impostor: Finding): Verification {
  switch (impostor) {
    case 'refused':
      return 'good';
    case 'accepted':
    case 'unclear':
      return 'unknown';
  }
}

function impostorOf({ clientId, clientSecret }: Credentials): Credentials {
  return clientSecret === undefined
    ? { clientId: NO_CLIENT, clientSecret: undefined }
    : { clientId, clientSecret: NO_SECRET };
}

async function ask(
  json: JsonCall,
  url: string,
  { clientId, clientSecret }: Credentials,
  signal: AbortSignal,
): Promise<Finding> {
  const fields = {
    grant_type: 'authorization_code',
    code: NO_CODE,
    code_verifier: NO_VERIFIER,
    redirect_uri: NO_REDIRECT_URI,
    client_id: clientId,
    ...(clientSecret === undefined ? {} : { client_secret: clientSecret.reveal() }),
  };
  const secrets = clientSecret === undefined ? [] : [clientSecret];
  const answer = await json({ method: 'POST', url, headers: {}, body: { type: 'form', fields }, secrets }, signal);
  const { status, content } = answer;
  if (refusesNothing(status) || content.type !== 'json') throw refusalOf(answer, 'verify');
  const error = OAuthError.safeParse(content.value).data?.error;
  // For credentials in the body either status will do; 401 is demanded where they come in a header.
  if ((status === 401 || status === 400) && error === 'invalid_client') return 'refused';
  return status === 400 && (error === 'invalid_grant' || error === 'unauthorized_client') ? 'accepted' : 'unclear';
}
