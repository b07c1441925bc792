import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeWhenOwnerEnds } from './child.ts';
import type { PlaneAccess, PlaneCoordinates } from './plane/access.ts';
import { planeAccess } from './plane/access.ts';
import { callApi } from './plane/api.ts';
import type { PlaneIdentity } from './plane/identity.ts';
import { certificateAuthorityIn, createIdentity } from './plane/identity.ts';
import { writeKubeconfigFile } from './plane/kubeconfig.ts';
import type { Part } from './plane/part.ts';
import { awaitState, PartEnded, startPart } from './plane/part.ts';
import { apiServerArguments, certDirOf, controllerManagerArguments, etcdArguments } from './plane/parts.ts';
import { freePort } from './plane/port.ts';
import type { Progress } from './tools/progress.ts';
import { resolveTools, sourcesFrom } from './tools/resolve.ts';

/** A real Kubernetes API on loopback, with RBAC and the stock controllers, and without nodes. */
export interface ControlPlane extends PlaneAccess {
  /** All that another process needs to use this plane. */
  readonly coordinates: PlaneCoordinates;

  /** Kills a part without warning and starts it again at the same address; resolves when the plane serves again. */
  restart(part: 'etcd' | 'kube-apiserver'): Promise<void>;

  /** Ends every process and removes the temporary folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** What may differ from plane to plane. */
export interface ControlPlaneOptions {
  /** Told of each step that takes long: downloads, builds, waiting for another process that builds. */
  readonly progress?: Progress | undefined;
  /** `off`: nothing collects garbage, finishes deleting namespaces or makes ServiceAccounts. Default `on`. */
  readonly controllerManager?: 'on' | 'off' | undefined;
}

type Tools = Readonly<Record<(typeof TOOLS)[number], string>>;

const TOOLS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;

/** Generous, for machines that are busy with other planes. */
const STARTUP_LIMIT_MS = 120_000;

/** How many ports to try when each was taken between finding and using it. */
const PORT_ATTEMPTS = 5;

/**
 * Starts etcd, kube-apiserver and kube-controller-manager, and resolves when a client finds everything in place.
 *
 * Any number of planes may run at once. Whatever happens to this process, its planes end with it.
 *
 * @throws Error when a tool cannot be had, or with the end of its log when a part does not come up
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { progress = () => {}, controllerManager = 'on' } = options;
  const tools = await resolveTools(TOOLS, sourcesFrom(process.env), progress);
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-plane-'));
  removeWhenOwnerEnds(folder);

  const parts: Part[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(parts.map((part) => part.end()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return await assemble(tools, folder, parts, controllerManager, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  tools: Tools,
  folder: string,
  parts: Part[],
  controllerManager: 'on' | 'off',
  stop: () => Promise<void>,
): Promise<ControlPlane> {
  const identity = await createIdentity(folder);
  const etcd = startPart('etcd', tools.etcd, etcdArguments(folder), folder);
  parts.push(etcd);
  const { apiServer, server } = await startApiServer(tools['kube-apiserver'], folder, identity, etcd);
  parts.push(apiServer);

  const { adminToken } = identity;
  const caFile = join(folder, 'ca.crt');
  const adminKubeconfig = join(folder, 'admin.kubeconfig');
  await writeKubeconfigFile(adminKubeconfig, { server, caFile, token: adminToken });
  if (controllerManager === 'on') {
    parts.push(await startControllerManager(tools['kube-controller-manager'], folder, identity, server));
    await awaitState('publishing ServiceAccounts', parts, () => publishes(server, caFile, adminToken), STARTUP_LIMIT_MS);
  }

  const coordinates = { server, caFile, adminKubeconfig, adminToken, kubectlBinary: tools.kubectl, folder };
  return {
    ...planeAccess(coordinates),
    coordinates,
    async restart(part) {
      await { etcd, 'kube-apiserver': apiServer }[part].restart();
      await awaitState(`restart of ${part}`, parts, () => serves(server, caFile, adminToken), STARTUP_LIMIT_MS);
    },
    stop,
  };
}

async function startApiServer(binary: string, folder: string, identity: PlaneIdentity, etcd: Part) {
  const caFile = join(folder, 'ca.crt');
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = `https://127.0.0.1:${port}`;
    const apiServer = startPart('kube-apiserver', binary, apiServerArguments(folder, port, identity), folder);
    const ready = async (): Promise<boolean> => {
      const ca = await certificateAuthorityIn(certDirOf(folder));
      if (ca === undefined) return false;
      await writeFile(caFile, ca);
      return serves(server, caFile, identity.adminToken);
    };
    try {
      await awaitState('start of kube-apiserver', [etcd, apiServer], ready, STARTUP_LIMIT_MS);
      return { apiServer, server };
    } catch (error) {
      await apiServer.end();
      const portTaken = error instanceof PartEnded && error.log.includes('address already in use');
      if (!portTaken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function startControllerManager(binary: string, folder: string, identity: PlaneIdentity, server: string) {
  const kubeconfig = join(folder, 'controller-manager.kubeconfig');
  const caFile = join(folder, 'ca.crt');
  await writeKubeconfigFile(kubeconfig, { server, caFile, token: identity.controllerManagerToken });
  const args = controllerManagerArguments(kubeconfig, caFile, identity);
  return startPart('kube-controller-manager', binary, args, folder);
}

/** Whether the server calls itself ready and the namespace is there that it makes after that. */
async function serves(server: string, caFile: string, token: string): Promise<boolean> {
  return found(server, caFile, token, ['/readyz', '/api/v1/namespaces/default']);
}

/** Whether the controllers have given the default namespace what they give to every namespace. */
async function publishes(server: string, caFile: string, token: string): Promise<boolean> {
  const namespace = '/api/v1/namespaces/default';
  return found(server, caFile, token, [
    `${namespace}/serviceaccounts/default`,
    `${namespace}/configmaps/kube-root-ca.crt`,
  ]);
}

async function found(server: string, caFile: string, token: string, paths: readonly string[]): Promise<boolean> {
  const ca = await readFile(caFile, 'utf8');
  const answers = await Promise.all(paths.map((path) => callApi({ server, ca, token }, { method: 'GET', path })));
  return answers.every(({ status }) => status === 200);
}
