import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CONFIG_MAPS } from '../../dev/config-maps.ts';
import { Redacted } from '../../src/credentials.ts';
import { inClusterConfig, kubeconfig } from '../../src/kube/config.ts';
import type { TokenReader } from '../../src/kube/token.ts';
import { tokenSource } from '../../src/kube/token.ts';
import { manualClock } from '../support/manual-clock.ts';
import { json, status } from '../support/scripted-api-server.ts';
import { configMap, connected } from './connected.ts';

const REF = { resource: CONFIG_MAPS, namespace: 'shop', name: 'a' };
const PATH = '/api/v1/namespaces/shop/configmaps/a';

/** A token that the test replaces, or breaks. */
function rotating(first: string) {
  const state: { value: string | Error; reads: number } = { value: first, reads: 0 };
  const read: TokenReader = async () => {
    state.reads += 1;
    if (state.value instanceof Error) throw state.value;
    return new Redacted(state.value);
  };
  return { state, read };
}

async function serviceAccountFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'service-account-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

test('reads the token again within a minute, and not for every request', async () => {
  const clock = manualClock();
  const { state, read } = rotating(' first\n');
  const tokens = tokenSource(read, clock);

  expect((await tokens.get())?.reveal()).toBe('first');
  state.value = 'second';
  expect((await tokens.get())?.reveal()).toBe('first');
  await clock.advance(60_000);

  expect((await tokens.get())?.reveal()).toBe('second');
  expect(state.reads).toBe(2);
});

test.each([
  ['cannot be read', new Error('ENOENT')],
  ['is empty', '\n'],
])('keeps the token that it has when the file %s', async (_, broken) => {
  const clock = manualClock();
  const { state, read } = rotating('first');
  const tokens = tokenSource(read, clock);
  await tokens.get();

  state.value = broken;
  await clock.advance(60_000);

  expect((await tokens.get())?.reveal()).toBe('first');
});

test('reads once for many who ask at the same time', async () => {
  const { state, read } = rotating('first');
  const tokens = tokenSource(read, manualClock());

  await Promise.all(Array.from({ length: 20 }, () => tokens.get()));

  expect(state.reads).toBe(1);
});

test('asks once more with a fresh token when the server says 401', async () => {
  const { state, read } = rotating('expired');
  const { server, client, signal } = await connected({ config: { readToken: read } });
  server.on('GET', PATH, json(200, configMap('a', '1')), status(401, 'Unauthorized'), json(200, configMap('a', '1')));
  await client.get(REF, signal);

  state.value = 'fresh';
  await client.get(REF, signal);

  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer expired',
    'Bearer expired',
    'Bearer fresh',
  ]);
});

test('says of a reading that it is for a rejected token, once for many who ask', async () => {
  const occasions: string[] = [];
  const tokens = tokenSource(async (occasion) => {
    occasions.push(occasion);
    return new Redacted(`token-${occasions.length}`);
  }, manualClock());
  const rejected = await tokens.get();

  await Promise.all([tokens.refresh(rejected), tokens.refresh(rejected)]);
  await tokens.refresh(rejected);

  expect(occasions).toEqual(['due', 'rejected']);
});

test('reads a rejected token again after a reading that was under way and gave the same', async () => {
  const clock = manualClock();
  const given = Promise.withResolvers<Redacted>();
  const answers = [Promise.resolve(new Redacted('a')), given.promise, Promise.resolve(new Redacted('b'))];
  const tokens = tokenSource(() => answers.shift() ?? Promise.reject(new Error('read too often')), clock);
  const rejected = await tokens.get();
  await clock.advance(60_000);
  const due = tokens.get();
  const refreshed = [tokens.refresh(rejected), tokens.refresh(rejected)];
  given.resolve(new Redacted('a'));
  await Promise.all([due, ...refreshed]);

  expect((await tokens.get())?.reveal()).toBe('b');
});

test('believes a second 401', async () => {
  const { server, client, signal } = await connected();
  server.always('GET', PATH, status(401, 'Unauthorized'));

  await expect(client.get(REF, signal)).rejects.toMatchObject({ status: 401, reason: 'Unauthorized' });

  expect(server.requests).toHaveLength(2);
});

test('goes on while the token file is away, and fails as a refusal when it never was there', async () => {
  const clock = manualClock();
  const { state, read } = rotating('first');
  state.value = new Error('ENOENT: /secret/path');
  const { server, direct, signal } = await connected({ clock, config: { readToken: read } });
  server.always('GET', PATH, json(200, configMap('a', '1')));

  await expect(direct.get(REF, signal)).rejects.toMatchObject({ failure: 'unreachable' });
  state.value = 'first';
  await direct.get(REF, signal);
  state.value = new Error('ENOENT');
  await clock.advance(3_600_000);

  await expect(direct.get(REF, signal)).resolves.toBeDefined();
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer first']);
});

test('sends what lies under a path prefix of the server there', async () => {
  const { server, client, signal } = await connected();
  const behind = await connected({ config: { server: `${server.url}/k8s/clusters/c-1/` } });
  server.on('GET', `/k8s/clusters/c-1${PATH}`, json(200, configMap('a', '1')));

  await expect(behind.client.get(REF, signal)).resolves.toBeDefined();
  await expect(client.get(REF, signal)).rejects.toMatchObject({ status: 500 });
});

test('takes the configuration of a Pod from its environment and its files', async () => {
  const folder = await serviceAccountFolder({ token: 't1\n', 'ca.crt': 'PEM', namespace: 'oauth-system\n' });
  const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

  const config = await inClusterConfig(environment, folder);

  expect(config).toMatchObject({ server: 'https://[fd00::1]:443', namespace: 'oauth-system', verification: 'verify' });
  expect((await config?.readToken?.('due'))?.reveal().trim()).toBe('t1');
  await writeFile(join(folder, 'token'), 't2');
  expect((await config?.readToken?.('due'))?.reveal()).toBe('t2');
  expect(await config?.readTls()).toEqual({ ca: 'PEM', cert: undefined, key: undefined });
});

test('is in no cluster without the environment of one', async () => {
  expect(await inClusterConfig({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toBeUndefined();
});

function kubeconfigText(cluster: Record<string, unknown>, user: Record<string, unknown>): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u', namespace: 'shop' } }],
    clusters: [{ name: 'k', cluster: { server: 'https://127.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user }],
  });
}

test('reduces a kubeconfig to what a connection needs', async () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const text = kubeconfigText(
    { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'kubernetes' },
    { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY'), token: 'abc' },
  );

  const config = await kubeconfig({ from: { text } });

  expect(config).toMatchObject({ server: 'https://127.0.0.1:6443', tlsServerName: 'kubernetes', namespace: 'shop' });
  expect((await config.readToken?.('due'))?.reveal()).toBe('abc');
  const { ca, cert, key } = await config.readTls();
  expect([ca, cert, key?.reveal()]).toEqual(['CA', 'CERT', 'KEY']);
});

test('refuses a kubeconfig with a proxy, since it would be passed by', async () => {
  const text = kubeconfigText({ 'proxy-url': 'http://127.0.0.1:3128' }, {});

  await expect(kubeconfig({ from: { text } })).rejects.toThrow('proxy-url');
});
