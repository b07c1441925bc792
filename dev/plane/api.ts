import { request } from 'node:https';
import { z } from 'zod';

/** How to reach an API server: its address, the CA that signed its certificate (PEM), and who asks. */
export interface ApiEndpoint {
  readonly server: string;
  readonly ca: string;
  readonly token: string;
}

/** One request to it. `body` goes out as JSON. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** Its answer, whatever the status. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

const CALL_TIMEOUT_MS = 30_000;

const TokenRequest = z.object({ status: z.object({ token: z.string() }) });

/** Sends one request over a connection of its own. Rejects only when no whole answer came, or `signal` aborted. */
export function callApi(endpoint: ApiEndpoint, call: ApiCall, signal?: AbortSignal): Promise<ApiAnswer> {
  const { server, ca, token } = endpoint;
  const { method, path, body } = call;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const options = { method, ca, headers, agent: false, timeout: CALL_TIMEOUT_MS, signal } as const;
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, server), options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.once('error', reject);
    });
    outgoing.once('timeout', () => {
      outgoing.destroy(new Error(`${method} ${path}: no answer within ${CALL_TIMEOUT_MS} ms`));
    });
    outgoing.once('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/**
 * Asks for a token of a ServiceAccount that exists, valid for a day.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export async function requestToken(endpoint: ApiEndpoint, namespace: string, name: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } };
  const { status, text } = await callApi(endpoint, { method: 'POST', path, body });
  if (status !== 201) throw new Error(`no token for ServiceAccount ${namespace}/${name}: ${status} ${text}`);
  return TokenRequest.parse(JSON.parse(text)).status.token;
}
