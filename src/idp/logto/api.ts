import { z } from 'zod';
import type { Redacted } from '../../credentials.ts';
import { ProviderError } from '../errors.ts';
import type { Answer, JsonCall, WireRequest } from '../http.ts';
import type { Endpoint } from './endpoint.ts';
import { type Asked, codeIn, refusalOf, unreadable } from './errors.ts';
import type { AccessTokens } from './token.ts';

/** One call to the Management API. */
export interface LogtoRequest extends Asked {
  readonly method: WireRequest['method'];
  /** Below `/api`, with its query. */
  readonly path: string;
  /** What a 2xx is where it is not JSON: some routes answer with a word, and those that delete with a 204. */
  readonly answers?: 'words' | 'nothing' | undefined;
}

/**
 * Makes one call to the Management API and returns its 2xx answer.
 *
 * A token that was kept and is not accepted is replaced, and the call made once more with a new one (protocol O6): it
 * may have been revoked, or issued before the operator's application got its role, since a token carries its rights.
 *
 * @throws ProviderError
 */
export type LogtoCall = (request: LogtoRequest, signal: AbortSignal) => Promise<Answer>;

/** Goes into paths and into a status. The ids of Logto's built-in applications have a hyphen. */
export const Id = z.string().regex(/^[\w-]{1,128}$/);

/** A {@link LogtoCall} with these tokens. */
export function logtoCall(json: JsonCall, { base }: Endpoint, tokens: AccessTokens): LogtoCall {
  const send = (request: LogtoRequest, token: Redacted, signal: AbortSignal): Promise<Answer> =>
    json(
      {
        method: request.method,
        url: `${base}/api${request.path}`,
        headers: { authorization: `Bearer ${token.reveal()}` },
        body: request.body === undefined ? undefined : { type: 'json', value: request.body },
        secrets: [token],
      },
      signal,
    );

  return async (request, signal) => {
    const { value, source } = await tokens.take(signal);
    const answer = await send(request, value, signal);
    if (!isTokenRefused(answer)) return judged(answer, request);
    tokens.drop(value);
    if (source === 'asked-for') throw refusalOf(answer, request);

    const fresh = await tokens.take(signal);
    const second = await send(request, fresh.value, signal);
    if (isTokenRefused(second)) tokens.drop(fresh.value);
    return judged(second, request);
  };
}

/** Path of an application's route. @throws ProviderError when this cannot be an id */
export function pathOf(id: string, suffix = ''): string {
  if (Id.safeParse(id).success) return `/applications/${id}${suffix}`;
  throw new ProviderError('rejected', 'This is not an application id of Logto.', { effect: 'refused' });
}

/** The JSON of an answer. @throws ProviderError where it holds none */
export function jsonIn(answer: Answer): unknown {
  if (answer.content.type !== 'json') throw unreadable(answer);
  return answer.content.value;
}

function isTokenRefused(answer: Answer): boolean {
  const code = codeIn(answer);
  if (answer.status === 401) return code?.startsWith('auth.') === true;
  return answer.status === 403 && code === 'auth.forbidden';
}

function judged(answer: Answer, request: LogtoRequest): Answer {
  if (answer.status < 200 || answer.status >= 300) throw refusalOf(answer, request);
  const { type } = answer.content;
  if (type === 'html' || (type === 'unreadable' && request.answers !== 'words')) throw unreadable(answer);
  // Whoever says more is not Logto.
  if (request.answers === 'nothing' && answer.status !== 204) throw unreadable(answer);
  return answer;
}
