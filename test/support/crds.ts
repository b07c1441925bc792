import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { callApi } from '../../dev/plane/api.ts';

const CRDS = join(import.meta.dirname, '../../crds');
const COLLECTIONS = ['oauthapplications', 'oauthproviders', 'clusteroauthproviders'];

const SERVED_WITHIN_MS = 90_000;
const POLL_MS = 50;

/**
 * Applies crds/ and resolves when the API server serves all of our kinds.
 *
 * @throws Error with what kubectl says, when the API server does not take them
 */
export async function installCrds(plane: PlaneAccess): Promise<void> {
  const { code, stderr } = await plane.kubectl(['apply', '--server-side', '--force-conflicts', '-f', CRDS]);
  if (code !== 0) throw new Error(`cannot install crds/: ${stderr}`);
  await Promise.all(COLLECTIONS.map((plural) => served(plane, `/apis/oauthapp.dev/v1alpha1/${plural}`)));
}

/** *Established* is not enough: the handler learns of it a moment later. */
async function served({ server, caFile, adminToken }: PlaneAccess, path: string): Promise<void> {
  const endpoint = { server, ca: await readFile(caFile, 'utf8'), token: adminToken };
  const start = performance.now();
  while ((await callApi(endpoint, { method: 'GET', path })).status !== 200) {
    if (performance.now() - start > SERVED_WITHIN_MS) throw new Error(`${path} is not served`);
    await delay(POLL_MS);
  }
}
