import type { Clock } from './clock.ts';
import { sleep } from './clock.ts';
import type { Controller } from './controller.ts';

/** What is wrong, in one constant sentence for a person; `undefined` when nothing is. Must be quick, and ask nobody else. */
export type Check = () => string | undefined;

/** One check's answer. */
export interface CheckResult {
  readonly name: string;
  readonly problem: string | undefined;
}

/** `live`: while it fails only a restart helps. `ready`: while it fails the process does not do its work. */
export type Probe = 'live' | 'ready';

/** The named checks of a process, as the kubelet asks for them. */
export interface Health {
  /** @throws RangeError when `probe` has a check of that name already */
  add(probe: Probe, name: string, check: Check): void;
  /** All checks in the order in which they were added. A check that throws has failed. */
  ask(probe: Probe): readonly CheckResult[];
}

/** How often the heart beats, ms. */
const BEAT_MS = 10_000;

/** No checks at first: live and ready. */
export function createHealth(): Health {
  const checks = { live: new Map<string, Check>(), ready: new Map<string, Check>() } satisfies Record<Probe, unknown>;
  return {
    add(probe, name, check) {
      if (checks[probe].has(name)) throw new RangeError(`there is a ${probe} check called ${name} already`);
      checks[probe].set(name, check);
    },
    ask: (probe) => [...checks[probe]].map(([name, check]) => ({ name, problem: problemOf(check) })),
  };
}

function problemOf(check: Check): string | undefined {
  try {
    return check();
  } catch {
    return 'the check itself failed';
  }
}

/** Fails once timers have been late by more than `limitMs`: the loop answers probes and does no work. Ends with `signal`. */
export function heartbeat(clock: Clock, limitMs: number, signal: AbortSignal): Check {
  let beatAt = clock.monotonic();
  const beat = async (): Promise<never> => {
    for (;;) {
      beatAt = clock.monotonic();
      await sleep(clock, BEAT_MS, signal);
    }
  };
  beat().catch(() => undefined);
  return () => (clock.monotonic() - beatAt > limitMs + BEAT_MS ? 'the event loop stalls' : undefined);
}

/** Fails while a pass has been running for longer than `limitMs`, whose signal must have aborted long before. */
export function noStuckPass(controller: Pick<Controller, 'runningLongerThan'>, limitMs: number): Check {
  return () => (controller.runningLongerThan(limitMs).length > 0 ? 'a pass does not end' : undefined);
}

/** Fails when the last word from a watch is older than `limitMs`. `sinceContactMs` is `undefined` before the first. */
export function freshContact(sinceContactMs: () => number | undefined, limitMs: number): Check {
  return () => {
    const since = sinceContactMs();
    if (since === undefined) return 'no contact with the API server yet';
    return since > limitMs ? 'no contact with the API server lately' : undefined;
  };
}
