import { z } from 'zod';
import { Redacted } from '../../credentials.ts';
import { type Clock, deadline } from '../../runtime/clock.ts';
import { createSharedReads } from '../../runtime/shared-reads.ts';
import { ProviderError, type ProviderErrorCode, refusesNothing } from '../errors.ts';
import type { Answer, JsonCall } from '../http.ts';
import type { Endpoint } from './endpoint.ts';
import { refusalOf, requestIdIn, sentenceWith, unreadable } from './errors.ts';

/** What the operator logs in with: a machine-to-machine application of the tenant. */
export interface MachineCredentials {
  readonly clientId: string;
  readonly clientSecret: Redacted;
}

/** An access token, and whether it was at hand already or asked for now. */
export interface TakenToken {
  readonly value: Redacted;
  readonly source: 'kept' | 'asked-for';
}

/** The access tokens for the Management API, of which one is kept. */
export interface AccessTokens {
  /** One that is good for a while yet. Whoever asks at the same time shares one request. @throws ProviderError */
  take(signal: AbortSignal): Promise<TakenToken>;
  /** Forgets this one, which was not accepted. */
  drop(value: Redacted): void;
}

interface Kept {
  readonly value: Redacted;
  /** Monotonic ms. */
  readonly renewAtMs: number;
}

const REQUEST_DEADLINE_MS = 10_000;

/** A token is renewed this long before it ends, so that no call is sent with one that ends on the way. */
const RENEWED_BEFORE_MS = 5 * 60_000;

/** For a server that does not say (RFC 6749 section 5.1 lets it). */
const SHORTEST_LIFE_SECONDS = 60;

/** The one scope that the Management API has. */
const SCOPE = 'all';

/** RFC 6749 appendix A.1, A.2: what can be sent. */
const SENDABLE = /^[\x20-\x7e]+$/;

const Token = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.number().positive().catch(SHORTEST_LIFE_SECONDS),
});

/** RFC 6749 section 5.2. */
export const OAuthError = z.object({ error: z.string(), error_description: z.string().optional().catch(undefined) });

/** The tokens that `credentials` get, by the client credentials grant (RFC 6749 section 4.4). */
export function accessTokens(
  json: JsonCall,
  { base, resource }: Endpoint,
  credentials: MachineCredentials,
  clock: Clock,
): AccessTokens {
  let kept: Kept | undefined;
  // A request is shared, so that no caller's deadline ends it.
  const never = new AbortController().signal;
  const requests = createSharedReads(clock, async () => {
    const startedAtMs = clock.monotonic();
    const { signal, clear } = deadline(clock, REQUEST_DEADLINE_MS, never);
    try {
      const { value, lifeMs } = await requestToken(json, { base, resource }, credentials, signal);
      kept = { value, renewAtMs: startedAtMs + lifeMs - Math.min(RENEWED_BEFORE_MS, lifeMs / 2) };
      return value;
    } finally {
      clear();
    }
  });

  return {
    async take(signal) {
      if (kept !== undefined && clock.monotonic() < kept.renewAtMs) return { value: kept.value, source: 'kept' };
      try {
        return { value: await requests.read('token', Number.NEGATIVE_INFINITY, signal), source: 'asked-for' };
      } catch (error) {
        if (error instanceof ProviderError || !signal.aborted) throw error;
        throw new ProviderError('lost', 'Logto did not issue an access token in time.', { effect: 'unknown' });
      }
    },
    drop(value) {
      if (kept?.value === value) kept = undefined;
    },
  };
}

/** What stands after `Basic` in an `Authorization` header (RFC 6749 section 2.3.1). */
export function basicCredentials(clientId: string, clientSecret: Redacted): Redacted {
  return new Redacted(btoa([clientId, clientSecret.reveal()].map(encodeURIComponent).join(':')));
}

async function requestToken(
  json: JsonCall,
  { base, resource }: Pick<Endpoint, 'base' | 'resource'>,
  { clientId, clientSecret }: MachineCredentials,
  signal: AbortSignal,
): Promise<{ readonly value: Redacted; readonly lifeMs: number }> {
  if (!SENDABLE.test(clientId) || !SENDABLE.test(clientSecret.reveal())) {
    const message = 'The client id or the client secret is empty or holds characters that neither can have.';
    throw new ProviderError('unauthorized', message, { effect: 'refused' });
  }
  const pair = basicCredentials(clientId, clientSecret);
  const answer = await json(
    {
      method: 'POST',
      url: `${base}/oidc/token`,
      headers: { authorization: `Basic ${pair.reveal()}` },
      body: { type: 'form', fields: { grant_type: 'client_credentials', resource, scope: SCOPE } },
      secrets: [clientSecret, pair],
    },
    signal,
  );
  if (answer.status < 200 || answer.status >= 300) throw tokenRefusal(answer);
  const token = answer.content.type === 'json' ? Token.safeParse(answer.content.value).data : undefined;
  if (token === undefined) throw unreadable(answer);
  return { value: new Redacted(token.access_token), lifeMs: token.expires_in * 1000 };
}

const REFUSALS: Readonly<Record<string, { readonly code: ProviderErrorCode; readonly field?: string }>> = {
  invalid_client: { code: 'unauthorized' },
  invalid_target: { code: 'rejected', field: 'spec.logto.managementApiResource' },
  invalid_scope: { code: 'forbidden' },
};

/** Every Logto has a token endpoint: what knows none, or takes no POST there, is a Logto at another path, or none. */
const NOT_THERE: ReadonlySet<number> = new Set([404, 405]);

/** Whatever else the token endpoint has against the request is about the operator's own application. */
function tokenRefusal(answer: Answer): ProviderError {
  const { status, content } = answer;
  if (NOT_THERE.has(status)) {
    return new ProviderError('misdirected', sentenceWith('misdirected', undefined), { effect: 'unknown', status });
  }
  const said = content.type === 'json' ? OAuthError.safeParse(content.value).data : undefined;
  if (said === undefined || refusesNothing(status)) {
    return refusalOf(answer, { about: 'listing' });
  }
  const refusal = Object.entries(REFUSALS).find(([error]) => error === said.error)?.[1];
  const { code, field } = refusal ?? { code: 'unauthorized' };
  return new ProviderError(code, sentenceWith(code, said.error_description ?? said.error), {
    effect: 'refused',
    status,
    field,
    requestId: requestIdIn(answer),
  });
}
