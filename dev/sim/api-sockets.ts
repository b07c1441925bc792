import { TransportError } from '../../src/kube/errors.ts';
import type { ApiRequest, ApiResponse } from '../../src/kube/transport.ts';
import type { Connection } from '../../src/kube/undici-transport.ts';
import { DeadlineExceeded, deadline } from '../../src/runtime/clock.ts';
import { callOf, misanswerOf } from './api-calls.ts';
import type { SimulatedApiServer } from './api-server/server.ts';
import { type OpenStream, openStream } from './api-stream.ts';
import type { SeededChance } from './chance.ts';
import type { Life } from './life.ts';
import type { Network } from './network.ts';
import type { Scheduler } from './scheduler.ts';

/** An API server that can be away, and whose watches can lag. */
export interface ApiSite {
  readonly server: SimulatedApiServer;
  /** Whether anything can connect. */
  state(): 'up' | 'down';
  /** How late a new watch tells what happens, ms. */
  lagMs(): number;
  /** Somebody else writes the object that this is about, or makes a Secret of its name first. */
  touch(request: ApiRequest): void;
  /** Told of each request just before it is served. */
  onRequest(request: ApiRequest, life: Life): void;
  /** Told of each answer, whether or not it arrives. */
  onServed(request: ApiRequest, answer: ApiResponse, life: Life): void;
  /** Watches that are open. */
  readonly streams: Set<OpenStream>;
}

export interface ApiSocketsOptions {
  readonly site: ApiSite;
  readonly life: Life;
  readonly network: Network;
  readonly scheduler: Scheduler;
  readonly chance: SeededChance;
}

/** A process's way to the API server, in the place of undici's. */
export function apiSockets(options: ApiSocketsOptions): Connection {
  const transport = {
    call: (request: ApiRequest, signal: AbortSignal) => call(options, request, signal),
    stream: (request: ApiRequest, signal: AbortSignal) => openStream(options, request, signal),
  };
  return { api: transport, lease: transport, close: () => Promise.resolve() };
}

async function call(options: ApiSocketsOptions, request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
  const { life, network, site } = options;
  const limit = deadline(life.clock, request.deadlineMs, signal);
  const message = {
    call: callOf(request),
    serve() {
      site.onRequest(request, life);
      const answer = site.server.handle(request);
      site.onServed(request, answer, life);
      return answer;
    },
    misanswer: misanswerOf,
    reset: () => new TransportError('reset', 'ECONNRESET'),
    isReached: () => site.state() === 'up',
    touch: () => site.touch(request),
  };
  try {
    return await network.send(message, life, limit.signal);
  } catch (error) {
    throw error instanceof DeadlineExceeded ? new TransportError('timeout', `${request.deadlineMs} ms`) : error;
  } finally {
    limit.clear();
  }
}
