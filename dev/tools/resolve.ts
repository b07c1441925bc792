import { execFile } from 'node:child_process';
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { buildTool } from './build.ts';
import type { ReleaseSites } from './download.ts';
import { downloader, OFFICIAL_SITES } from './download.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';
import { timed } from './progress.ts';
import type { Tool, ToolName } from './versions.ts';
import { cachedPath, KUBERNETES_VERSION, TOOLS } from './versions.ts';

/** The places where a tool may be, in the order in which they are asked. */
export interface ToolSources {
  /** A folder with some of the tools, as envtest lays it out (`KUBEBUILDER_ASSETS`). Its versions are taken as they are. */
  readonly assets: string | undefined;
  /** The `PATH`: asked for Go, and for kubectl, which must be within one minor version of the server. */
  readonly searchPath: string;
  /** Folder that keeps what was downloaded or built. */
  readonly cache: string;
  readonly sites: ReleaseSites;
}

const ClientVersion = z.object({ clientVersion: z.object({ major: z.string(), minor: z.string() }) });

/** The sources that this process's environment names. */
export function sourcesFrom(environment: NodeJS.ProcessEnv): ToolSources {
  const { KUBEBUILDER_ASSETS, PATH, XDG_CACHE_HOME } = environment;
  return {
    assets: KUBEBUILDER_ASSETS || undefined,
    searchPath: PATH ?? '',
    cache: join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'oauthapp-operator'),
    sites: OFFICIAL_SITES,
  };
}

/**
 * Paths of the wanted tools: what is there, else what can be downloaded, else what was built for it.
 *
 * Processes that want the same tools at once wait for the one that gets them.
 *
 * @throws Error when a tool is nowhere and cannot be built
 */
export async function resolveTools<Name extends ToolName>(
  names: readonly Name[],
  sources: ToolSources,
  progress: Progress,
): Promise<Readonly<Record<Name, string>>> {
  const found = new Map<Name, string>();
  for (const name of names) {
    const path = await findTool(TOOLS[name], sources);
    if (path !== undefined) found.set(name, path);
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0) {
    const obtain = obtainer(sources, progress);
    const onWait = () => progress(`waiting for another process that gets ${missing.join(', ')}`);
    await withLock(join(sources.cache, 'tools.lock'), onWait, async () => {
      for (const name of missing) found.set(name, await obtain(TOOLS[name]));
    });
  }
  // Every name was found or obtained above; Object.fromEntries forgets the names of its entries.
  return Object.fromEntries(found) as Record<Name, string>;
}

async function findTool(tool: Tool, { assets, searchPath, cache }: ToolSources): Promise<string | undefined> {
  const asset = assets === undefined ? undefined : await executable(join(assets, tool.name));
  if (asset !== undefined) return asset;
  const installed = tool.name === 'kubectl' ? await suitableKubectl(searchPath) : undefined;
  return installed ?? executable(cachedPath(cache, tool));
}

function obtainer({ cache, sites, searchPath }: ToolSources, progress: Progress): (tool: Tool) => Promise<string> {
  const download = downloader(sites);

  return async (tool) => {
    const target = cachedPath(cache, tool);
    if ((await executable(target)) !== undefined) return target;

    const title = `${tool.name} ${tool.version}`;
    await mkdir(dirname(target), { recursive: true });
    progress(`${title}: asking the release site`);
    const { result: outcome, took } = await timed(
      () => download(tool, target),
      (elapsed) => progress(`${title}: still downloading, ${elapsed}`),
    );
    if (outcome.type === 'downloaded') {
      progress(`${title}: downloaded in ${took}`);
      return target;
    }
    progress(`${title}: not downloaded, ${outcome.why}`);
    await buildTool(tool, target, { searchPath, progress });
    return target;
  };
}

/** What the shell would run as kubectl, if it is within one minor version of the server, which is what it supports. */
async function suitableKubectl(searchPath: string): Promise<string | undefined> {
  const candidates = await Promise.all(
    searchPath
      .split(delimiter)
      .filter(Boolean)
      .map((folder) => executable(join(folder, 'kubectl'))),
  );
  const first = candidates.find((path) => path !== undefined);
  return first !== undefined && (await suitsServer(first)) ? first : undefined;
}

async function suitsServer(kubectl: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(kubectl, ['version', '--client', '-o', 'json'], { timeout: 10_000 });
    const { major, minor } = ClientVersion.parse(JSON.parse(stdout)).clientVersion;
    const [wantedMajor, wantedMinor] = KUBERNETES_VERSION.split('.').map(Number);
    const skew = Math.abs(Number.parseInt(minor, 10) - (wantedMinor ?? Number.NaN));
    return Number.parseInt(major, 10) === wantedMajor && skew <= 1;
  } catch {
    return false;
  }
}

async function executable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}
