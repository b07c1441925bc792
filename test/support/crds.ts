import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { callApi } from '../../dev/plane/api.ts';

const CRDS = join(import.meta.dirname, '../../crds');
const COLLECTIONS = ['oauthapplications', 'oauthproviders', 'clusteroauthproviders'];

const ATTEMPTS = 10;
const SERVED_WITHIN_MS = 30_000;
const POLL_MS = 50;

/**
 * Applies crds/ and resolves when the API server serves all of our kinds. Any number of test files may call it at once.
 *
 * @throws Error with what kubectl says, when the API server does not take them
 */
export async function installCrds(plane: PlaneAccess): Promise<void> {
  await apply(plane);
  await Promise.all(COLLECTIONS.map((plural) => served(plane, `/apis/oauthapp.dev/v1alpha1/${plural}`)));
}

/** Two appliers that create the same object at once get a conflict, and one of them has to look again. */
async function apply(plane: PlaneAccess): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { code, stderr } = await plane.kubectl(['apply', '--server-side', '--force-conflicts', '-f', CRDS]);
    if (code === 0) return;
    if (attempt === ATTEMPTS || stderr.includes('is invalid')) throw new Error(`cannot install crds/: ${stderr}`);
    await delay(POLL_MS * attempt);
  }
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
