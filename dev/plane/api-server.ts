import { writeFile } from 'node:fs/promises';
import type { ApiEndpoint } from './api.ts';
import { callApi } from './api.ts';
import type { PlaneIdentity } from './identity.ts';
import { certificateAuthorityIn } from './identity.ts';
import type { Part } from './part.ts';
import { awaitState, PartEnded, startPart } from './part.ts';
import { apiServerArguments, certDirOf } from './parts.ts';
import { freePort } from './port.ts';

/** A kube-apiserver that serves, and how its admin reaches it. */
export interface ApiServer {
  readonly part: Part;
  readonly admin: ApiEndpoint;
}

/** What a kube-apiserver needs to be there. */
export interface ApiServerNeeds {
  readonly binary: string;
  readonly folder: string;
  readonly identity: PlaneIdentity;
  readonly etcd: Part;
}

/** How many ports to try when each was taken between finding and using it. */
const PORT_ATTEMPTS = 5;

/**
 * Starts kube-apiserver on a port of its own, writes its CA to `caFile` and resolves when it serves. Tries another
 * port when somebody else was faster.
 *
 * @throws PartEnded
 */
export async function startApiServer(
  needs: ApiServerNeeds,
  caFile: string,
  findPort: () => Promise<number> = freePort,
): Promise<ApiServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await findPort();
    try {
      return await startAt(port, needs, caFile);
    } catch (error) {
      const portTaken = error instanceof PartEnded && error.log.includes('address already in use');
      if (!portTaken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

/** Whether the server calls itself ready, and the namespace is there that it makes after that. */
export function serves(admin: ApiEndpoint, signal?: AbortSignal): Promise<boolean> {
  return allFound(admin, ['/readyz', '/api/v1/namespaces/default'], signal);
}

/** Whether the controllers have given the default namespace what they give to every namespace. */
export function publishes(admin: ApiEndpoint, signal?: AbortSignal): Promise<boolean> {
  const namespace = '/api/v1/namespaces/default';
  return allFound(admin, [`${namespace}/serviceaccounts/default`, `${namespace}/configmaps/kube-root-ca.crt`], signal);
}

async function startAt(port: number, needs: ApiServerNeeds, caFile: string): Promise<ApiServer> {
  const { binary, folder, identity, etcd } = needs;
  const part = startPart('kube-apiserver', binary, apiServerArguments(folder, port, identity), folder);
  try {
    const admin = await awaitState('the start of kube-apiserver', [etcd, part], async (signal) => {
      const ca = await certificateAuthorityIn(certDirOf(folder));
      if (ca === undefined) return undefined;
      const endpoint = { server: `https://127.0.0.1:${port}`, ca, token: identity.adminToken };
      return (await serves(endpoint, signal)) ? endpoint : undefined;
    });
    await writeFile(caFile, admin.ca);
    return { part, admin };
  } catch (error) {
    await part.end();
    throw error;
  }
}

async function allFound(
  admin: ApiEndpoint,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const answers = await Promise.all(paths.map((path) => callApi(admin, { method: 'GET', path }, signal)));
  return answers.every(({ status }) => status === 200);
}
