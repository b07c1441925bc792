import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeWhenOwnerEnds } from './child.ts';
import type { PlaneAccess, PlaneCoordinates } from './plane/access.ts';
import { planeAccess } from './plane/access.ts';
import { publishes, serves, startApiServer } from './plane/api-server.ts';
import type { PlaneIdentity } from './plane/identity.ts';
import { createIdentity } from './plane/identity.ts';
import { writeKubeconfigFile } from './plane/kubeconfig.ts';
import type { Part } from './plane/part.ts';
import { awaitState, startPart } from './plane/part.ts';
import { controllerManagerArguments, etcdArguments, etcdDataOf } from './plane/parts.ts';
import type { Progress } from './tools/progress.ts';
import { resolveTools, sourcesFrom } from './tools/resolve.ts';

/** A real Kubernetes API on loopback, with RBAC and the stock controllers, and without nodes. */
export interface ControlPlane extends PlaneAccess {
  /** All that another process needs to use this plane. */
  readonly coordinates: PlaneCoordinates;

  /** Kills a part without warning and starts it again at the same address; resolves when the plane serves again. */
  restart(part: 'etcd' | 'kube-apiserver'): Promise<void>;

  /** Copies to a folder what etcd has stored; it is away meanwhile. Resolves when the plane serves again. */
  backUp(to: string): Promise<void>;

  /**
   * Puts back what was copied, as people do who have no `etcdutl`: revisions are given out again. Resolves when the plane
   * serves again.
   *
   * @param apiServer whether kube-apiserver is ended meanwhile, as it has to be: what it has cached is undone
   */
  restore(from: string, apiServer: 'starts-anew' | 'goes-on'): Promise<void>;

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

/** A plane in the making: what it is made from, and what already runs. */
interface Workshop {
  readonly tools: Readonly<Record<(typeof TOOLS)[number], string>>;
  readonly folder: string;
  readonly running: Part[];
}

const TOOLS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;

/**
 * Starts etcd, kube-apiserver and kube-controller-manager, and resolves when a client finds everything in place.
 *
 * Any number of planes may run at once. Whatever happens to this process, its planes end with it.
 *
 * @throws Error when a tool cannot be had, or with the end of its log when a part does not come up
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { progress = ignore, controllerManager = 'on' } = options;
  const tools = await resolveTools(TOOLS, sourcesFrom(process.env), progress);
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-plane-'));
  const removeFolder = removeWhenOwnerEnds(folder);

  const running: Part[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((part) => part.end()));
    await removeFolder();
  };
  try {
    return { ...(await assemble({ tools, folder, running }, controllerManager)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  { tools, folder, running }: Workshop,
  controllerManager: 'on' | 'off',
): Promise<Omit<ControlPlane, 'stop'>> {
  const caFile = join(folder, 'ca.crt');
  const identity = await createIdentity(folder);

  const etcd = startPart('etcd', tools.etcd, etcdArguments(folder), folder);
  running.push(etcd);
  const binary = tools['kube-apiserver'];
  const { part: apiServer, admin } = await startApiServer({ binary, folder, identity, etcd }, caFile);
  running.push(apiServer);

  const adminKubeconfig = join(folder, 'admin.kubeconfig');
  await writeKubeconfigFile(adminKubeconfig, { server: admin.server, caFile, token: admin.token });
  const coordinates: PlaneCoordinates = {
    server: admin.server,
    caFile,
    adminKubeconfig,
    adminToken: admin.token,
    kubectlBinary: tools.kubectl,
    folder,
  };

  if (controllerManager === 'on') {
    running.push(await startControllerManager(tools['kube-controller-manager'], coordinates, identity));
    await awaitState('the start of kube-controller-manager', running, (signal) => publishes(admin, signal));
  }

  const served = (what: string) => awaitState(what, running, (signal) => serves(admin, signal));
  return {
    ...planeAccess(coordinates),
    coordinates,
    async restart(name) {
      await { etcd, 'kube-apiserver': apiServer }[name].restart();
      await served(`the restart of ${name}`);
    },
    async backUp(to) {
      await etcd.end();
      await cp(etcdDataOf(folder), to, { recursive: true });
      await etcd.restart();
      await served('the backup of etcd');
    },
    async restore(from, apiServerThen) {
      if (apiServerThen === 'starts-anew') await apiServer.end();
      await etcd.end();
      await rm(etcdDataOf(folder), { recursive: true });
      await cp(from, etcdDataOf(folder), { recursive: true });
      await etcd.restart();
      if (apiServerThen === 'starts-anew') await apiServer.restart();
      await served('the restore of etcd');
    },
  };
}

async function startControllerManager(
  binary: string,
  { server, caFile, folder }: PlaneCoordinates,
  identity: PlaneIdentity,
): Promise<Part> {
  const kubeconfig = join(folder, 'controller-manager.kubeconfig');
  await writeKubeconfigFile(kubeconfig, { server, caFile, token: identity.controllerManagerToken });
  const args = controllerManagerArguments(kubeconfig, caFile, identity);
  return startPart('kube-controller-manager', binary, args, folder);
}

function ignore(): void {
  // Nobody asked to be told.
}
