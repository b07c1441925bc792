import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../../../dev/emulators/logto/console.ts';
import type { EmulatedApplication, NewApplication } from '../../../../dev/emulators/logto/registry.ts';
import { managementResource } from '../../../../dev/emulators/logto/switches.ts';
import type { LogtoEmulator, LogtoEmulatorOptions } from '../../../../dev/emulators/logto.ts';
import { startLogtoEmulator } from '../../../../dev/emulators/logto.ts';

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
}

/** An emulator that ends with its test, and a bare client of it. */
export interface Bench {
  readonly logto: LogtoEmulator;
  /** A call of the Management API with the operator's token. */
  call(method: string, path: string, sent?: Sent): Promise<Seen>;
  /** A create of an application with a redirect URI, but for `fields`. */
  create(fields: Readonly<Record<string, unknown>>): Promise<Seen>;
  /** An application made by hand, with a redirect URI. */
  made(said?: Partial<NewApplication>): EmulatedApplication;
}

export const APPLICATIONS = '/api/applications';
export const CALLBACK = 'https://app.example.com/cb';
export const URIS = { redirectUris: [CALLBACK], postLogoutRedirectUris: [] };

const Token = z.object({ access_token: z.string() });

/** Starts an emulator for the test that calls it. */
export async function bench(options: LogtoEmulatorOptions = {}): Promise<Bench> {
  const logto = await startLogtoEmulator(options);
  onTestFinished(() => logto.close());
  let bearer: string | undefined;

  async function call(method: string, path: string, sent: Sent = {}): Promise<Seen> {
    bearer ??= tokenIn(await tokenRequest(logto));
    return send(logto.url + path, method, { ...sent, headers: { authorization: `Bearer ${bearer}`, ...sent.headers } });
  }

  return {
    logto,
    call,
    create: (fields) =>
      call('POST', APPLICATIONS, { body: { name: 'Shop', type: 'Traditional', oidcClientMetadata: URIS, ...fields } }),
    made: (said) => logto.createByHand({ name: 'Shop', type: 'Traditional', oidcClientMetadata: URIS, ...said }),
  };
}

/** Client credentials for the Management API, but for `form` and the client. */
export function tokenRequest(
  logto: LogtoEmulator,
  form: Readonly<Record<string, string | undefined>> = {},
  headers: Readonly<Record<string, string>> = basic(OPERATOR_ID, OPERATOR_SECRET),
): Promise<Seen> {
  const resource = managementResource(logto.switches());
  const whole = { grant_type: 'client_credentials', resource, scope: 'all', ...form };
  return sendForm(`${logto.url}/oidc/token`, whole, headers);
}

/** Asks about a token that there is not, as one who wants to know whether a secret is good. */
export function introspection(logto: LogtoEmulator, clientId: string, clientSecret: string): Promise<Seen> {
  return sendForm(`${logto.url}/oidc/token/introspection`, { token: 'x' }, basic(clientId, clientSecret));
}

/** RFC 6749 section 2.3.1. */
export function basic(clientId: string, clientSecret: string): Readonly<Record<string, string>> {
  const pair = [clientId, clientSecret].map(encodeURIComponent).join(':');
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** The token in an answer. @throws ZodError when it has none */
export function tokenIn({ json }: Seen): string {
  return Token.parse(json).access_token;
}

/** One request; a body that is no string is sent as JSON. Redirects are not followed. */
export async function send(url: string, method: string, { body, headers }: Sent): Promise<Seen> {
  const content = body === undefined ? {} : { 'content-type': 'application/json' };
  return seen(
    await fetch(url, {
      method,
      redirect: 'manual',
      headers: { ...content, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
}

/** The form, without what is `undefined`. */
export async function sendForm(
  url: string,
  form: Readonly<Record<string, string | undefined>>,
  headers: Readonly<Record<string, string>>,
): Promise<Seen> {
  const body = new URLSearchParams();
  for (const [key, value] of Object.entries(form)) if (value !== undefined) body.set(key, value);
  return seen(await fetch(url, { method: 'POST', headers, body }));
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
