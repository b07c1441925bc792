import { expect, test, vi } from 'vitest';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { type CountingProxy, startCountingProxy } from '../support/counting-proxy.ts';
import { type Operator, operatorKubeconfig } from '../support/operator.ts';
import { createWorld, until, type World, web } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

const SETTLED_AFTER_MS = 500;

/** A pass that a change of our own asked for may look at a cache that is not up to date yet; its write is refused. */
const MOST_REFUSED = 8;

/** What was spent, and what was found: written behind the work too, so that only their sum can be told. */
const PROVIDER_STATUS = 'PUT oauthproviders/status';
const MOST_PROVIDER_STATUSES = 10;

/** Of the operator's metrics: a pass that runs or a key that waits, and the keys asked for so far. */
const BUSY = /^workqueue_(?:depth|unfinished_work_seconds)\{.*\} (?!0$).*$/m;
const ASKED = /^workqueue_adds_total.*$/gm;

/** Calls to the provider by the emulator's word, and writes to the API server by method and resource. */
interface Counted {
  readonly calls: Readonly<Record<string, number>>;
  readonly writes: Readonly<Record<string, number>>;
}

test('each change costs the provider one call, and the API server a few writes', async () => {
  await using world = await createWorld();
  await using proxy = await startCountingProxy(world.plane);
  const kubeconfig = await proxy.divert(await operatorKubeconfig(world.plane, world.namespace));
  const operator = await world.startOperator(`--kubeconfig=${kubeconfig}`);
  const counts = counter(world, proxy, operator);
  await until(
    'the provider is served',
    () => world.provider(),
    (provider) => provider?.status?.identity !== undefined,
  );
  await counts.of(async () => undefined);

  const registered = await counts.of(async () => {
    await world.apply(web('shop'));
    await world.ready('shop');
  });
  // Created under its temporary name, then renamed.
  expect(registered.calls).toEqual({ create: 1, update: 1 });
  expect(registered.writes).toEqual({
    'POST secrets (dry run)': 1,
    'POST secrets': 1,
    'PATCH oauthapplications': 1,
    // The operation; what it came to; how it stands.
    'PUT oauthapplications/status': 3,
    'POST events': 2,
  });

  const rotated = await counts.of(async () => {
    await world.patch('OAuthApplication', 'shop', {
      metadata: { annotations: { [ANNOTATIONS.rotateRequestedAt]: 'once' } },
    });
    await until(
      'the rotation is served',
      () => world.application('shop'),
      (shop) => shop?.status?.served?.rotate === 'once',
    );
  });
  expect(rotated.calls).toEqual({ rotate: 1 });
  expect(rotated.writes).toEqual({
    'PUT secrets (dry run)': 1,
    'PUT secrets': 1,
    'PUT oauthapplications/status': 2,
    'POST events': 1,
  });

  const updated = await counts.of(async () => {
    await world.patch('OAuthApplication', 'shop', { spec: { displayName: 'Shop' } });
    await world.ready('shop');
  });
  expect(updated.calls).toEqual({ update: 1 });
  expect(updated.writes).toEqual({ 'PUT oauthapplications/status': 1, 'PATCH events': 1 });

  await operator.stop();
  const restarted = counter(world, proxy, await world.startOperator(`--kubeconfig=${kubeconfig}`));
  const before = (await world.provider())?.status?.lastInventory?.at;
  const settled = await restarted.of(async () => {
    await until(
      'listed',
      () => world.provider(),
      (provider) => provider?.status?.lastInventory?.at !== before,
    );
  });
  expect(settled.calls).toEqual({ list: 1 });
  expect(settled.writes).toEqual({});

  const removed = await restarted.of(async () => {
    await world.remove('OAuthApplication', 'shop');
    await until(
      'it is gone',
      () => world.application('shop'),
      (shop) => shop === undefined,
    );
  });
  expect(removed.calls).toEqual({ delete: 1 });
  expect(removed.writes).toEqual({ 'PATCH oauthapplications': 1, 'POST events': 1 });

  expect(proxy.writes()[PROVIDER_STATUS]).toBeLessThanOrEqual(MOST_PROVIDER_STATUSES);
  expect(proxy.refused()).toBeLessThanOrEqual(MOST_REFUSED);
});

/** Counts what a step costs, from when the operator had come to rest until it has again. */
function counter(world: World, proxy: CountingProxy, operator: Operator) {
  const now = (): Counted => {
    const { [PROVIDER_STATUS]: _, ...writes } = proxy.writes();
    return { calls: tally(world.emulator.journal), writes };
  };
  return {
    async of(step: () => Promise<void>): Promise<Counted> {
      const before = now();
      await step();
      await atRest(operator, now);
      const after = now();
      return { calls: growth(before.calls, after.calls), writes: growth(before.writes, after.writes) };
    },
  };
}

/** Resolves when no pass runs or waits, and nothing was asked of anybody for a while: Events go out behind the work. */
async function atRest(operator: Operator, now: () => Counted): Promise<void> {
  let since = performance.now();
  let last = '';
  await until(
    'the operator is at rest',
    async () => {
      const { body } = await operator.page('/metrics');
      const busy = BUSY.exec(body) !== null;
      const seen = JSON.stringify([now(), body.match(ASKED)]);
      if (busy || seen !== last) since = performance.now();
      last = seen;
      return performance.now() - since;
    },
    (quietMs) => quietMs > SETTLED_AFTER_MS,
  );
}

function tally(journal: readonly { readonly operation: string }[]): Counted['calls'] {
  return Object.fromEntries(
    [...Map.groupBy(journal, ({ operation }) => operation)].map(([operation, calls]) => [operation, calls.length]),
  );
}

function growth(before: Counted['calls'], after: Counted['calls']): Counted['calls'] {
  const changes = Object.entries(after).map(([what, count]) => [what, count - (before[what] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, count]) => count > 0));
}
