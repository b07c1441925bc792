import { expect, test } from 'vitest';
import { credentialSecrets } from '../../src/kube/credentials.ts';
import type { ReflectorObserver } from '../../src/kube/reflector.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import type { Target } from '../../src/kube/watch.ts';
import type { FoundCredentials } from '../../src/provider/ports.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { clusterClient } from '../support/cluster-client.ts';
import { freshNamespace } from '../support/control-plane.ts';
import { heldWatch, status, until } from '../support/scripted-api-server.ts';
import { connected, evenChance } from './connected.ts';

function revealed(found: FoundCredentials): object {
  const values = found.type === 'found' ? Object.entries(found.values) : [];
  return Object.fromEntries(values.map(([key, value]) => [key, value.reveal()]));
}

/** Secrets of one namespace, and what was told of them. */
async function watching() {
  const [namespace, { client, transport, signal }] = await Promise.all([freshNamespace(), clusterClient()]);
  const told: string[] = [];
  const reflecting = {
    transport,
    clock: systemClock,
    chance: systemChance,
    features: { watchList: 'assumed' as const },
  };
  const credentials = credentialSecrets(
    client,
    reflecting,
    (text) => `print of ${text}`,
    (of, name) => void told.push(`${of}/${name}`),
    signal,
  );
  const ref = (name: string) => ({ resource: SECRETS, namespace, name });
  return {
    namespace,
    credentials,
    told,
    read: (name: string, ...keys: readonly string[]) => credentials.read(namespace, name, keys, signal),
    make: (name: string, secret: object = {}) =>
      client.create(SECRETS, { metadata: { name, namespace }, ...secret }, {}, signal),
    change: (name: string, stringData: object) =>
      client.patch(ref(name), { type: 'merge', body: { stringData } }, {}, signal),
    async remove(name: string) {
      const { uid } = (await client.get(ref(name), signal)).metadata;
      await client.delete(ref(name), { uid }, signal);
    },
  };
}

test('reads one value, with a fingerprint and without the line end of the file that it came from', async () => {
  const { make, read } = await watching();
  await make('key', { stringData: { apiKey: ' abc\n', other: 'x' } });

  const found = await read('key', 'apiKey');

  expect(found).toMatchObject({ type: 'found', fingerprint: 'print of abc' });
  expect(revealed(found)).toEqual({ apiKey: 'abc' });
  expect(JSON.stringify(found.type === 'found' && found.values)).not.toContain('abc');
});

test('reads several values at once, with one fingerprint over all', async () => {
  const { make, change, read } = await watching();
  await make('key', { stringData: { clientId: 'a\n', clientSecret: 'b', other: 'x' } });
  const first = await read('key', 'clientId', 'clientSecret');
  await change('key', { clientId: 'ab', clientSecret: '"' });
  const second = await read('key', 'clientId', 'clientSecret');

  expect([first, second].map(revealed)).toEqual([
    { clientId: 'a', clientSecret: 'b' },
    { clientId: 'ab', clientSecret: '"' },
  ]);
  expect([first, second]).toMatchObject([
    { fingerprint: 'print of ["a","b"]' },
    { fingerprint: 'print of ["ab","\\""]' },
  ]);
});

test.each<[stringData: object, key: string]>([
  [{ clientSecret: 'b' }, 'clientId'],
  [{ clientId: 'a' }, 'clientSecret'],
  [{ clientId: '\n', clientSecret: ' ' }, 'clientId'],
])('names the first of several keys that %o has no value under', async (stringData, key) => {
  const { make, read } = await watching();
  await make('key', { stringData });

  expect(await read('key', 'clientId', 'clientSecret')).toEqual({ type: 'no-key', key });
});

test.each<[why: string, secret: object, key: string]>([
  ['another key alone', { stringData: { other: 'x' } }, 'apiKey'],
  ['no data', {}, 'apiKey'],
  ['an empty value', { stringData: { apiKey: '' } }, 'apiKey'],
  ['nothing but space', { stringData: { apiKey: ' \n' } }, 'apiKey'],
  ['a key that every object inherits', { stringData: { other: 'x' } }, 'constructor'],
])('tells a Secret with %s from none', async (_, secret, key) => {
  const { make, read } = await watching();
  await make('key', secret);

  expect([await read('key', key), await read('none', key)]).toEqual([{ type: 'no-key', key }, { type: 'no-secret' }]);
});

test('tells of its Secrets being made, changed, deleted and made again, and of no others', async () => {
  const { credentials, namespace, told, make, change, remove } = await watching();
  const key = `${namespace}/key`;
  credentials.watch(new Set([key]));

  await make('other', { stringData: { a: 'b' } });
  await make('key');
  await until('it is told of the new Secret', () => told.length === 1);
  await change('other', { a: 'c' });
  await change('key', { apiKey: 'x' });
  await until('it is told of the change', () => told.length === 2);
  await remove('key');
  await until('it is told of the deletion', () => told.length === 3);
  await make('key');
  await until('it is told of the Secret made again', () => told.length === 4);

  expect(new Set(told)).toEqual(new Set([key]));
});

test('watches by name and as metadata, and no longer what nobody names any more', async () => {
  const { server, client, transport, signal } = await connected();
  const [first, second] = [heldWatch(), heldWatch()];
  const path = '/api/v1/namespaces/iam/secrets';
  server.on('GET', path, first.answer, second.answer);
  server.always('GET', path, status(500, 'InternalError'));
  const credentials = credentialSecrets(
    client,
    { transport, clock: systemClock, chance: evenChance(), features: { watchList: 'assumed' } },
    (value) => value,
    () => undefined,
    signal,
  );

  credentials.watch(new Set(['iam/a']));
  const request = await first.opened;
  expect(request.query.get('fieldSelector')).toBe('metadata.name=a');
  expect(request.headers.accept).toContain('PartialObjectMetadata');

  credentials.watch(new Set(['iam/a', 'iam/b']));
  expect((await second.opened).query.get('fieldSelector')).toBe('metadata.name=b');
  expect(server.requests).toHaveLength(2);

  credentials.watch(new Set(['iam/b']));
  await first.closed;
  expect(server.requests).toHaveLength(2);
});

test('says of which Secret a watch fails, and why', async () => {
  const { server, client, transport, signal } = await connected();
  server.always('GET', '/api/v1/namespaces/iam/secrets', status(403, 'Forbidden'));
  const told: string[] = [];
  const observerOf = ({ namespace, fieldSelector }: Target): ReflectorObserver => ({
    onFailure: (kind) => void told.push(`${namespace} ${fieldSelector} ${kind}`),
  });
  const credentials = credentialSecrets(
    client,
    { transport, clock: systemClock, chance: evenChance(), features: { watchList: 'assumed' }, observerOf },
    (value) => value,
    () => undefined,
    signal,
  );

  credentials.watch(new Set(['iam/a', 'iam/b']));
  await until('both are told of', () => told.length === 2);

  expect(new Set(told)).toEqual(new Set(['iam metadata.name=a forbidden', 'iam metadata.name=b forbidden']));
});

test('ends its watches with the process, and begins none after', async () => {
  const { server, client, transport } = await connected();
  const watch = heldWatch();
  server.on('GET', '/api/v1/namespaces/iam/secrets', watch.answer);
  const ended = new AbortController();
  const credentials = credentialSecrets(
    client,
    { transport, clock: systemClock, chance: evenChance(), features: { watchList: 'assumed' } },
    (value) => value,
    () => undefined,
    ended.signal,
  );
  credentials.watch(new Set(['iam/a']));
  await watch.opened;

  ended.abort();
  await watch.closed;
  credentials.watch(new Set(['iam/a', 'iam/b']));

  expect(server.requests).toHaveLength(1);
});
