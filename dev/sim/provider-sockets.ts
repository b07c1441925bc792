import type { Wire, WireRequest, WireResponse } from '../../src/idp/http.ts';
import { WireError } from '../../src/idp/http.ts';
import type { OpenWire } from '../../src/idp/wire.ts';
import type { Answer } from '../emulators/delivery.ts';
import { jsonAnswer } from '../emulators/delivery.ts';
import type { Distortion } from '../emulators/faults.ts';
import type { Misanswer } from './blows.ts';
import type { Life } from './life.ts';
import type { Network } from './network.ts';
import type { SimulatedProvider } from './provider.ts';

/** A provider as processes reach it. */
export interface ProviderSite {
  /** `logi`, `logto`. */
  readonly name: string;
  readonly origin: string;
  readonly provider: SimulatedProvider<string, object>;
  /** Whether it serves, and what becomes of a request where it does not. */
  state(operation: string): 'up' | 'away' | Misanswer;
  /** Told of each request as it leaves its process. */
  onSent(operation: string, request: WireRequest, life: Life): void;
  /** Told of each request just before it is served. */
  onRequest(operation: string, request: WireRequest, life: Life): void;
  /** Told of each answer, whether or not it arrives. */
  onServed(operation: string, request: WireRequest, answer: Answer, life: Life): void;
  /** Told when a process that lives and runs has the answer to its request, or waits for none any more. */
  onSettled(operation: string, request: WireRequest, life: Life): void;
}

export interface ProviderSocketsOptions {
  readonly sites: readonly ProviderSite[];
  readonly life: Life;
  readonly network: Network;
}

/** What a wire would read of an answer, before it is known how much of it the caller takes. */
interface Spoken {
  readonly answer: Answer;
  readonly distortion: Distortion | undefined;
}

const UNSERVED = jsonAnswer(200, { status: 'ok' });
/** As Logto says no. logi's adapter reads the status, and a code that it does not know. */
const REFUSALS = {
  unauthorized: { status: 401, code: 'auth.unauthorized' },
  forbidden: { status: 403, code: 'auth.forbidden' },
  unprocessable: { status: 422, code: 'request.invalid_input' },
  full: { status: 403, code: 'subscription.limit_exceeded' },
} as const satisfies Partial<Record<Misanswer, { readonly status: number; readonly code: string }>>;
const OVERSIZE_BYTES = 40 * 1024 * 1024;

/** A process's way to every provider, in the place of undici's. */
export function providerSockets({ sites, life, network }: ProviderSocketsOptions): OpenWire {
  const wire: Wire = async (request, maxBytes, signal) => {
    const site = sites.find(({ origin }) => request.url.startsWith(`${origin}/`));
    if (site === undefined) throw new WireError('connect', 'ENOTFOUND');
    const operation = site.provider.operationOf(request);
    site.onSent(operation, request, life);
    const stay = stayAt(site, request);
    const message = {
      call: { side: 'provider' as const, kind: `${site.name} ${operation}` },
      request,
      isReached: () => site.state(operation) !== 'away',
      serve: () => serve(site, operation, request, life, stay.visit),
      over: stay.end,
      misanswer: (as: Misanswer, spoken: Spoken | undefined): Spoken => ({
        answer: spoken?.answer ?? UNSERVED,
        distortion: distortionOf(as, operation),
      }),
      reset: () => new WireError('reset', 'ECONNRESET'),
    };
    const spoken = await network.send(message, life, signal).then(
      (answer) => {
        site.onSettled(operation, request, life);
        return answer;
      },
      (error: unknown) => {
        site.onSettled(operation, request, life);
        throw signal.aborted ? new WireError('timeout', undefined) : error;
      },
    );
    return heard(site, spoken, maxBytes);
  };
  return { wire, close: () => Promise.resolve() };
}

type Visited = ReturnType<ProviderSite['provider']['admit']>;

/** A request at a provider, from when it is let in until it is answered; one that is repeated on its way is one still. */
function stayAt({ provider }: ProviderSite, request: WireRequest) {
  let current: Visited | undefined;
  return {
    visit(): Visited {
      current ??= provider.admit(request);
      return current;
    },
    end: () => current?.[Symbol.dispose](),
  };
}

function serve(site: ProviderSite, operation: string, request: WireRequest, life: Life, visit: () => Visited): Spoken {
  const state = site.state(operation);
  if (state !== 'up' && state !== 'away') return { answer: UNSERVED, distortion: distortionOf(state, operation) };
  site.onRequest(operation, request, life);
  const { answer } = visit().serve();
  site.onServed(operation, request, answer, life);
  return { answer, distortion: undefined };
}

function heard({ provider }: ProviderSite, { answer, distortion }: Spoken, maxBytes: number): WireResponse {
  const result = provider.hear(answer, distortion, maxBytes);
  if (result.type === 'error') throw result.error;
  return result.response;
}

function distortionOf(as: Misanswer, operation: string): Distortion {
  switch (as) {
    case 'unavailable':
      return { type: 'status', status: 503 };
    case 'failed':
      return { type: 'status', status: 500 };
    case 'throttled':
      return { type: 'status', status: 429, headers: { 'retry-after': '2' } };
    case 'denied':
      return { type: 'status', status: 403 };
    case 'unauthorized':
    case 'forbidden':
    case 'unprocessable':
    case 'full': {
      const { status, code } = REFUSALS[as];
      // A token endpoint has words of its own for it (RFC 6749 section 5.2).
      const isOfToken = as === 'unauthorized' && operation === 'token';
      const said = isOfToken ? { error: 'invalid_client' } : { code, message: code };
      return { type: 'status', status, body: JSON.stringify(said) };
    }
    case 'html':
      return { type: 'html' };
    case 'garbage':
      return { type: 'garbage' };
    case 'truncated':
      return { type: 'truncate' };
    case 'oversize':
      return { type: 'oversize', bytes: OVERSIZE_BYTES };
  }
}
