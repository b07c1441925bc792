import { mkdir, mkdtemp, readdir, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Child, ChildOptions } from '../child.ts';
import { removeWhenOwnerEnds, spawnChild } from '../child.ts';
import type { PlaneCoordinates } from '../plane/access.ts';
import { withLock } from '../tools/lock.ts';
import type { Progress } from '../tools/progress.ts';
import { resolveTools, sourcesFrom } from '../tools/resolve.ts';
import { until } from '../until.ts';
import { removeCgroupsWhenOwnerEnds } from './cgroups.ts';
import { writeNodeImages } from './images.ts';
import { ensurePackages } from './packages.ts';

/** Address of the node, where its pods reach what runs beside them. */
export const NODE_ADDRESS = '10.11.0.1';

/** A Kubernetes node with its control plane, in namespaces of its own: nothing of it is seen from the machine's network. */
export interface RealNode {
  /** For a program that is {@link RealNode.enter}ed. */
  readonly coordinates: PlaneCoordinates;
  /** Path of Helm. */
  readonly helm: string;
  /** Folder with the archives of the images that it has. */
  readonly images: string;
  /** Runs a program in the node's network, with the machine's files and processes. It ends with this process. */
  enter(file: string, args: readonly string[], options: ChildOptions): Child;
}

const INIT = join(import.meta.dirname, 'init.sh');

const TOOLS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'kubectl',
  'helm',
  'coredns',
] as const;

const NAMESPACES = ['--mount', '--net', '--pid', '--ipc', '--uts'];

/** Generous, for machines that are busy with other things. */
const UP_WITHIN_MS = 180_000;

const LOG_TAIL = 1_000;

/**
 * Runs `work` with a node, which takes root and Linux and, for the kubelet's cgroups, that no other runs on this machine:
 * it waits for the end of one that was started so. `prepare` puts archives of images into the folder that it gets.
 *
 * Whatever happens to this process, the node ends with it.
 *
 * @throws Error when it cannot run here, with a reason, or with the end of its log when it does not come up
 */
export async function withNode<T>(
  prepare: (images: string) => Promise<void>,
  progress: Progress,
  work: (node: RealNode) => Promise<T>,
): Promise<T> {
  const obstacle = obstacleHere();
  if (obstacle !== undefined) throw new Error(obstacle);
  await ensurePackages(progress);
  const sources = sourcesFrom(process.env);
  const tools = await resolveTools(TOOLS, sources, progress);
  const onWait = (): void => progress('waiting for the end of another node');
  return withLock(join(sources.cache, 'node.lock'), onWait, async () => {
    await using begun = new AsyncDisposableStack();
    const places = await makePlaces(tools, begun);
    await Promise.all([prepare(places.images), writeNodeImages(tools.coredns, places.images)]);
    // Awaited here: the node ends when this function does.
    return await work(await startNode(tools, places, begun));
  });
}

/** Why no node can run here; undefined where one can. */
export function obstacleHere({
  platform,
  getuid,
}: Pick<NodeJS.Process, 'platform' | 'getuid'> = process): string | undefined {
  if (platform !== 'linux') return 'A node needs Linux: its namespaces, its cgroups and its network.';
  if (getuid?.() !== 0) return 'A node needs root, to make namespaces, mounts and a network.';
  return undefined;
}

type Tools = Readonly<Record<(typeof TOOLS)[number], string>>;

/** Folders of one node. */
interface Places {
  /** Takes all that the node writes. */
  readonly run: string;
  readonly bin: string;
  readonly images: string;
}

async function makePlaces(tools: Tools, begun: AsyncDisposableStack): Promise<Places> {
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-node-'));
  begun.defer(removeWhenOwnerEnds(folder));
  const places = { run: join(folder, 'run'), bin: join(folder, 'bin'), images: join(folder, 'images') };
  for (const path of Object.values(places)) await mkdir(path);
  for (const [name, path] of Object.entries(tools)) await symlink(path, join(places.bin, name));
  return places;
}

/** Resolves when the node is Ready. @throws Error with the ends of its logs */
async function startNode(tools: Tools, { run, bin, images }: Places, begun: AsyncDisposableStack): Promise<RealNode> {
  begun.defer(removeCgroupsWhenOwnerEnds('kubepods'));
  const child = spawnChild('unshare', [...NAMESPACES, '--fork', '--kill-child', 'bash', INIT], {
    log: join(run, 'init.log'),
    env: { ...process.env, RUN: run, BIN: bin, IMAGES: images },
  });
  begun.defer(async () => void (await child.end('SIGKILL')));
  try {
    await up(child, run);
  } catch (error) {
    throw new Error(`the node does not come up: ${String(error)}\n${await endsOfLogs(run)}`);
  }

  const pid = (await readFile(join(run, 'init.pid'), 'utf8')).trim();
  return {
    helm: tools.helm,
    images,
    coordinates: {
      server: `https://${NODE_ADDRESS}:6443`,
      caFile: join(run, 'pki/ca.crt'),
      adminKubeconfig: join(run, 'admin.kubeconfig'),
      adminToken: 'admintoken',
      kubectlBinary: tools.kubectl,
      folder: run,
    },
    enter: (file, args, options) => spawnChild('nsenter', ['--net', '--target', pid, '--', file, ...args], options),
  };
}

async function up(child: Child, run: string): Promise<void> {
  const ended = child.exited.then((code): never => {
    throw new Error(`its first process ended with ${code}`);
  });
  const ready = (): Promise<string | undefined> => readFile(join(run, 'ready'), 'utf8').catch(() => undefined);
  // When the node ends later, that is nobody's surprise.
  ended.catch(() => undefined);
  await Promise.race([ended, until('the node is Ready', ready, UP_WITHIN_MS)]);
}

/** The folder is removed with the node, so that they are told now. */
async function endsOfLogs(run: string): Promise<string> {
  const names = (await readdir(run)).filter((name) => name.endsWith('.log') && name !== 'audit.log');
  const ends = names.map(async (name) => {
    const text = await readFile(join(run, name), 'utf8');
    return `${name}:\n${text.trim().slice(-LOG_TAIL)}`;
  });
  return (await Promise.all(ends)).join('\n\n');
}
