import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { createSecureContext, getCACertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { type Party, type Reach, refusalOfAddresses, refusalOfUrl } from './hosts.ts';
import { type Wire, WireError, type WireRequest, type WireResponse } from './http.ts';

/** How to reach one provider. */
export interface WireOptions {
  /** PEM bundle that is trusted beside the system's; `undefined`: the system's alone. */
  readonly ca: string | undefined;
  /** URL of an HTTP proxy on the way, asked for tunnels (CONNECT); `undefined`: none. */
  readonly proxy: string | undefined;
  readonly reach: Reach;
  /** How names become addresses; `undefined`: as the system does it. */
  readonly lookup?: LookupFunction | undefined;
}

/** A {@link Wire} with connections of its own. */
export interface OpenWire {
  readonly wire: Wire;
  /** Ends every connection; what is under way rejects. */
  close(): Promise<void>;
}

/** How long a handshake that nobody waits for any more may hold its socket. */
const CONNECT_TIMEOUT_MS = 10_000;

/** What the system, TLS or undici call a connection that never came about, and a request that was never sent. */
const NOT_CONNECTED =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOST\w+|ENET\w+|EPROTO|CERT_\w+|UNABLE_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|ERR_TLS_\w+|ERR_SSL_\w+|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG|UND_ERR_ABORTED|UND_ERR_PRX_\w+)$/;

/**
 * The {@link Wire} over undici: HTTP/1.1, one request at a time per connection, no redirects, no retries.
 *
 * The caller's signal is the only deadline for an answer. Where `reach` forbids an address, names are judged by what
 * they lead to at the moment of each connection, so that a name that changes in between gains nothing.
 */
export function undiciWire(options: WireOptions): OpenWire {
  const dispatcher = dispatcherFor(options);
  const send: Wire = async (request, maxBytes, signal) => {
    try {
      refuse(request.url, options);
      return await exchange(dispatcher, request, maxBytes, signal);
    } catch (error) {
      throw wireError(error, signal);
    }
  };
  return {
    wire: (request, maxBytes, signal) => untilAborted(signal, () => send(request, maxBytes, signal)),
    close: () => dispatcher.destroy(),
  };
}

function dispatcherFor({ ca, proxy, reach, lookup = systemLookup }: WireOptions): Dispatcher {
  const tls =
    ca === undefined ? {} : { secureContext: createSecureContext({ ca: [...getCACertificates('default'), ca] }) };
  const common = { allowH2: false, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 };
  const party = proxy === undefined ? 'provider' : 'proxy';
  const connect = { timeout: CONNECT_TIMEOUT_MS, lookup: guarded(lookup, reach, party), ...tls };
  return proxy === undefined
    ? new Agent({ ...common, connect })
    : new ProxyAgent({ ...common, uri: proxy, proxyTunnel: true, requestTls: connect, proxyTls: connect });
}

/** Nothing is looked up for an address in the place of a name, and behind a proxy the proxy looks up. */
function refuse(url: string, { proxy, reach }: WireOptions): void {
  const refusal =
    (proxy === undefined ? undefined : refusalOfUrl(reach, new URL(proxy), 'proxy')) ??
    refusalOfUrl(reach, new URL(url), 'provider');
  if (refusal !== undefined) throw new WireError('not-allowed', undefined, refusal);
}

/** Gives out the very addresses that were judged. */
function guarded(lookup: LookupFunction, reach: Reach, party: Party): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error !== null) return callback(error, '');
      const addresses: readonly LookupAddress[] =
        typeof found === 'string' ? [{ address: found, family: family ?? 0 }] : found;
      const [first] = addresses;
      const refusal = refusalOfAddresses(
        reach,
        hostname,
        addresses.map(({ address }) => address),
        party,
      );
      if (refusal !== undefined) callback(new WireError('not-allowed', undefined, refusal), '');
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
}

/** undici hears an abort only once the connection stands, so that a silent handshake would outlive the deadline. */
async function untilAborted<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  if (signal.aborted) throw new WireError('timeout', undefined);
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(new WireError('timeout', undefined));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([aborted.promise, work()]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function exchange(
  dispatcher: Dispatcher,
  { method, url, headers, body }: WireRequest,
  maxBytes: number,
  signal: AbortSignal,
): Promise<WireResponse> {
  const { origin, pathname, search } = new URL(url);
  const response = await dispatcher.request({
    origin,
    path: `${pathname}${search}`,
    method,
    headers: { ...headers },
    body: body ?? null,
    signal,
  });
  return {
    status: response.statusCode,
    headers: singleValues(response.headers),
    body: await wholeBody(response, maxBytes),
  };
}

function singleValues(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')]],
    ),
  );
}

/** Leaving the loop early destroys the body, and the connection with it. */
async function wholeBody({ body }: Dispatcher.ResponseData, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) throw new WireError('reset', undefined);
    length += chunk.length;
    if (length > maxBytes) throw new WireError('too-large', undefined);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function wireError(error: unknown, signal: AbortSignal): WireError {
  if (error instanceof WireError) return error;
  if (signal.aborted) return new WireError('timeout', undefined);
  const code = codeOf(error);
  const status = code === 'UND_ERR_ABORTED' ? statusOfProxy(error) : undefined;
  if (status !== undefined) return new WireError('proxy', `HTTP ${status}`);
  return new WireError(code !== undefined && NOT_CONNECTED.test(code) ? 'connect' : 'reset', code);
}

/** undici says it in a sentence alone. */
function statusOfProxy(error: unknown): string | undefined {
  return error instanceof Error ? /^Proxy response \((\d{3})\)/.exec(error.message)?.[1] : undefined;
}

/** The first error that a happy-eyeballs attempt collected stands for all. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[A-Z][A-Z0-9_]{0,63}$/.test(error.code) ? error.code : undefined;
}
