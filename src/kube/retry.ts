import type { Chance } from '../runtime/chance.ts';
import type { Clock } from '../runtime/clock.ts';
import { sleep } from '../runtime/clock.ts';
import { retryAfterOf } from './answer.ts';
import { TransportError } from './errors.ts';
import type { ApiRequest, ApiResponse, Transport } from './transport.ts';

/** As client-go: a server that says *later* ten times is believed. */
const THROTTLED_ATTEMPTS = 10;

/** A worker is not held longer than this for one answer; whoever called gets `retryAfterMs` and plans with it. */
const LONGEST_WAIT_MS = 10_000;

/** For a 429 that does not say when. */
const DEFAULT_WAIT_MS = 1000;

const CONNECTION_ATTEMPTS = 4;
const CONNECTION_WAIT_MS = 100;

/** What became of the tries at one request so far. */
interface Tries {
  refused: number;
  failed: number;
}

/**
 * Repeats what may be repeated; streams are left to the reflector.
 *
 * An answer of 429, or of 503 with `Retry-After`, was refused before anything happened: any verb is sent again, at the
 * time asked for plus up to as much again, since API priority and fairness tells everybody the same second. A failed
 * connection leaves open what happened: only requests that are `safe` to repeat are. A deadline is never repeated.
 */
export function retrying(transport: Transport, time: { readonly clock: Clock; readonly chance: Chance }): Transport {
  const { clock, chance } = time;

  return {
    async call(request, signal) {
      const tries = { refused: 0, failed: 0 };
      for (;;) {
        const answer = await attempt(request, signal);
        const wait = answer instanceof TransportError ? afterFailure(tries) : afterRefusal(tries, answer);
        if (wait === undefined) return settle(answer);
        await sleep(clock, wait * (1 + chance.fraction()), signal);
      }
    },
    stream: (request, signal) => transport.stream(request, signal),
  };

  /** An answer, or a failure that may be repeated. */
  async function attempt(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse | TransportError> {
    try {
      return await transport.call(request, signal);
    } catch (error) {
      const failure = error instanceof TransportError ? error.failure : undefined;
      if (request.repeat === 'unsafe' || (failure !== 'reset' && failure !== 'unreachable')) throw error;
      return error as TransportError; // `failure` is read from nothing else
    }
  }

  /** Milliseconds until the next try; `undefined` for an answer that the caller gets, and after too many refusals. */
  function afterRefusal(tries: Tries, { status, headers }: ApiResponse): number | undefined {
    const asked = retryAfterOf(headers, clock);
    if (status !== 429 && (status !== 503 || asked === undefined)) return undefined;
    tries.refused += 1;
    const wait = asked ?? DEFAULT_WAIT_MS;
    return wait > LONGEST_WAIT_MS || tries.refused >= THROTTLED_ATTEMPTS ? undefined : wait;
  }
}

/** The same after a connection that failed. */
function afterFailure(tries: Tries): number | undefined {
  tries.failed += 1;
  return tries.failed < CONNECTION_ATTEMPTS ? CONNECTION_WAIT_MS * 2 ** (tries.failed - 1) : undefined;
}

function settle(answer: ApiResponse | TransportError): ApiResponse {
  if (answer instanceof TransportError) throw answer;
  return answer;
}
