import type { Progress } from '../tools/progress.ts';
import { isReady } from './cluster.ts';
import { APPLICATIONS, application, SECRETS, type Stage, secret } from './stage.ts';

/** Many applications at once. Times in ms since the first was asked for. */
export interface Crowd {
  readonly lastSecretMs: number;
  readonly lastReadyMs: number;
}

/** One application after the other. Times in ms. */
export interface Singles {
  readonly secretMs: readonly number[];
  readonly readyMs: readonly number[];
}

/** Applies `count` applications at once and waits for all of them. */
export async function crowd(count: number, stage: Stage, say: Progress): Promise<Crowd> {
  const { cluster, applications, secrets } = stage;
  const names = Array.from({ length: count }, (_, index) => `crowd-${index}`);
  const written = counted(
    names.map((name) => secrets.when(`${name}-oauth`)),
    'Secrets',
    say,
  );
  const ready = names.map((name) => applications.when(name, isReady));
  const start = performance.now();
  await Promise.all(names.map((name) => cluster.create(APPLICATIONS, application(stage, name))));
  return {
    lastSecretMs: Math.max(...(await Promise.all(written))) - start,
    lastReadyMs: Math.max(...(await Promise.all(ready))) - start,
  };
}

/** Applies `count` applications, each when the one before is ready. They are called `<prefix>-<n>`. */
export async function singles(count: number, stage: Stage, prefix: string): Promise<Singles> {
  const { cluster, applications, secrets } = stage;
  const secretMs: number[] = [];
  const readyMs: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `${prefix}-${index}`;
    const written = secrets.when(`${name}-oauth`);
    const ready = applications.when(name, isReady);
    const start = performance.now();
    await cluster.create(APPLICATIONS, application(stage, name));
    secretMs.push((await written) - start);
    readyMs.push((await ready) - start);
  }
  return { secretMs, readyMs };
}

/**
 * The least that anybody could do: a script registers clients, as many at once as the provider bears, and writes each
 * Secret while it goes on. No object, no record, no rehearsal, no status, nothing to find after a crash.
 *
 * @returns ms until the last Secret is written
 */
export async function crowdFloor(count: number, { cluster, provider, secrets }: Stage, say: Progress): Promise<number> {
  const names = Array.from({ length: count }, (_, index) => `floor-${index}`);
  const written = counted(
    names.map((name) => secrets.when(name)),
    'bare Secrets',
    say,
  );
  const start = performance.now();
  const writes: Promise<void>[] = [];
  await inLanes(names, provider.lanes, async (name) => {
    writes.push(cluster.create(SECRETS, secret(name, await provider.registerBare(name))));
  });
  await Promise.all(writes);
  return Math.max(...(await Promise.all(written))) - start;
}

/** The same for one client at a time; ms each. */
export async function singlesFloor(
  count: number,
  { cluster, provider, secrets }: Stage,
  prefix: string,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `${prefix}-floor-${index}`;
    const written = secrets.when(name);
    const start = performance.now();
    await cluster.create(SECRETS, secret(name, await provider.registerBare(name)));
    times.push((await written) - start);
  }
  return times;
}

/** Does `work` for each, so many at a time. */
export async function inLanes<T>(all: readonly T[], lanes: number, work: (one: T) => Promise<void>): Promise<void> {
  const waiting = all.values();
  const lane = async (): Promise<void> => {
    for (const one of waiting) await work(one);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Between two lines of progress. */
const STEP = 100;

/** The same promises; says how many of them are done, now and then. */
function counted<T>(all: readonly Promise<T>[], what: string, say: Progress): readonly Promise<T>[] {
  let done = 0;
  for (const one of all) {
    void one.then(() => {
      done += 1;
      if (done % STEP === 0) say(`${done} of ${all.length} ${what}`);
    });
  }
  return all;
}
