import { TransportError } from '../../src/kube/errors.ts';
import type { ApiRequest, ApiResponse } from '../../src/kube/transport.ts';
import type { Connection } from '../../src/kube/undici-transport.ts';
import { DeadlineExceeded, deadline } from '../../src/runtime/clock.ts';
import { callOf, misanswerOf } from './api-calls.ts';
import type { ApiSocketsOptions } from './api-site.ts';
import { openStream } from './api-stream.ts';

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
    request,
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
    letGo({ status }: ApiResponse) {
      if (status < 300) site.letGo(request);
    },
  };
  try {
    return await network.send(message, life, limit.signal);
  } catch (error) {
    throw error instanceof DeadlineExceeded ? new TransportError('timeout', `${request.deadlineMs} ms`) : error;
  } finally {
    limit.clear();
  }
}
