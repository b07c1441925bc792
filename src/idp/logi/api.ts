import type { Redacted } from '../../credentials.ts';
import { ProviderError } from '../errors.ts';
import type { Answer, JsonCall, WireRequest } from '../http.ts';
import { type Operation, refusalOf, unreadable } from './errors.ts';
import { isId } from './wire.ts';

/** What a call says beside its route. */
export interface Parameters {
  /** Required by every route but `list` and `create`. */
  readonly id?: string | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
}

/**
 * Makes one call to the management API and returns its 2xx answer, whose body is JSON or empty.
 *
 * @throws ProviderError
 */
export type LogiCall = (operation: Operation, parameters: Parameters, signal: AbortSignal) => Promise<Answer>;

/** The part of the address that people copy from the documentation along with the host. */
const API_PATH = '/api/v1';

/** RFC 6750 section 2.1, wider: the form of a key is not documented. */
const SENDABLE_KEY = /^[\x21-\x7e]+$/;

const ROUTES = {
  list: { method: 'GET', suffix: '' },
  create: { method: 'POST', suffix: '' },
  show: { method: 'GET', suffix: '/:id' },
  update: { method: 'PATCH', suffix: '/:id' },
  delete: { method: 'DELETE', suffix: '/:id' },
  rotate: { method: 'POST', suffix: '/:id/rotate_secret' },
  'add-redirect': { method: 'POST', suffix: '/:id/redirect_uris' },
  'remove-redirect': { method: 'DELETE', suffix: '/:id/redirect_uris' },
} as const satisfies Record<Operation, { readonly method: WireRequest['method']; readonly suffix: string }>;

/**
 * Where one logi is, by its address with or without `/api/v1`: origin and path prefix, without a slash at the end. It is
 * the OpenID Connect issuer, too: whatever stands below a prefix has its token endpoint there.
 *
 * @throws TypeError when it is not a URL
 */
export function baseOf(apiUrl: string): string {
  const { origin, pathname } = new URL(apiUrl);
  const path = pathname.replace(/\/+$/, '');
  const prefix = path.endsWith(API_PATH) ? path.slice(0, -API_PATH.length) : path;
  return `${origin}${prefix}`;
}

/** A {@link LogiCall} to what {@link baseOf} gives, with this key. `clientType` is the value of `X-Logi-Client-Type`; `undefined` sends none. */
export function logiCall(json: JsonCall, base: string, apiKey: Redacted, clientType: string | undefined): LogiCall {
  return async (operation, { id, query, body }, signal) => {
    if (!SENDABLE_KEY.test(apiKey.reveal())) {
      const message = 'The API key is empty or holds characters that no key can have.';
      throw new ProviderError('unauthorized', message, { effect: 'refused' });
    }
    const { method, suffix } = ROUTES[operation];
    const answer = await json(
      {
        method,
        url: `${base}${API_PATH}/applications${suffix.replace(':id', () => idInPath(id))}${queryOf(query)}`,
        headers: {
          authorization: `Bearer ${apiKey.reveal()}`,
          ...(clientType === undefined ? {} : { 'x-logi-client-type': clientType }),
        },
        body: body === undefined ? undefined : { type: 'json', value: body },
        secrets: [apiKey],
      },
      signal,
    );
    if (answer.status < 200 || answer.status >= 300) throw refusalOf(answer, operation);
    if (answer.content.type === 'html' || answer.content.type === 'unreadable') throw unreadable(answer);
    return answer;
  };
}

function idInPath(id: string | undefined): string {
  if (id !== undefined && isId(id)) return id;
  throw new ProviderError('rejected', 'This is not an application id of logi.', { effect: 'refused' });
}

function queryOf(query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
}
