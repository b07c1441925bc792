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

const NO_CONTENT = 204;
const BAD_GATEWAY = 502;
const CHUNK_BYTES = 64 * 1024;

/** The status that the client sees; `undefined` when it sees none. */
export function visibleStatus(answer: Answer, distortion: Distortion | undefined): number | undefined {
  switch (distortion?.type) {
    case 'reset':
    case 'timeout':
      return undefined;
    case 'status':
      return distortion.status;
    case 'html':
      return distortion.status ?? BAD_GATEWAY;
    case 'truncate':
    case 'garbage':
    case 'oversize':
    case 'slow-body':
      return withBody(answer).status;
    case undefined:
      return answer.status;
  }
}

/** Sends `answer` as far as the distortion lets it through. Rejects when `signal` aborts on the way. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  distortion: Distortion | undefined,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  switch (distortion?.type) {
    case undefined:
      return send(response, answer);
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'timeout':
      return;
    case 'status':
      return send(response, statusAnswer(distortion));
    case 'html':
      return send(response, htmlAnswer(distortion.status ?? BAD_GATEWAY));
    case 'truncate':
      return truncate(response, withBody(answer));
    case 'garbage':
      return send(response, { ...withBody(answer), body: '{"id": 4, "client_' });
    case 'oversize':
      return inflate(response, withBody(answer), distortion.bytes);
    case 'slow-body':
      return dribble(response, withBody(answer), () => sleep(clock, distortion.everyMs, signal));
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

function statusAnswer({ status, body, headers }: Extract<Distortion, { type: 'status' }>): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: body ?? JSON.stringify({ error: status === 429 ? 'rate_limited' : `status_${status}` }),
  };
}

/** Only an answer with a body can have a wrong one. */
function withBody(answer: Answer): Answer {
  return answer.status === NO_CONTENT ? { ...answer, status: 200 } : answer;
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (status === NO_CONTENT) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) }).end(body);
}

function truncate(response: ServerResponse, { status, headers, body }: Answer): void {
  const bytes = Buffer.from(body.length > 1 ? body : '{}');
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.socket?.destroy());
}

/** Leading blanks keep the body valid JSON, so that only its size is wrong. */
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
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
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
