import { WireError, type WireRequest, type WireResponse } from '../../src/idp/http.ts';
import type { Answer, Delivery } from '../emulators/delivery.ts';
import { asSent, deliveryOf } from '../emulators/delivery.ts';
import type { Core } from '../emulators/emulator.ts';
import type { Distortion } from '../emulators/faults.ts';
import type { Arrival, Visit } from '../emulators/frontend.ts';

/** What a wire tells of an answer, and how long after its first byte could have come; `Infinity`: never by itself. */
export type Heard = { readonly afterMs: number } & (
  | { readonly type: 'response'; readonly response: WireResponse }
  | { readonly type: 'error'; readonly error: WireError }
);

/** A provider without sockets and timers: every call returns at once, and whoever calls says what happens when. */
export interface SimulatedProvider<Operation extends string, Note extends object> {
  /** What the request asks for. Changes nothing. */
  operationOf(request: WireRequest): Operation;
  /** Lets the request in, to be served once, twice or never. Dispose of the visit when it has been answered. */
  admit(request: WireRequest): Visit<Operation, Note>;
  /** What a wire that reads at most `maxBytes` makes of an answer that is given now. */
  hear(answer: Answer, distortion: Distortion | undefined, maxBytes: number): Heard;
  /** Serves the request once; its answer arrives whole. */
  exchange(request: WireRequest): WireResponse;
  /** Serves the request twice, as something in front of the provider may; the second answer arrives whole. */
  serveTwice(request: WireRequest): WireResponse;
}

/** `core` as it is seen from `address`, against which it may count requests. */
export function simulatedProvider<Operation extends string, Note extends object>(
  core: Core<Operation, Note>,
  address: string,
): SimulatedProvider<Operation, Note> {
  const admit = (request: WireRequest) => core.admit(arrivalOf(request, address));
  const whole = (visit: Visit<Operation, Note>) => responseOf(asSent(visit.serve().answer, core.clock.now()));

  return {
    operationOf(request) {
      using visit = admit(request);
      return visit.operation;
    },
    admit,
    hear: (answer, distortion, maxBytes) => heard(deliveryOf(answer, distortion, core.clock.now()), maxBytes),
    exchange(request) {
      using visit = admit(request);
      return whole(visit);
    },
    serveTwice(request) {
      using visit = admit(request);
      visit.serve();
      return whole(visit);
    },
  };
}

/** The request as a server has it that has read it whole. */
function arrivalOf({ method, url, headers, body = '' }: WireRequest, address: string): Arrival {
  const { pathname, searchParams, origin, host } = new URL(url);
  const received = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method,
    path: pathname,
    query: searchParams,
    headers: { host, ...Object.fromEntries(received) },
    body,
    address,
    origin,
  };
}

function heard(delivery: Delivery, maxBytes: number): Heard {
  switch (delivery.type) {
    case 'reset':
      return broken(new WireError('reset', 'ECONNRESET'));
    case 'silence':
      return { type: 'error', error: new WireError('timeout', undefined), afterMs: Number.POSITIVE_INFINITY };
    case 'whole':
      return read(delivery.answer, 0, maxBytes);
    case 'cut':
      return broken(delivery.bytes > maxBytes ? tooLarge() : new WireError('reset', 'UND_ERR_SOCKET'));
    case 'inflated':
      return read(delivery.answer, delivery.bytes, maxBytes);
    case 'dribbled': {
      const bytes = Math.min(Buffer.byteLength(delivery.answer.body), maxBytes + 1);
      return { ...read(delivery.answer, 0, maxBytes), afterMs: bytes * delivery.everyMs };
    }
  }
}

/** The answer with so many blanks before its body; a body that is too large is not made. */
function read(answer: Answer, blanks: number, maxBytes: number): Heard {
  if (blanks + Buffer.byteLength(answer.body) > maxBytes) return broken(tooLarge());
  const body = blanks === 0 ? answer.body : ' '.repeat(blanks) + answer.body;
  return { type: 'response', response: responseOf({ ...answer, body }), afterMs: 0 };
}

function tooLarge(): WireError {
  return new WireError('too-large', undefined);
}

function broken(error: WireError): Heard {
  return { type: 'error', error, afterMs: 0 };
}

function responseOf({ status, headers, body }: Answer): WireResponse {
  return { status, headers, body: Buffer.from(body) };
}
