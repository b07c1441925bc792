import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../tools/progress.ts';
import { type Cost, costing } from './cost.ts';
import type { BenchLogto } from './logto.ts';
import { PROVIDERS, type Stage } from './stage.ts';

/** One look over everything that is settled. */
export interface Drift {
  /** From the end of the listing at the provider until it is written down, all applications compared. */
  readonly lookMs: number;
  /** The same listing by a bare call, read as JSON; of several. */
  readonly floorsMs: readonly number[];
  readonly cost: Cost;
  /** Of as much time without a listing. */
  readonly idle: Cost;
}

/** The shortest that there is. Counted from the start of a listing. */
const INTERVAL = '1m';
const INTERVAL_MS = 60_000;

/** What is measured begins before the listing and ends after it, so that everything that it wakes is in it. */
const BEFORE_MS = 3_000;
const AFTER_MS = 7_000;

const BARE_CALLS = 10;
const POLL_MS = 100;

/** Waits for the listing that comes by itself, among applications that are settled. */
export async function driftPass(stage: Stage<BenchLogto>, say: Progress): Promise<Drift> {
  const { cluster, provider } = stage;
  const providers = await cluster.follow(PROVIDERS);
  await cluster.patch(`${PROVIDERS}/logto`, { spec: { resyncInterval: INTERVAL } });
  say(`waiting for listings, which come every ${INTERVAL}`);
  const first = await nextListing(provider);

  await delay(AFTER_MS);
  const floorsMs = await bareListings(provider);
  await delay(AFTER_MS);
  const [, idle] = await costing(stage, () => delay(BEFORE_MS + AFTER_MS));
  await delay(first + INTERVAL_MS - BEFORE_MS - Date.now());

  const epochMs = Date.now() - performance.now();
  const isNoted = noted(first);
  const [lookMs, cost] = await costing(stage, async () => {
    const writtenAt = await providers.when('logto', isNoted);
    const [servedAt = Number.NaN] = (await provider.listings()).slice(-1);
    await delay(AFTER_MS);
    return epochMs + writtenAt - servedAt;
  });
  return { lookMs, floorsMs, cost, idle };
}

/** Resolves when one was served from now on, with when. Our own are not waited for. */
async function nextListing(provider: BenchLogto): Promise<number> {
  const before = (await provider.listings()).length;
  for (;;) {
    const [next] = (await provider.listings()).slice(before);
    if (next !== undefined) return next;
    await delay(POLL_MS);
  }
}

/** Whether the provider object tells of a listing of after this time, epoch ms. */
function noted(after: number) {
  return ({ status }: { readonly status?: Readonly<Record<string, unknown>> | undefined }): boolean => {
    const { lastInventory } = (status ?? {}) as { lastInventory?: { at: string } };
    return Date.parse(lastInventory?.at ?? '') > after + INTERVAL_MS / 2;
  };
}

async function bareListings(provider: BenchLogto): Promise<readonly number[]> {
  const times: number[] = [];
  for (let call = 0; call < BARE_CALLS; call += 1) {
    const start = performance.now();
    await provider.listBare();
    times.push(performance.now() - start);
  }
  return times;
}
