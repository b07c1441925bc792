import type { ServerResponse } from 'node:http';
import type { Clock } from '../../src/runtime/clock.ts';
import { sleep } from '../../src/runtime/clock.ts';
import type { Distortion } from './faults.ts';

/** A whole answer of an emulator, before a fault distorts it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What a connection carries of an answer. `headers` are those that are sent, in lower case, but for the connection's own.
 *
 * - `reset`: the connection is reset without an answer; `silence`: it stays open and nothing ever comes.
 * - `whole`: all of it. - `cut`: the connection ends after `bytes` bytes of the body.
 * - `inflated`: `bytes` blanks come before the body, which is still valid JSON. - `dribbled`: a byte every `everyMs`.
 */
export type Delivery =
  | { readonly type: 'reset' }
  | { readonly type: 'silence' }
  | { readonly type: 'whole'; readonly answer: Answer }
  | { readonly type: 'cut'; readonly answer: Answer; readonly bytes: number }
  | { readonly type: 'inflated'; readonly answer: Answer; readonly bytes: number }
  | { readonly type: 'dribbled'; readonly answer: Answer; readonly everyMs: number };

const NO_CONTENT = 204;
const BAD_GATEWAY = 502;
const CHUNK_BYTES = 64 * 1024;

/** What the distortion lets through of an answer that is given at `at`, in ms since the epoch. Pure. */
export function deliveryOf(answer: Answer, distortion: Distortion | undefined, at: number): Delivery {
  switch (distortion?.type) {
    case undefined:
      return { type: 'whole', answer: asSent(answer, at) };
    case 'reset':
      return { type: 'reset' };
    case 'timeout':
      return { type: 'silence' };
    case 'status':
      return { type: 'whole', answer: asSent(statusAnswer(distortion), at) };
    case 'html':
      return { type: 'whole', answer: asSent(htmlAnswer(distortion.status ?? BAD_GATEWAY), at) };
    case 'truncate': {
      const whole = withBody(answer);
      const cut = asSent(whole.body.length > 1 ? whole : { ...whole, body: '{}' }, at);
      return { type: 'cut', answer: cut, bytes: Math.ceil(Buffer.byteLength(cut.body) / 2) };
    }
    case 'garbage':
      return { type: 'whole', answer: asSent({ ...withBody(answer), body: '{"id": 4, "client_' }, at) };
    case 'oversize':
      return { type: 'inflated', answer: dated(withBody(answer), at), bytes: distortion.bytes };
    case 'slow-body':
      return { type: 'dribbled', answer: asSent(withBody(answer), at), everyMs: distortion.everyMs };
  }
}

/** The answer with its date, `at` in ms since the epoch, and its length; one without content has nothing else. */
export function asSent({ status, headers, body }: Answer, at: number): Answer {
  if (status === NO_CONTENT) return dated({ status, headers: {}, body: '' }, at);
  return dated({ status, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) }, body }, at);
}

/** The status that the client sees; `undefined` when it sees none. */
export function visibleStatus(delivery: Delivery): number | undefined {
  return delivery.type === 'reset' || delivery.type === 'silence' ? undefined : delivery.answer.status;
}

/** Sends what `delivery` says. Rejects when `signal` aborts on the way. */
export async function deliver(
  response: ServerResponse,
  delivery: Delivery,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  // The date is that of the emulator's clock, and stands among the headers.
  response.sendDate = false;
  switch (delivery.type) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'silence':
      return;
    case 'whole':
      return send(response, delivery.answer);
    case 'cut':
      return cut(response, delivery.answer, delivery.bytes);
    case 'inflated':
      return inflate(response, delivery.answer, delivery.bytes);
    case 'dribbled':
      return dribble(response, delivery.answer, () => sleep(clock, delivery.everyMs, signal));
  }
}

/** `value` as a JSON answer. */
export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

/** A page as a proxy or a framework's router writes it. */
export function htmlAnswer(status: number): Answer {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>`,
  };
}

function statusAnswer({ status, body, headers = {} }: Extract<Distortion, { type: 'status' }>): Answer {
  const said = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...Object.fromEntries(said) },
    body: body ?? JSON.stringify({ error: status === 429 ? 'rate_limited' : `status_${status}` }),
  };
}

/** Only an answer with a body can have a wrong one. */
function withBody(answer: Answer): Answer {
  return answer.status === NO_CONTENT ? { ...answer, status: 200 } : answer;
}

function dated(answer: Answer, at: number): Answer {
  return { ...answer, headers: { date: new Date(at).toUTCString(), ...answer.headers } };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body);
}

function cut(response: ServerResponse, { status, headers, body }: Answer, bytes: number): void {
  response.writeHead(status, headers);
  response.write(Buffer.from(body).subarray(0, bytes), () => response.socket?.destroy());
}

async function inflate(response: ServerResponse, { status, headers, body }: Answer, bytes: number): Promise<void> {
  response.writeHead(status, headers);
  for (let left = bytes; left > 0 && !response.closed; left -= CHUNK_BYTES) {
    const goesOn = response.write(Buffer.alloc(Math.min(left, CHUNK_BYTES), ' '));
    if (!goesOn) await drained(response);
  }
  response.end(body);
}

async function dribble(
  response: ServerResponse,
  { status, headers, body }: Answer,
  pause: () => Promise<void>,
): Promise<void> {
  const bytes = Buffer.from(body);
  response.writeHead(status, headers);
  response.flushHeaders();
  for (let at = 0; at < bytes.length && !response.closed; at += 1) {
    await pause();
    response.write(bytes.subarray(at, at + 1));
  }
  response.end();
}

async function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('drain', resolve).once('close', resolve);
  await promise;
  response.off('drain', resolve).off('close', resolve);
}
