import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnChild } from '../child.ts';
import type { Progress } from './progress.ts';
import { timed } from './progress.ts';
import type { Tool } from './versions.ts';

/** What a build needs of its surroundings. */
export interface Workbench {
  /** The `PATH` that has Go. */
  readonly searchPath: string;
  readonly progress: Progress;
  /** How often, in ms, a build that goes on says so. */
  readonly tickMs?: number | undefined;
}

/** Each project has a Go module beside this file that pins it and everything below it. */
const MODULES = import.meta.dirname;

const LOG_TAIL = 2_000;

/** How a shell says that there is no such program. */
const NOT_FOUND = 127;

/**
 * Builds `tool` from its pinned module with `go build` and puts it at `target`, complete or not at all.
 *
 * @throws Error with the end of the compiler's output, or with what to do where there is no Go
 */
export async function buildTool(
  tool: Tool,
  target: string,
  { searchPath, progress, tickMs }: Workbench,
): Promise<void> {
  const title = `${tool.name} ${tool.version}`;
  const partial = `${target}.build`;
  const log = `${target}.log`;

  progress(`${title}: building with go; this is done once and can take minutes`);
  try {
    const { took } = await timed(
      () => goBuild(tool, partial, log, searchPath),
      (elapsed) => progress(`${title}: still building, ${elapsed}`),
      tickMs,
    );
    await rename(partial, target);
    progress(`${title}: built in ${took}`);
  } finally {
    await rm(partial, { force: true });
    await rm(log, { force: true });
  }
}

async function goBuild(tool: Tool, target: string, log: string, searchPath: string): Promise<void> {
  const { name, project, version, goPackage, goTags = '' } = tool;
  await rm(log, { force: true });
  const args = [
    'build',
    '-mod=readonly',
    '-trimpath',
    `-ldflags=${linkerFlags(tool)}`,
    `-tags=${goTags}`,
    '-o',
    target,
    goPackage,
  ];
  const env = { ...process.env, PATH: searchPath, CGO_ENABLED: '0' };
  const code = await spawnChild('go', args, { log, cwd: join(MODULES, project), env }).exited;

  if (code === NOT_FOUND) {
    const remedy = 'install Go 1.26.8 or later, or name a folder that has it in KUBEBUILDER_ASSETS';
    throw new Error(`${name} ${version} is not here and cannot be built: ${remedy}`);
  }
  if (code !== 0) {
    const output = (await readFile(log, 'utf8')).trim().slice(-LOG_TAIL);
    throw new Error(`go build ${goPackage} ended with ${code}: ${output}`);
  }
}

function linkerFlags(tool: Tool): string {
  return ['-s', '-w', ...stampsOf(tool).map((stamp) => `-X ${stamp}`)].join(' ');
}

/** Without them the programs call themselves v0.0.0, and clients compare versions. */
function stampsOf({ project, version }: Tool): readonly string[] {
  switch (project) {
    case 'kubernetes': {
      const [major, minor] = version.split('.');
      const stamp = 'k8s.io/component-base/version';
      return [`${stamp}.gitVersion=v${version}`, `${stamp}.gitMajor=${major}`, `${stamp}.gitMinor=${minor}`];
    }
    case 'etcd':
    case 'coredns':
    case 'prometheus':
    case 'actionlint':
      return [];
    case 'helm':
      return [`helm.sh/helm/v4/internal/version.version=v${version}`];
    case 'buildkit':
      return [`github.com/moby/buildkit/version.Version=v${version}`];
  }
}
