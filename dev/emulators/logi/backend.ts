import { type Answer, htmlAnswer, jsonAnswer } from '../delivery.ts';
import type { Arrival, Visit } from '../frontend.ts';
import { manage } from './management.ts';
import { Refusal, refusalAnswer } from './refusal.ts';
import type { Operation } from './routes.ts';
import { routeOf } from './routes.ts';
import type { Switches } from './switches.ts';
import { token } from './token.ts';
import type { Request, Served, World } from './world.ts';
import { keyOf } from './world.ts';

/** What logi's journal says of a call beside what every journal says. */
export interface Note {
  readonly applicationId: number | undefined;
  /** The application's name after the call. */
  readonly name: string | undefined;
  /** The label of the key in the request, if it is a known one. */
  readonly key: string | undefined;
}

/** logi behind the frontend: knows where a request goes, and serves it. */
export function backend(world: World): (arrival: Arrival) => Visit<Operation, Note> {
  const creates = crowd();

  return (arrival) => {
    const route = routeOf(arrival.method, arrival.path, world.switches());
    const { operation } = route;
    const place = creates.enter(operation === 'create' ? keyOf(arrival, world.keys)?.developer : undefined);
    const request: Request = { ...arrival, route, concurrency: place.concurrency };

    function note({ applicationId, name }: Pick<Served, 'applicationId' | 'name'>): Note {
      const id = applicationId ?? (route.id === 0 ? undefined : route.id);
      return { applicationId: id, name, key: keyOf(request, world.keys)?.label };
    }

    return {
      operation,
      serve() {
        const served = serve(request, world);
        return { ...served, note: note(served) };
      },
      unserved: () => note({}),
      [Symbol.dispose]: () => place[Symbol.dispose](),
    };
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

/** As Rails says it to who wants JSON, or the page of whatever stands before it. */
function noRoute({ notFoundForm }: Switches): Answer {
  return notFoundForm === 'html' ? htmlAnswer(404) : jsonAnswer(404, { status: 404, error: 'Not Found' });
}

function dispatch(request: Request, world: World): Served {
  const { operation } = request.route;
  switch (operation) {
    case 'unknown':
      return { answer: noRoute(world.switches()), effect: 'none' };
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
