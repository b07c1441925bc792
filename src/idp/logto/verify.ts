import { z } from 'zod';
import type { Credentials } from '../../credentials.ts';
import { refusesNothing } from '../errors.ts';
import type { Answer, JsonCall } from '../http.ts';
import type { Verification } from '../provider.ts';
import { refusalOf } from './errors.ts';
import { basicCredentials, OAuthError } from './token.ts';

/** No server issues this: it says what it is. */
const NO_TOKEN = 'oauthapp-operator-credentials-check';

const Introspection = z.object({ active: z.boolean() });

/**
 * Whether the credentials log in, found by asking about a token that nobody issued (RFC 7662 section 2.1), for which
 * every client with a secret has to authenticate first. A public client has nothing to try.
 *
 * @throws ProviderError where nobody answers who could tell
 */
export async function verifyCredentials(
  json: JsonCall,
  base: string,
  { clientId, clientSecret }: Credentials,
  signal: AbortSignal,
): Promise<Verification> {
  if (clientSecret === undefined) return 'unknown';
  const pair = basicCredentials(clientId, clientSecret);
  const answer = await json(
    {
      method: 'POST',
      url: `${base}/oidc/token/introspection`,
      headers: { authorization: `Basic ${pair.reveal()}` },
      body: { type: 'form', fields: { token: NO_TOKEN } },
      secrets: [clientSecret, pair],
    },
    signal,
  );
  return verdictOf(answer);
}

/** A client with redirect URIs that Logto chokes on is refused for them, whatever its secret: nothing is known of it. */
function verdictOf(answer: Answer): Verification {
  const { status, content } = answer;
  if (content.type !== 'json' || (refusesNothing(status) && status !== 200))
    throw refusalOf(answer, { about: 'listing' });
  if (status === 200) return Introspection.safeParse(content.value).success ? 'good' : 'unknown';
  const said = OAuthError.safeParse(content.value).data;
  if ((status === 401 || status === 400) && said?.error === 'invalid_client') return 'bad';
  return status === 400 && said?.error_description === 'client secret has expired' ? 'bad' : 'unknown';
}
