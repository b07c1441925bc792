import type { IncomingMessage, ServerResponse } from 'node:http';
import { deliver, htmlAnswer, visibleStatus } from '../delivery.ts';
import type { Distortion, FaultPlan } from '../faults.ts';
import { faultPlan } from '../faults.ts';
import { manage } from './management.ts';
import { jsonAnswer, Refusal, refusalAnswer } from './refusal.ts';
import type { Operation } from './routes.ts';
import { routeOf } from './routes.ts';
import { token } from './token.ts';
import type { Request, Served, World } from './world.ts';
import { keyOf } from './world.ts';

/** One call as the server saw it. Holds no secret: no headers, no bodies, no query. */
export interface Call {
  /** In ms since the epoch, when it was served. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  /** The status that was sent; `undefined` when the answer was lost whole. */
  readonly status: number | undefined;
  /** `done`: the state has changed, whether or not the answer arrived. */
  readonly effect: 'none' | 'done';
  readonly applicationId: number | undefined;
  /** The application's name after the call. */
  readonly name: string | undefined;
  /** The label of the key in the request, if it is a known one. */
  readonly key: string | undefined;
}

/** The emulator behind its socket. */
export interface Frontend {
  readonly listener: (incoming: IncomingMessage, response: ServerResponse) => void;
  /** Grows at its end. */
  readonly journal: readonly Call[];
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
export function frontend(world: World): Frontend {
  const journal: Call[] = [];
  const faults = faultPlan<Operation>();
  const stopping = new AbortController();
  const creates = crowd();
  const { clock } = world;
  const { signal } = stopping;

  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrived = await requestOf(incoming, world);
    const { operation } = arrived.route;
    using visit = creates.enter(operation === 'create' ? keyOf(arrived, world.keys)?.developer : undefined);
    const request: Request = { ...arrived, concurrency: visit.concurrency };

    const before = faults.take(operation, 'before');
    await before.delay(clock, signal);
    if (before.distortion !== undefined) {
      record(request, UNSERVED, before.distortion);
      await deliver(response, UNSERVED.answer, before.distortion, { clock, signal });
      return;
    }

    if (before.servings === 2) record(request, serve(request, world), { type: 'reset' });
    const served = serve(request, world);
    const after = faults.take(operation, 'after');
    record(request, served, after.distortion);
    await after.delay(clock, signal);
    await deliver(response, served.answer, after.distortion, { clock, signal });
  }

  function record(
    request: Request,
    { answer, effect, applicationId, name }: Served,
    distortion: Distortion | undefined,
  ): void {
    const { method, path, route } = request;
    journal.push({
      at: clock.now(),
      method,
      path,
      operation: route.operation,
      status: visibleStatus(answer, distortion),
      effect,
      applicationId: applicationId ?? (route.id === 0 ? undefined : route.id),
      name,
      key: keyOf(request, world.keys)?.label,
    });
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

function serve(request: Request, world: World): Served {
  try {
    return dispatch(request, world);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { answer: refusalAnswer(error, world.switches()), effect: 'none' };
  }
}

function dispatch(request: Request, world: World): Served {
  const { operation } = request.route;
  switch (operation) {
    case 'unknown':
      return { answer: htmlAnswer(404), effect: 'none' };
    case 'health':
      return { answer: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' }, effect: 'none' };
    case 'discovery':
      return { answer: jsonAnswer(200, discovery(request.origin)), effect: 'none' };
    case 'token':
      return { answer: token(request, world), effect: 'none' };
    case 'list':
    case 'show':
    case 'create':
    case 'update':
    case 'add-redirect':
    case 'remove-redirect':
    case 'rotate':
    case 'delete':
    case 'me':
      return manage(operation, request, world);
  }
}

function discovery(origin: string): Readonly<Record<string, unknown>> {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/oauth/authorize`,
    token_endpoint: `${origin}/oauth/token`,
    userinfo_endpoint: `${origin}/oauth/userinfo`,
    revocation_endpoint: `${origin}/oauth/revoke`,
    device_authorization_endpoint: `${origin}/oauth/device_authorization`,
    jwks_uri: `${origin}/.well-known/jwks.json`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  };
}

/** Counts who is being served at this moment. */
function crowd() {
  const inside = new Map<string, number>();
  return {
    enter(who: string | undefined): Pick<Request, 'concurrency'> & Disposable {
      if (who === undefined) return { concurrency: 'alone', [Symbol.dispose]: () => undefined };
      const others = inside.get(who) ?? 0;
      inside.set(who, others + 1);
      return {
        concurrency: others === 0 ? 'alone' : 'crowded',
        [Symbol.dispose]: () => void inside.set(who, (inside.get(who) ?? 1) - 1),
      };
    },
  };
}

async function requestOf(incoming: IncomingMessage, world: World): Promise<Omit<Request, 'concurrency'>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const { method = 'GET', headers, socket } = incoming;
  const origin = `http://${headers.host ?? '127.0.0.1'}`;
  const { pathname, searchParams } = new URL(incoming.url ?? '/', origin);
  return {
    method,
    path: pathname,
    query: searchParams,
    headers,
    body: Buffer.concat(chunks).toString(),
    address: socket.remoteAddress ?? '',
    origin,
    route: routeOf(method, pathname, world.switches()),
  };
}
