import { z } from 'zod';
import type { Credentials } from '../../credentials.ts';
import { ProviderError, saysNothing } from '../errors.ts';
import type { Answer, JsonCall } from '../http.ts';
import type { Verification } from '../provider.ts';
import { basicCredentials, OAuthError } from './token.ts';

/** No server issues this: it says what it is. */
const NO_TOKEN = 'oauthapp-operator-credentials-check';

const Introspection = z.object({ active: z.boolean() });

/**
 * Whether the credentials log in, found by asking about a token that nobody issued (RFC 7662 section 2.1), for which
 * every client with a secret has to authenticate first. A public client has nothing to try.
 */
export async function verifyCredentials(
  json: JsonCall,
  base: string,
  { clientId, clientSecret }: Credentials,
  signal: AbortSignal,
): Promise<Verification> {
  if (clientSecret === undefined) return 'unknown';
  const pair = basicCredentials(clientId, clientSecret);
  try {
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
  } catch (error) {
    if (error instanceof ProviderError) return 'unanswered';
    throw error;
  }
}

/** A client with redirect URIs that Logto chokes on is refused for them, whatever its secret: nothing is known of it. */
function verdictOf({ status, content }: Answer): Verification {
  if (content.type !== 'json') return 'unanswered';
  if (status === 200) return Introspection.safeParse(content.value).success ? 'good' : 'unknown';
  if (saysNothing(status)) return 'unanswered';
  const said = OAuthError.safeParse(content.value).data;
  if ((status === 401 || status === 400) && said?.error === 'invalid_client') return 'bad';
  return status === 400 && said?.error_description === 'client secret has expired' ? 'bad' : 'unknown';
}
