import { expect, test } from 'vitest';
import { LABELS } from '../../src/api/names.ts';
import { OAUTH_APPLICATIONS, OAUTH_PROVIDERS, SECRETS } from '../../src/kube/resources.ts';
import { createCaches } from '../../src/operator/caches.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { clusterClient } from '../support/cluster-client.ts';
import { freshNamespace } from '../support/control-plane.ts';
import { until } from '../support/until.ts';

test('a listener that fails is told of in the log, by what it listened to, and the cache goes on', async () => {
  const [namespace, { client, transport, signal }] = await Promise.all([freshNamespace(), clusterClient()]);
  const lines: string[] = [];
  const log = createLog('error', systemClock, { write: (line) => void lines.push(line) });
  const reflecting = {
    transport,
    clock: systemClock,
    chance: systemChance,
    features: { watchList: 'assumed' },
  } as const;
  const caches = createCaches(client, reflecting, undefined, log);
  const fail = (): never => {
    throw new Error('a bug');
  };
  for (const store of [caches.applications, caches.providers, caches.secrets, caches.namespaces]) {
    store?.subscribe(fail);
  }
  for (const reflector of caches.reflectors) void reflector.run(signal);

  const metadata = { name: 'web', namespace };
  const spec = { type: 'Web', redirectUris: ['https://a.example.com/cb'], providerRef: { name: 'logi' } };
  const logi = { apiUrl: 'https://logi.example.com', apiKeySecretRef: { name: 'key' } };
  await client.create(OAUTH_APPLICATIONS, { metadata, spec }, {}, signal);
  await client.create(OAUTH_PROVIDERS, { metadata, spec: { logi } }, {}, signal);
  await client.create(SECRETS, { metadata: { ...metadata, labels: { [LABELS.applicationUid]: 'u' } } }, {}, signal);

  const failed = (): ReadonlySet<unknown> =>
    new Set(
      lines
        .map((line): Readonly<Record<string, unknown>> => JSON.parse(line))
        .filter(({ message }) => message === 'a listener of a cache failed')
        .map(({ resource }) => resource),
    );
  await until('each cache has told of it', failed, ({ size }) => size === 4);
  expect([...failed()].sort()).toEqual([
    'namespaces',
    'oauthapplications.oauthapp.dev',
    'oauthproviders.oauthapp.dev',
    'secrets',
  ]);
  expect(lines.join('')).toContain('a bug');
  const stores = [caches.applications, caches.providers, caches.secrets];
  // What others made in the cluster may have been told of before.
  await until(
    'each cache holds what is there',
    () => stores.map((store) => store.get(`${namespace}/web`)),
    (held) => !held.includes(undefined),
  );
});
