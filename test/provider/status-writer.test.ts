import { expect, test } from 'vitest';
import type { OAuthProvider, OAuthProviderStatus } from '../../src/api/provider.ts';
import { ClusterError } from '../../src/application/ports/errors.ts';
import { applicationStore } from '../../src/kube/application-store.ts';
import { createOwnWrites } from '../../src/kube/own-writes.ts';
import { kubeProviders, providerStore } from '../../src/kube/providers.ts';
import { createStatusWriter } from '../../src/provider/status-writer.ts';
import { clusterClient } from '../support/cluster-client.ts';
import { world } from './world.ts';

const SIGNAL = new AbortController().signal;
const counted = (applications: number) => (status: OAuthProviderStatus) => ({ ...status, applications });

/** A writer over the API server, and how many writes of it were tried. */
async function writing() {
  const here = await world();
  const { client } = await clusterClient();
  const ignore = () => undefined;
  const stores = { OAuthProvider: providerStore(ignore), ClusterOAuthProvider: undefined };
  const providers = kubeProviders(client, stores, { store: applicationStore(ignore), writes: createOwnWrites() });
  const tries: OAuthProviderStatus[] = [];
  const writer = createStatusWriter(await here.provider(), {
    ...providers,
    writeStatus(provider, status, signal) {
      tries.push(status);
      return providers.writeStatus(provider, status, signal);
    },
  });
  return { here, writer, tries };
}

test('writes nothing that stands there already', async () => {
  const { writer, tries } = await writing();
  await writer.write(counted(1), SIGNAL);

  await writer.write(counted(1), SIGNAL);

  expect(tries).toHaveLength(1);
});

test('puts what comes while it writes into the next write, and all of it is there when each is told so', async () => {
  const { here, writer, tries } = await writing();
  const seen: number[] = [];

  await Promise.all(
    Array.from({ length: 30 }, async () => {
      const { status } = await writer.write(
        (before) => ({ ...before, applications: (before.applications ?? 0) + 1 }),
        SIGNAL,
      );
      seen.push(status?.applications ?? 0);
    }),
  );

  expect(tries.length).toBeLessThanOrEqual(2);
  expect(Math.max(...seen)).toBe(30);
  expect((await here.provider()).status?.applications).toBe(30);
});

test('makes the change again on what somebody else has written meanwhile', async () => {
  const { here, writer } = await writing();
  await writer.write(counted(1), SIGNAL);
  await here.writeStatus({ applications: 1, capabilities: ['theirs'] });

  const { status } = await writer.write(counted(2), SIGNAL);

  expect(status).toEqual({ applications: 2, capabilities: ['theirs'] });
});

test('is as far as the cache as soon as that has caught up, whatever it has shown on its way', async () => {
  const { here, writer } = await writing();
  await here.writeStatus({ capabilities: ['theirs'] });
  const theirs = await here.provider();
  await here.writeStatus({ capabilities: ['theirs', 'as well'] });
  const ours = await writer.write(counted(1), SIGNAL);

  writer.see(theirs);
  writer.see(ours);

  expect(writer.current().metadata.resourceVersion).toBe(ours.metadata.resourceVersion);
});

test('does not take for written what somebody else has taken away', async () => {
  const { here, writer } = await writing();
  await writer.write(counted(1), SIGNAL);
  await here.writeStatus({});

  writer.see(await here.provider());
  await writer.write(counted(1), SIGNAL);

  expect((await here.provider()).status?.applications).toBe(1);
});

test('is not thrown back by a cache that is behind', async () => {
  const { here, writer, tries } = await writing();
  const before: OAuthProvider = await here.provider();
  await writer.write(counted(1), SIGNAL);

  writer.see(before);
  expect(writer.current().status?.applications).toBe(1);
  await writer.write(counted(1), SIGNAL);

  expect(tries).toHaveLength(1);
});

test('says so when the object is gone, and when another took its name', async () => {
  const { here, writer } = await writing();
  await here.remove();

  await expect(writer.write(counted(1), SIGNAL)).rejects.toThrow(ClusterError);
});

test('ends a write for him who gives up, and not for the others', async () => {
  const { writer } = await writing();
  const gaveUp = new AbortController();
  const first = writer.write(counted(1), SIGNAL);
  const second = writer.write(counted(2), gaveUp.signal);
  const third = writer.write(counted(3), SIGNAL);

  gaveUp.abort(new Error('enough'));

  const [, , written] = await Promise.allSettled([first, second, third]);
  expect(written).toMatchObject({ status: 'fulfilled', value: { status: { applications: 3 } } });
  const alone = writer.write(counted(4), gaveUp.signal);
  await expect(alone).rejects.toThrow('enough');
});

test('gives up when it loses every race', async () => {
  const { here } = await writing();
  let races = 0;
  const lost = (): Promise<never> => {
    races += 1;
    return Promise.reject(new ClusterError('conflict', 'somebody was faster'));
  };
  const provider = await here.provider();
  const { client } = await clusterClient();
  const ignore = () => undefined;
  const stores = { OAuthProvider: providerStore(ignore), ClusterOAuthProvider: undefined };
  const providers = kubeProviders(client, stores, { store: applicationStore(ignore), writes: createOwnWrites() });
  const writer = createStatusWriter(provider, { ...providers, writeStatus: lost });

  await expect(writer.write(counted(1), SIGNAL)).rejects.toMatchObject({ code: 'conflict' });

  expect(races).toBe(5);
});
