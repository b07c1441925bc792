import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { planeAccess } from '../../dev/plane/access.ts';
import type { ApiCall } from '../../dev/plane/api.ts';
import { callApi } from '../../dev/plane/api.ts';

const READY_WITHIN_MS = 90_000;
const POLL_MS = 50;

/** The control plane that the whole test run shares. Its cluster-wide objects are everybody's: change none of them. */
export function sharedControlPlane(): PlaneAccess {
  return planeAccess(coordinates());
}

/**
 * A new namespace with a name of its own, complete with its `default` ServiceAccount and CA. It goes with the plane:
 * to empty one costs the plane a hundred calls, and one that holds our finalizers would be tried again and again.
 * Labelled `oauthapp.dev/test=true`.
 */
export async function freshNamespace(): Promise<string> {
  const name = `test-${randomBytes(5).toString('hex')}`;
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'oauthapp.dev/test': 'true' } },
  };
  const { status, text } = await asAdmin({ method: 'POST', path: '/api/v1/namespaces', body: namespace });
  if (status !== 201) throw new Error(`cannot create namespace ${name}: ${status} ${text}`);

  await awaitFound(`/api/v1/namespaces/${name}/serviceaccounts/default`);
  await awaitFound(`/api/v1/namespaces/${name}/configmaps/kube-root-ca.crt`);
  return name;
}

async function awaitFound(path: string): Promise<void> {
  const start = performance.now();
  while ((await asAdmin({ method: 'GET', path })).status !== 200) {
    if (performance.now() - start > READY_WITHIN_MS) throw new Error(`${path} did not appear`);
    await delay(POLL_MS);
  }
}

async function asAdmin(call: ApiCall) {
  const { server, caFile, adminToken } = coordinates();
  return callApi({ server, ca: await readFile(caFile, 'utf8'), token: adminToken }, call);
}

function coordinates() {
  const provided = inject('controlPlane');
  if (provided === 'off')
    throw new Error('this test needs the control plane, and OAUTHAPP_TEST_PLANE=off asks for none');
  return provided;
}
