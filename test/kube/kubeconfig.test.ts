import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CONFIG_MAPS } from '../../dev/config-maps.ts';
import { kubeconfig } from '../../src/kube/config.ts';
import { json } from '../support/scripted-api-server.ts';
import { temporaryFile } from '../support/temporary-file.ts';
import { configMap, connected } from './connected.ts';

/** A kubeconfig with one user. */
function textWith(user: Readonly<Record<string, unknown>>, server = 'https://127.0.0.1:6443'): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u', namespace: 'shop' } }],
    clusters: [{ name: 'k', cluster: { server } }],
    users: [{ name: 'u', user }],
  });
}

/** A plugin that gives another token each time that it runs, and does not say until when one is good. */
async function countingPlugin() {
  const runs = await temporaryFile('runs');
  const script = `echo run >> ${runs}; n=$(wc -l < ${runs} | tr -d ' ')
echo '{"kind": "ExecCredential", "status": {"token": "token-'$n'"}}'`;
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script] };
  return { user: { exec }, runs: async () => (await readFile(runs, 'utf8')).trim().split('\n').length };
}

test('runs a credential plugin again for a token that was rejected, and not before', async () => {
  const { user, runs } = await countingPlugin();
  const { readToken } = await kubeconfig({ from: { text: textWith(user) } });

  expect((await readToken?.('due'))?.reveal()).toBe('token-1');
  expect(await runs()).toBe(1);
  expect((await readToken?.('rejected'))?.reveal()).toBe('token-2');
  expect((await readToken?.('due'))?.reveal()).toBe('token-2');
});

test('reads the file again for a token that was rejected, unless that leads elsewhere now', async () => {
  const file = await temporaryFile('kubeconfig');
  await writeFile(file, textWith({ token: 'first' }));
  const { readToken } = await kubeconfig({ from: { file } });

  await writeFile(file, textWith({ token: 'second' }));
  expect((await readToken?.('rejected'))?.reveal()).toBe('second');
  await writeFile(file, textWith({ token: 'third' }, 'https://127.0.0.1:6444'));
  await expect(readToken?.('rejected')).rejects.toThrow('leads elsewhere');
  await writeFile(file, textWith({ token: 'third', as: 'somebody' }));
  await expect(readToken?.('rejected')).rejects.toThrow('leads elsewhere');
  expect((await readToken?.('due'))?.reveal()).toBe('second');
});

test('acts as whom the kubeconfig says', async () => {
  const { impersonatedUser } = await kubeconfig({ from: { text: textWith({ token: 't', as: 'limited' }) } });
  const { server, client, signal } = await connected({ config: { impersonatedUser } });
  server.always('GET', '/api/v1/namespaces/shop/configmaps/a', json(200, configMap('a', '1')));

  await client.get({ resource: CONFIG_MAPS, namespace: 'shop', name: 'a' }, signal);

  expect(server.requests[0]?.headers).toMatchObject({ 'impersonate-user': 'limited' });
});

test.each([
  ['as-groups', ['admins']],
  ['as-uid', 'u-1'],
  ['as-user-extra', { reason: ['x'] }],
])('refuses a kubeconfig with %s, since it would be passed by', async (field, value) => {
  const text = textWith({ token: 't', as: 'limited', [field]: value });

  await expect(kubeconfig({ from: { text } })).rejects.toThrow(field);
});
