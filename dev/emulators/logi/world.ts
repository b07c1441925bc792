import type { Clock } from '../../../src/runtime/clock.ts';
import type { Arrival, Served as Outcome } from '../frontend.ts';
import type { ApiKey, Keyring } from './keys.ts';
import type { Limits } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { Registry } from './registry.ts';
import type { Route } from './routes.ts';
import type { Switches } from './switches.ts';

/** Everything that the emulator knows and changes. */
export interface World {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly keys: Keyring;
  readonly limits: Limits;
  switches(): Switches;
}

/** A request that has come in whole, and where it goes. */
export interface Request extends Arrival {
  readonly route: Route;
  /** Whether another create of the same developer is being served. */
  readonly concurrency: 'alone' | 'crowded';
}

/** How a request was served. */
export interface Served extends Outcome {
  readonly applicationId?: number | undefined;
  readonly name?: string | undefined;
}

/** The key in the request's bearer token, if it is one that was ever issued. */
export function keyOf({ headers }: Pick<Request, 'headers'>, keys: Keyring): ApiKey | undefined {
  const token = bearerOf(headers.authorization);
  return token === undefined ? undefined : keys.find(token);
}

/** @throws Refusal 429 when `subject` has used up its limits */
export function obeyLimit(subject: string, limits: Parameters<Limits['wait']>[1], world: World): void {
  const wait = world.limits.wait(subject, limits);
  if (wait === undefined) return;
  throw new Refusal({
    status: 429,
    code: 'rate_limited',
    text: 'Too many requests',
    documented: {},
    headers: retryAfter(wait, world),
  });
}

function retryAfter(waitMs: number, { clock, switches }: World): Readonly<Record<string, string>> {
  const seconds = Math.ceil(waitMs / 1000);
  switch (switches().retryAfter) {
    case 'seconds':
      return { 'retry-after': String(seconds) };
    case 'date':
      // An HTTP date has no fractions: rounded up, or a client that obeys would come too early.
      return { 'retry-after': new Date(Math.ceil((clock.now() + waitMs) / 1000) * 1000).toUTCString() };
    case 'none':
      return {};
  }
}

function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer ([^\s]+)$/.exec(authorization ?? '')?.[1];
}
