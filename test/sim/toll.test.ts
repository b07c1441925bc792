import { expect, test } from 'vitest';
import type { Blow } from '../../dev/sim/blows.ts';
import { drawScenario } from '../../dev/sim/scenario/draw.ts';
import type { StruckOf } from '../../dev/sim/struck.ts';
import { createToll, type Toll } from '../../dev/sim/toll.ts';
import { createWorld } from '../../dev/sim/world.ts';

const ONE = '0/store/shop';
const OTHER = '0/store/desk';

const REFUSED: Blow = { type: 'misanswered', when: 'before', as: 'full' };
const LOST: Blow = { type: 'lost', when: 'after' };

const SECRETS = '/api/v1/namespaces/store/secrets';
const CREATED = JSON.stringify({ metadata: { name: 'shop-oauth' } });

test.each([
  { what: 'a Secret that was to be made', struck: toApi('create secrets', 'POST', SECRETS, CREATED, REFUSED) },
  {
    what: 'a Secret that was to change',
    struck: toApi('replace secrets', 'PUT', `${SECRETS}/shop-renamed`, '{}', REFUSED),
  },
  {
    what: 'a rotation',
    struck: toProvider('logi rotate', 'https://logi.example.com/api/v1/applications/1/rotate', LOST),
  },
])('a blow on $what excuses its application alone', ({ struck }) => {
  const toll = tollOf(struck);
  expect([toll.costs(ONE, 'logi'), toll.costs(OTHER, 'logi')]).toEqual([1, 0]);
});

test.each([
  { what: 'a first mint that is refused', blows: [REFUSED], costs: 0 },
  { what: 'a first mint that is refused twice', blows: [REFUSED, REFUSED], costs: 0 },
  { what: 'a mint whose answer was lost', blows: [LOST], costs: 0 },
  { what: 'a mint whose answer was lost, and whose repeat is refused', blows: [LOST, REFUSED], costs: 1 },
  { what: 'one lost answer, with two refusals', blows: [LOST, REFUSED, REFUSED], costs: 1 },
  { what: 'a mint that was done and is told to be refused', blows: [{ ...REFUSED, when: 'after' } as const], costs: 1 },
])('$what costs an application $costs values at Logto', ({ blows, costs }) => {
  const toll = tollOf(...blows.map(toMint));
  expect([toll.costs(ONE, 'logto'), toll.costs(OTHER, 'logto')]).toEqual([costs, 0]);
});

test('a blow on a create of which nobody knows whose it is excuses each application', () => {
  const toll = tollOf(toProvider('logi create', 'https://logi.example.com/api/v1/applications', LOST));
  expect([toll.costs(ONE, 'logi'), toll.costs(OTHER, 'logi')]).toEqual([1, 1]);
});

test('a status that was not written is that of one application', () => {
  const path = '/apis/oauthapp.dev/v1alpha1/namespaces/store/oauthapplications/shop/status';
  const toll = tollOf(toApi('replace oauthapplications/status', 'PUT', path, '{}', LOST));
  expect([toll.unrecorded(ONE), toll.unrecorded(OTHER)]).toEqual([1, 0]);
});

test.each([
  { fromMs: 0, untilMs: 90_000, cluster: 0, stillMs: 60_000 },
  { fromMs: 20_000, untilMs: 90_000, cluster: 0, stillMs: 40_000 },
  { fromMs: 0, untilMs: 30_000, cluster: 0, stillMs: 30_000 },
  { fromMs: 70_000, untilMs: 90_000, cluster: 0, stillMs: 0 },
  { fromMs: 0, untilMs: 90_000, cluster: 1, stillMs: 0 },
])('a stop of a minute counts $stillMs ms from $fromMs to $untilMs ms in cluster $cluster', (told) => {
  const { fromMs, untilMs, cluster, stillMs } = told;
  const toll = tollOf(toMint({ type: 'stopped', when: 'before', forMs: 60_000 }));
  expect(toll.stoodStill(cluster, fromMs, untilMs)).toBe(stillMs);
});

/** Registration 1 is that of {@link ONE}. */
function tollOf(...all: readonly StruckOf[]): Toll {
  const nobody = (): void => undefined;
  const audience = {
    onSighting: nobody,
    onLog: nobody,
    onWord: nobody,
    onStruck: nobody,
    onFelled: nobody,
    onFall: nobody,
  };
  const world = createWorld(drawScenario(1), audience);
  const toll = createToll(
    () => world,
    (_, { url }) => (url.includes('/applications/1') ? ONE : undefined),
  );
  for (const struck of all) toll.struck(struck);
  return toll;
}

function toApi(kind: string, method: 'POST' | 'PUT', path: string, body: string, blow: Blow): StruckOf {
  const request = { method, path, headers: {}, body, repeat: 'unsafe', deadlineMs: 1 } as const;
  return { call: { side: 'api', kind }, blow, request, cluster: 0 };
}

function toMint(blow: Blow): StruckOf {
  return toProvider('logto create-secret', 'https://logto.example.com/api/applications/1/secrets', blow);
}

function toProvider(kind: string, url: string, blow: Blow): StruckOf {
  return {
    call: { side: 'provider', kind },
    blow,
    request: { method: 'POST', url, headers: {}, body: '{}' },
    cluster: 0,
  };
}
