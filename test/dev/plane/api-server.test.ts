import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serves, startApiServer } from '../../../dev/plane/api-server.ts';
import { createIdentity } from '../../../dev/plane/identity.ts';
import { PartEnded, startPart } from '../../../dev/plane/part.ts';
import { etcdArguments } from '../../../dev/plane/parts.ts';
import { freePort } from '../../../dev/plane/port.ts';
import { resolveTools, sourcesFrom } from '../../../dev/tools/resolve.ts';
import { emptyFolder } from '../folder.ts';

/** A running etcd, and what else kube-apiserver needs. */
async function needs() {
  const folder = await emptyFolder();
  const tools = await resolveTools(['etcd', 'kube-apiserver'], sourcesFrom(process.env), () => undefined);
  const etcd = startPart('etcd', tools.etcd, etcdArguments(folder), folder);
  onTestFinished(() => etcd.end());
  return { binary: tools['kube-apiserver'], folder, identity: await createIdentity(folder), etcd };
}

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  // A TCP server that listens has an address of this form.
  return (server.address() as AddressInfo).port;
}

test('takes another port when somebody was faster', { timeout: 240_000 }, async () => {
  const needed = await needs();
  const ports = [await takenPort(), await takenPort(), await freePort()];
  const last = ports.at(-1);

  const { part, admin } = await startApiServer(needed, join(needed.folder, 'ca.crt'), async () => ports.shift() ?? 0);
  onTestFinished(() => part.end());

  expect(admin.server).toBe(`https://127.0.0.1:${last}`);
  expect(await serves(admin)).toBe(true);
});

test('says why a server did not come up, without trying again', { timeout: 240_000 }, async () => {
  const needed = { ...(await needs()), binary: 'no-such-program' };
  let asked = 0;
  const findPort = (): Promise<number> => {
    asked += 1;
    return freePort();
  };

  const started = startApiServer(needed, join(needed.folder, 'ca.crt'), findPort);

  await expect(started).rejects.toSatisfy((error) => error instanceof PartEnded && /not found/.test(error.log));
  expect(asked).toBe(1);
});
