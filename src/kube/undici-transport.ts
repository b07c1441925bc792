import type { Dispatcher } from 'undici';
import type { Redacted } from '../credentials.ts';
import type { Clock } from '../runtime/clock.ts';
import { DeadlineExceeded, deadline } from '../runtime/clock.ts';
import { firstOf, unlessAborted } from '../runtime/signals.ts';
import type { ClusterConfig } from './config.ts';
import type { Dispatchers } from './dispatchers.ts';
import { dispatcherSource } from './dispatchers.ts';
import { TransportError } from './errors.ts';
import { dispatchOptions, exchange, openStream } from './exchange.ts';
import { createGate } from './gate.ts';
import { tokenSource } from './token.ts';
import type { ApiRequest, ApiStream, Transport } from './transport.ts';

/** The sockets to one API server. */
export interface Connection {
  /** For everything but the Lease. At most `connections` calls at a time, any number of streams. */
  readonly api: Transport;
  /** On a socket of its own, so that no load delays a renewal. Give it no retries: the elector has its own. */
  readonly lease: Transport;
  /** Cuts every connection. */
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly config: ClusterConfig;
  readonly clock: Clock;
  /** Calls at a time: the number of workers, and a few for what runs beside them. */
  readonly connections: number;
}

const USER_AGENT = 'oauthapp-operator';

type Send<T> = (dispatchers: Dispatchers, options: Dispatcher.DispatchOptions, signal: AbortSignal) => Promise<T>;

/** Connects lazily. Repeats nothing, except once after a 401 with the token read again. */
export function connectTo({ config, clock, connections }: ConnectionOptions): Connection {
  const sockets = dispatcherSource(config, connections, clock);
  const tokens = tokenSource(config.readToken, clock);
  const gate = createGate(connections);
  const { origin, pathname } = new URL(config.server);
  const server = { origin, prefix: pathname.replace(/\/$/, '') };

  return {
    api: {
      call: (request, signal) =>
        timed(request, signal, (within) =>
          gate.pass(
            () => authenticated(request, ({ api }, options, s) => exchange(api, options, s), undefined, within),
            within,
          ),
        ),
      stream: openWatch,
    },
    lease: {
      call: (request, signal) =>
        timed(request, signal, (within) =>
          authenticated(request, ({ lease }, options, s) => exchange(lease, options, s), undefined, within),
        ),
      stream: openWatch,
    },
    close: sockets.close,
  };

  /** The deadline ends with the headers; the caller's signal goes on for as long as the stream does. */
  async function openWatch(request: ApiRequest, signal: AbortSignal): Promise<ApiStream> {
    const late = new AbortController();
    const timer = clock.setTimer(() => late.abort(noAnswerIn(request)), request.deadlineMs);
    try {
      return await authenticated(
        request,
        ({ watch }, options, within) => openStream(watch, options, within),
        (answer) => answer.close(),
        firstOf(late.signal, signal),
      );
    } finally {
      timer.cancel();
    }
  }

  /** A 401 is answered by one more try with a fresh token: the server refused before it did anything. */
  async function authenticated<T extends { readonly status: number }>(
    request: ApiRequest,
    send: Send<T>,
    discard: ((answer: T) => void) | undefined,
    signal: AbortSignal,
  ): Promise<T> {
    const token = await ready(tokens.get(), 'token', signal);
    const answer = await sendWith(token);
    if (answer.status !== 401 || token === undefined) return answer;
    discard?.(answer);
    await unlessAborted(tokens.refresh(token), signal);
    return sendWith(await ready(tokens.get(), 'token', signal));

    async function sendWith(current: Redacted | undefined): Promise<T> {
      const dispatchers = await ready(sockets.current(), 'TLS files', signal);
      const headers = { 'user-agent': USER_AGENT, ...authorization(current), ...impersonation(config) };
      return send(dispatchers, dispatchOptions(request, server, headers), signal);
    }
  }

  /** The deadline covers everything: the gate, the files, the connection and the answer. */
  async function timed<T>(
    request: ApiRequest,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const limit = deadline(clock, request.deadlineMs, signal);
    try {
      return await work(limit.signal);
    } catch (error) {
      throw error instanceof DeadlineExceeded ? noAnswerIn(request) : error;
    } finally {
      limit.clear();
    }
  }
}

function noAnswerIn({ deadlineMs }: ApiRequest): TransportError {
  return new TransportError('timeout', `${deadlineMs} ms`);
}

function authorization(token: Redacted | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` };
}

function impersonation({ impersonatedUser }: ClusterConfig): Record<string, string> {
  return impersonatedUser === undefined ? {} : { 'impersonate-user': impersonatedUser };
}

/** Without credentials nothing was sent. The file system's error may name a path, and is kept to its code. */
function ready<T>(reading: Promise<T>, what: string, signal: AbortSignal): Promise<T> {
  const told = reading.catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new TransportError('unreachable', `${what}: ${code}`);
  });
  return unlessAborted(told, signal);
}
