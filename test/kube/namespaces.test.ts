import { expect, test } from 'vitest';
import { ClusterError } from '../../src/application/ports/errors.ts';
import { knownLabels, knownUid, kubeNamespaces, namespaceStore } from '../../src/kube/namespaces.ts';
import { NAMESPACES } from '../../src/kube/resources.ts';
import { clusterClient } from '../support/cluster-client.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';

test('tells the uid of a namespace, live', async () => {
  const [name, { client, signal }] = await Promise.all([freshNamespace(), clusterClient()]);
  const { metadata } = await client.get({ resource: NAMESPACES, namespace: undefined, name }, signal);

  expect(await kubeNamespaces(client).uid(name, signal)).toBe(metadata.uid);
});

test('says which it is, gone or not ours to see', async () => {
  const name = await freshNamespace();
  const { client, signal } = await clusterClient();
  const gone = kubeNamespaces(client).uid('there-is-none', signal);
  await expect(gone).rejects.toThrow(ClusterError);
  await expect(gone).rejects.toMatchObject({ code: 'gone' });

  const token = await sharedControlPlane().serviceAccountToken(name, 'default');
  const stranger = await clusterClient(token);
  await expect(kubeNamespaces(stranger.client).uid(name, signal)).rejects.toMatchObject({ code: 'forbidden' });
});

test('a uid is that of the cache, and read live where the namespace is not in it or nothing may be kept', async () => {
  const [name, { client, signal }] = await Promise.all([freshNamespace(), clusterClient()]);
  const { metadata } = await client.get({ resource: NAMESPACES, namespace: undefined, name }, signal);
  const store = namespaceStore();
  store.set({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kept', uid: 'u-kept', resourceVersion: '1' } });
  const uids = [];
  for (const [each, within] of [
    ['kept', store],
    [name, store],
    [name, undefined],
    ['there-is-none', store],
  ] as const) {
    uids.push(await knownUid(within, client, each, signal));
  }
  expect(uids).toEqual(['u-kept', metadata.uid, metadata.uid, undefined]);
});

test('labels are known once the namespace was seen, and never where namespaces may not be watched', () => {
  const store = namespaceStore();
  expect(knownLabels(store, 'shop')).toBe('not-seen');
  const metadata = { name: 'shop', uid: 'u', resourceVersion: '1' };
  store.set({ apiVersion: 'v1', kind: 'Namespace', metadata });
  expect(knownLabels(store, 'shop')).toEqual({});
  store.set({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { ...metadata, resourceVersion: '2', labels: { a: 'b' } },
  });
  expect(knownLabels(store, 'shop')).toEqual({ a: 'b' });
  expect(knownLabels(undefined, 'shop')).toBe('unreadable');
});
