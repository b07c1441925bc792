import { afterAll, beforeAll, expect, test } from 'vitest';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { until } from '../support/until.ts';
import { type Installation, installed, RELEASE } from './support/installation.ts';
import { failuresToldBy, installApp, logInsAt } from './support/log-ins.ts';

/** Workloads that use the Secret are rolled. At Logto the former secret lives until no Pod runs with it, and no longer. */
const ROTATION = {
  logi: '{"restart":"Referencing"}',
  logto: '{"restart":"Referencing","overlap":"0s"}',
} as const;

/** Enough logins before and after that a gap between them would show. */
const MANY = 50;

let here: Installation;

beforeAll(async () => {
  here = await installed('rotation.restart=true', 'rotation.retire=true');
});
afterAll(() => here[Symbol.asyncDispose]());

test('at Logto a rotation rolls the workload, and no login fails', async () => {
  await startLoggingIn('club', 'logto');
  const before = await here.secret('club-oauth');
  await rotateAndRoll('club', 'first');

  const after = await here.secret('club-oauth');
  expect(after?.['client_secret']).not.toBe(before?.['client_secret']);
  await manyMore('logto');
  expect(refusedAt('logto')).toEqual([]);
  expect(await failuresToldBy('club', here)).toEqual([]);
  await until(
    'the superseded secret is deleted, as no Pod runs with it',
    () => here.providers.logto.applications().find(({ name }) => name === 'club')?.secrets.length,
    (count) => count === 1,
  );
  await manyMore('logto');
  expect(refusedAt('logto')).toEqual([]);
});

test('at Logto an upgrade of the operator and its rollback, each in the middle of rotations, let no login fail', async () => {
  const names = ['choir', 'band', 'team'];
  for (const name of names) await startLoggingIn(name, 'logto');

  await inTheMiddleOf(names, 'upgrade', () => here.upgrade('image.tag=next'));
  expect(await imagesOf(here)).toEqual(['node.test/oauthapp-operator:next']);
  await revisionsBecome('next');

  await inTheMiddleOf(names, 'rollback', () => here.helm('rollback', RELEASE, '--wait', '--timeout=180s'));
  expect(await imagesOf(here)).toEqual(['node.test/oauthapp-operator:present']);
  await revisionsBecome('present');

  await manyMore('logto');
  expect(refusedAt('logto')).toEqual([]);
  for (const name of names) expect(await failuresToldBy(name, here)).toEqual([]);
});

test('at logi, where one secret ends the other, logins fail from the rotation until the last Pod is new', async () => {
  await startLoggingIn('shop', 'logi');
  const before = logInsAt('logi', here).length;
  await rotateAndRoll('shop', 'first');
  await manyMore('logi');

  const rotatedAt = here.providers.logi.journal.findLast(({ operation }) => operation === 'rotate')?.at ?? Number.NaN;
  const since = logInsAt('logi', here)
    .slice(before)
    .filter(({ at }) => at >= rotatedAt);
  const firstNew = since.find(({ outcome }) => outcome === 'succeeded')?.at ?? Number.NaN;
  const lastRefused = since.findLast(({ outcome }) => outcome === 'refused')?.at ?? rotatedAt;
  console.log(
    `gap at logi: ${firstNew - rotatedAt} ms to the first login with the new secret, ` +
      `${lastRefused - rotatedAt} ms to the last with the old one`,
  );
  expect(
    logInsAt('logi', here)
      .slice(0, before)
      .filter(({ outcome }) => outcome === 'refused'),
  ).toEqual([]);
  const settled = since.filter(({ at }) => at > lastRefused);
  expect(settled.length).toBeGreaterThan(0);
});

/** Resolves when the application of this name is installed and logs in. */
async function startLoggingIn(name: string, provider: 'logi' | 'logto'): Promise<void> {
  await installApp(name, provider, ROTATION[provider], here);
  await manyMore(provider);
}

/**
 * Changes the operator while one of the rotations has been served by the provider, and the operator has not heard of it.
 * Resolves when all of it is done.
 */
async function inTheMiddleOf(names: readonly string[], token: string, change: () => Promise<unknown>): Promise<void> {
  const hold = here.providers.logto.fault({ operation: 'create-secret', when: 'after', type: 'hold' });
  const rotated = Promise.all(names.map((name) => rotateAndRoll(name, token)));
  await Promise.race([hold.hit, rotated]);
  await change();
  hold.release();
  await rotated;
}

/** Asks for a rotation; resolves when it was served and every Pod is one that was started after it. */
async function rotateAndRoll(name: string, token: string): Promise<void> {
  const generation = await generationOf(name);
  await here.annotate(name, { [ANNOTATIONS.rotateRequestedAt]: token });
  await until(
    `${name} is rotated`,
    () => here.application(name),
    (shown) => shown?.status?.served?.rotate === token,
    SERVED_WITHIN_MS,
  );
  await until(
    `${name} is rolled`,
    () => generationOf(name),
    (now) => now !== generation,
  );
  await here.kubectl('rollout', 'status', `deployment/${name}`, '--timeout=180s');
}

/** Between two rotations of one application there is at least half a minute. */
const SERVED_WITHIN_MS = 180_000;

function generationOf(name: string): Promise<string> {
  return here.kubectl('get', 'deployment', name, '-o=jsonpath={.metadata.generation}');
}

async function manyMore(provider: 'logi' | 'logto'): Promise<void> {
  const before = logInsAt(provider, here).length;
  await until(
    `${MANY} more logins`,
    () => logInsAt(provider, here).length,
    (count) => count >= before + MANY,
  );
}

function refusedAt(provider: 'logi' | 'logto') {
  return logInsAt(provider, here).filter(({ outcome }) => outcome === 'refused');
}

/** What the programs that run were made from, by their own word: a Pod that ends still shows the former. */
async function revisionsBecome(wanted: string): Promise<void> {
  await until(
    `every operator is ${wanted}`,
    async () => {
      const paths = (await here.pods()).map(({ metadata }) => `${metadata.name}:8080/proxy/metrics`);
      const pages = await Promise.all(
        paths.map((path) =>
          here.kubectl('get', '--raw', `/api/v1/namespaces/${here.namespace}/pods/${path}`).catch(() => ''),
        ),
      );
      return pages.map((page) => /^oauthapp_build_info\{.*revision="([^"]*)"/m.exec(page)?.[1]);
    },
    (revisions) => revisions.length > 0 && revisions.every((revision) => revision === wanted),
  );
}

/** Of the operator's pods, without those that are told to end. */
async function imagesOf({ pods }: Installation): Promise<readonly string[]> {
  const wanted = (await pods()).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return [...new Set(wanted.flatMap(({ spec }) => spec.containers.map(({ image }) => image)))];
}
