import { onTestFinished } from 'vitest';
import { DEFAULT_KEY } from '../../../../dev/emulators/logi/keys.ts';
import type { LogiEmulator, LogiEmulatorOptions } from '../../../../dev/emulators/logi.ts';
import { startLogiEmulator } from '../../../../dev/emulators/logi.ts';

/** An answer as a test looks at it. `json` is `undefined` where the body is no JSON. */
export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

export interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string | undefined;
}

/** An emulator that ends with its test, and a bare client of its API. */
export interface Bench {
  readonly logi: LogiEmulator;
  call(method: string, path: string, sent?: Sent): Promise<Seen>;
  /** A create with good fields, but for `fields`. */
  create(fields?: Readonly<Record<string, unknown>>, sent?: Sent): Promise<Seen>;
  patch(id: number, fields: Readonly<Record<string, unknown>>, sent?: Sent): Promise<Seen>;
  /** A login with Basic and a code that was never issued. */
  login(clientId: string, clientSecret: string): Promise<Seen>;
}

export const APPLICATIONS = '/api/v1/applications';
export const CALLBACK = 'https://app.example.com/auth/callback';

/** Starts an emulator for the test that calls it. */
export async function bench(options: LogiEmulatorOptions = {}): Promise<Bench> {
  const logi = await startLogiEmulator(options);
  onTestFinished(() => logi.close());

  async function call(method: string, path: string, { body, headers, key = DEFAULT_KEY }: Sent = {}): Promise<Seen> {
    const content = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(logi.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...content, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return seen(response);
  }

  return {
    logi,
    call,
    create: (fields, sent) =>
      call('POST', APPLICATIONS, {
        body: { application: { name: 'Shop', redirect_uris: [CALLBACK], ...fields } },
        ...sent,
      }),
    patch: (id, fields, sent) => call('PATCH', `${APPLICATIONS}/${id}`, { body: { application: fields }, ...sent }),
    login: (clientId, clientSecret) =>
      tokenRequest(logi, { grant_type: 'authorization_code', code: 'never-issued' }, basic(clientId, clientSecret)),
  };
}

/** A form sent to the token endpoint. */
export async function tokenRequest(
  logi: LogiEmulator,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Seen> {
  return seen(await fetch(`${logi.url}/oauth/token`, { method: 'POST', headers, body: new URLSearchParams(form) }));
}

/** RFC 6749 section 2.3.1. */
export function basic(clientId: string, clientSecret: string): Readonly<Record<string, string>> {
  const pair = [clientId, clientSecret].map(encodeURIComponent).join(':');
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** The credentials in an answer. @throws Error when it has none */
export function credentialsIn({ json }: Seen): { readonly clientId: string; readonly clientSecret: string } {
  if (typeof json !== 'object' || json === null) throw new Error('the answer is no object');
  const { client_id: clientId, client_secret: clientSecret }: Record<string, unknown> = { ...json };
  if (typeof clientId !== 'string' || typeof clientSecret !== 'string')
    throw new Error('the answer has no credentials');
  return { clientId, clientSecret };
}

async function seen(response: Response): Promise<Seen> {
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
