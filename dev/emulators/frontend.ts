import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../src/runtime/clock.ts';
import type { Answer } from './delivery.ts';
import { deliver, jsonAnswer, visibleStatus } from './delivery.ts';
import type { Distortion, FaultPlan } from './faults.ts';
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
const UNSERVED: Served = { answer: jsonAnswer(200, { status: 'ok' }), effect: 'none' };

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

    function record({ answer, effect }: Served, note: Note, distortion: Distortion | undefined): void {
      const { method, path } = arrival;
      const status = visibleStatus(answer, distortion);
      journal.push({ at: clock.now(), method, path, operation, status, effect, ...note });
    }

    const before = faults.take(operation, 'before');
    await before.delay(clock, signal);
    if (before.distortion !== undefined) {
      record(UNSERVED, visit.unserved(), before.distortion);
      await deliver(response, UNSERVED.answer, before.distortion, { clock, signal });
      return;
    }

    if (before.servings === 2) {
      const unheard = visit.serve();
      record(unheard, unheard.note, { type: 'reset' });
    }
    const served = visit.serve();
    const after = faults.take(operation, 'after');
    record(served, served.note, after.distortion);
    await after.delay(clock, signal);
    await deliver(response, served.answer, after.distortion, { clock, signal });
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
