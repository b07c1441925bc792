import type { Clock } from '../../src/runtime/clock.ts';
import { sleep } from '../../src/runtime/clock.ts';

/**
 * What goes wrong with the answer to one call.
 *
 * - `reset`: the connection is reset without an answer; `timeout`: it stays open and nothing ever comes.
 * - `status`: another status, as the server's own JSON unless `body` and `headers` say otherwise.
 * - `html`: a page of something in front of the server; 502 unless `status` says otherwise.
 * - `truncate`: the connection ends in the middle of the body.
 * - `garbage`: a whole body that calls itself JSON and is not; `oversize`: valid JSON of at least `bytes` bytes.
 * - `slow-body`: one byte of the body every `everyMs` of the emulator's clock.
 */
export type Distortion =
  | { readonly type: 'reset' }
  | { readonly type: 'timeout' }
  | {
      readonly type: 'status';
      readonly status: number;
      readonly body?: string | undefined;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  | { readonly type: 'html'; readonly status?: number | undefined }
  | { readonly type: 'truncate' }
  | { readonly type: 'garbage' }
  | { readonly type: 'oversize'; readonly bytes: number }
  | { readonly type: 'slow-body'; readonly everyMs: number };

/** What delays a call that is otherwise served: for `ms` of the emulator's clock, or until the handle's `release`. */
export type Delay = { readonly type: 'latency'; readonly ms: number } | { readonly type: 'hold' };

/** What something in front of the server does to a request: it is served twice, the second answer is delivered. */
export interface Repetition {
  readonly type: 'repeat';
  readonly when: 'before';
}

/**
 * A fault that waits for its call.
 *
 * `when` says on which side of the effect it strikes: `before`, nothing has happened; `after`, the state has changed
 * and only the answer suffers. A delayed call has its effect even if the client has given up meanwhile.
 */
export type Fault<Operation extends string> = {
  /** The calls that it strikes; left out: any. */
  readonly operation?: Operation | undefined;
  /** How many calls it strikes; 1 when left out. */
  readonly times?: number | 'always' | undefined;
  /** How many such calls it lets pass first; 0 when left out. */
  readonly skip?: number | undefined;
} & (({ readonly when: 'before' | 'after' } & (Distortion | Delay)) | Repetition);

/** A fault that was planted. */
export interface FaultHandle {
  /** How many calls it has struck. */
  readonly hits: number;
  /** Resolves when it strikes for the first time. */
  readonly hit: Promise<void>;
  /** Lets calls go on that a `hold` has stopped, and those that it would stop later. */
  release(): void;
  /** It strikes no more. Calls that it has stopped go on. */
  remove(): void;
}

/** The faults that strike one side of one call, in the order in which they were planted. */
export interface Strike {
  /** Waits out every delay. Rejects when `signal` aborts. */
  delay(clock: Clock, signal: AbortSignal): Promise<void>;
  /** How often the request is served. */
  readonly servings: 1 | 2;
  readonly distortion: Distortion | undefined;
}

/** The faults of one emulator. */
export interface FaultPlan<Operation extends string> {
  add(fault: Fault<Operation>): FaultHandle;
  /** The faults for this side of this call; each of them has one call less to strike. */
  take(operation: Operation, when: 'before' | 'after'): Strike;
}

interface Planted<Operation extends string> {
  readonly fault: Fault<Operation>;
  readonly handle: FaultHandle;
  readonly released: Promise<void>;
  /** Whether it strikes the call that has come, which it counts. */
  meets(): boolean;
}

/** An empty plan. */
export function faultPlan<Operation extends string>(): FaultPlan<Operation> {
  const planted = new Set<Planted<Operation>>();

  return {
    add(fault) {
      const entry = plant(fault, (spent) => planted.delete(spent));
      planted.add(entry);
      return entry.handle;
    },

    take(operation, when) {
      const taken: Planted<Operation>[] = [];
      for (const entry of [...planted]) {
        const { fault } = entry;
        if (fault.when !== when) continue;
        if (fault.operation !== undefined && fault.operation !== operation) continue;
        if (!entry.meets()) continue;
        taken.push(entry);
        if (distortionOf(fault) !== undefined) break;
      }
      return strikeOf(taken);
    },
  };
}

function plant<Operation extends string>(
  fault: Fault<Operation>,
  forget: (spent: Planted<Operation>) => void,
): Planted<Operation> {
  const hit = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let hits = 0;
  let toSkip = fault.skip ?? 0;

  const entry: Planted<Operation> = {
    fault,
    released: released.promise,
    handle: {
      get hits() {
        return hits;
      },
      hit: hit.promise,
      release: () => released.resolve(),
      remove() {
        forget(entry);
        released.resolve();
      },
    },
    meets() {
      if (toSkip > 0) {
        toSkip -= 1;
        return false;
      }
      hits += 1;
      hit.resolve();
      if (fault.times !== 'always' && hits >= (fault.times ?? 1)) forget(entry);
      return true;
    },
  };
  return entry;
}

function strikeOf<Operation extends string>(taken: readonly Planted<Operation>[]): Strike {
  return {
    servings: taken.some(({ fault }) => fault.type === 'repeat') ? 2 : 1,
    distortion: taken.map(({ fault }) => distortionOf(fault)).find((distortion) => distortion !== undefined),
    async delay(clock, signal) {
      for (const { fault, released } of taken) {
        if (fault.type === 'latency') await sleep(clock, fault.ms, signal);
        if (fault.type === 'hold') await until(released, signal);
      }
    },
  };
}

function distortionOf(fault: Distortion | Delay | Repetition): Distortion | undefined {
  return fault.type === 'latency' || fault.type === 'hold' || fault.type === 'repeat' ? undefined : fault;
}

async function until(released: Promise<void>, signal: AbortSignal): Promise<void> {
  const abandoned = Promise.withResolvers<never>();
  const onAbort = () => abandoned.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  await Promise.race([released, abandoned.promise]).finally(() => signal.removeEventListener('abort', onAbort));
}
