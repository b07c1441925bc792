import { isReady } from './cluster.ts';
import { registerBare } from './provider.ts';
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
export async function crowd(count: number, { cluster, applications, secrets }: Stage): Promise<Crowd> {
  const names = Array.from({ length: count }, (_, index) => `crowd-${index}`);
  const written = names.map((name) => secrets.when(`${name}-oauth`));
  const ready = names.map((name) => applications.when(name, isReady));
  const start = performance.now();
  await Promise.all(names.map((name) => cluster.create(APPLICATIONS, application(name))));
  return {
    lastSecretMs: Math.max(...(await Promise.all(written))) - start,
    lastReadyMs: Math.max(...(await Promise.all(ready))) - start,
  };
}

/** Applies `count` applications, each when the one before is ready. They are called `<prefix>-<n>`. */
export async function singles(
  count: number,
  { cluster, applications, secrets }: Stage,
  prefix: string,
): Promise<Singles> {
  const secretMs: number[] = [];
  const readyMs: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `${prefix}-${index}`;
    const written = secrets.when(`${name}-oauth`);
    const ready = applications.when(name, isReady);
    const start = performance.now();
    await cluster.create(APPLICATIONS, application(name));
    secretMs.push((await written) - start);
    readyMs.push((await ready) - start);
  }
  return { secretMs, readyMs };
}

/**
 * The least that anybody could do: the objects are created, and a script registers one client after the other, as logi
 * asks for, and writes each Secret while it registers the next. No record, no rehearsal, no status, nothing to find
 * after a crash.
 *
 * @returns ms until the last Secret is written
 */
export async function crowdFloor(count: number, { cluster, provider, secrets }: Stage): Promise<number> {
  const names = Array.from({ length: count }, (_, index) => `floor-${index}`);
  const written = names.map((name) => secrets.when(name));
  const start = performance.now();
  const writes: Promise<void>[] = [];
  for (const name of names) writes.push(cluster.create(SECRETS, secret(name, await registerBare(provider.url, name))));
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
    await cluster.create(SECRETS, secret(name, await registerBare(provider.url, name)));
    times.push((await written) - start);
  }
  return times;
}
