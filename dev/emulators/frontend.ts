import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../src/runtime/clock.ts';
import type { Answer, Delivery } from './delivery.ts';
import { deliver, deliveryOf, jsonAnswer, visibleStatus } from './delivery.ts';
import type { FaultPlan } from './faults.ts';
import { faultPlan } from './faults.ts';

/** A request that has come in whole. */
export interface Arrival {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The source address, against which requests are counted. */
  readonly address: string;
  /** Where the client believes the emulator to be. */
  readonly origin: string;
}

/** How a request was served. */
export interface Served {
  readonly answer: Answer;
  /** `done`: the state has changed, whether or not the answer arrives. */
  readonly effect: 'none' | 'done';
}

/** One request on its way through an emulator. Disposed of when it has been answered. */
export interface Visit<Operation extends string, Note extends object> extends Disposable {
  readonly operation: Operation;
  /** Has the effect. Called twice where something in front of the server repeats the request. */
  serve(): Served & { readonly note: Note };
  /** What the journal says besides when nothing is served. */
  unserved(): Note;
}

/** What every journal says of a call. Holds no secret: no headers, no bodies, no query. */
export interface Entry<Operation extends string> {
  /** In ms since the epoch, when it was served. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  /** The status that was sent; `undefined` when the answer was lost whole. */
  readonly status: number | undefined;
  /** `done`: the state has changed, whether or not the answer arrived. */
  readonly effect: 'none' | 'done';
}

/** An emulator behind its socket. */
export interface Frontend<Operation extends string, Note extends object> {
  readonly listener: (incoming: IncomingMessage, response: ServerResponse) => void;
  /** Grows at its end. */
  readonly journal: readonly (Entry<Operation> & Note)[];
  readonly faults: FaultPlan<Operation>;
  /** Ends every delay; the calls that were in one get no answer and have no effect any more. */
  stop(): void;
}

/** What a body distortion distorts when nothing was served: an answer as a confused proxy gives it. */
export const UNSERVED: Answer = jsonAnswer(200, { status: 'ok' });

/**
 * Turns requests into answers: reads each one whole, lets the planned faults strike on either side of its effect, and
 * writes it into the journal at the moment of the effect.
 */
export function frontend<Operation extends string, Note extends object>(
  clock: Clock,
  admit: (arrival: Arrival) => Visit<Operation, Note>,
): Frontend<Operation, Note> {
  const journal: (Entry<Operation> & Note)[] = [];
  const faults = faultPlan<Operation>();
  const stopping = new AbortController();
  const { signal } = stopping;

  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrival = await arrivalOf(incoming);
    using visit = admit(arrival);
    const { operation } = visit;

    function record(delivery: Delivery, effect: Served['effect'], note: Note): void {
      const { method, path } = arrival;
      journal.push({ at: clock.now(), method, path, operation, status: visibleStatus(delivery), effect, ...note });
    }

    const before = faults.take(operation, 'before');
    await before.delay(clock, signal);
    if (before.distortion !== undefined) {
      const delivery = deliveryOf(UNSERVED, before.distortion, clock.now());
      record(delivery, 'none', visit.unserved());
      await deliver(response, delivery, { clock, signal });
      return;
    }

    if (before.servings === 2) {
      const { effect, note } = visit.serve();
      record({ type: 'reset' }, effect, note);
    }
    const { answer, effect, note } = visit.serve();
    const after = faults.take(operation, 'after');
    const delivery = deliveryOf(answer, after.distortion, clock.now());
    record(delivery, effect, note);
    await after.delay(clock, signal);
    await deliver(response, delivery, { clock, signal });
  }

  return {
    journal,
    faults,
    stop: () => stopping.abort(),
    listener: (incoming: IncomingMessage, response: ServerResponse): void => {
      respond(incoming, response).catch((error: unknown) => {
        // Anything but a client that gave up while it sent, or an emulator that closes, is a bug of the emulator's
        // and must not look like a fault: it ends the process.
        if (incoming.complete && !signal.aborted) throw error;
        response.destroy();
      });
    },
  };
}

async function arrivalOf(incoming: IncomingMessage): Promise<Arrival> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const { method = 'GET', headers, socket } = incoming;
  const origin = `${socket instanceof TLSSocket ? 'https' : 'http'}://${headers.host ?? '127.0.0.1'}`;
  const { pathname, searchParams } = new URL(incoming.url ?? '/', origin);
  return {
    method,
    path: pathname,
    query: searchParams,
    headers,
    body: Buffer.concat(chunks).toString(),
    address: socket.remoteAddress ?? '',
    origin,
  };
}
