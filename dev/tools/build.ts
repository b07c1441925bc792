import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnChild } from '../child.ts';
import type { Progress } from './progress.ts';
import { elapsed } from './progress.ts';
import type { Tool } from './versions.ts';

const MODULES = import.meta.dirname;
const PROGRESS_EVERY_MS = 15_000;
const LOG_TAIL = 2_000;

/**
 * Builds `tool` with `go build` from its pinned module and puts it at `target`, complete or not at all.
 *
 * @throws Error with the end of the compiler's output
 */
export async function buildTool(tool: Tool, target: string, progress: Progress): Promise<void> {
  const { name, project, version, goPackage } = tool;
  const partial = `${target}.build`;
  const log = `${target}.log`;
  const args = ['build', '-mod=readonly', '-trimpath', `-ldflags=${linkerFlags(tool)}`, '-o', partial, goPackage];

  progress(`${name} ${version}: building with go, once; the first time this takes minutes`);
  const since = elapsed();
  const ticker = setInterval(() => progress(`${name} ${version}: still building, ${since()}`), PROGRESS_EVERY_MS);
  try {
    await rm(log, { force: true });
    const build = spawnChild('go', args, { log, cwd: join(MODULES, project), env: { ...process.env, CGO_ENABLED: '0' } });
    const code = await build.exited;
    if (code !== 0) throw new Error(`go build ${goPackage} ended with ${code}: ${await tailOf(log)}`);
    await rename(partial, target);
  } finally {
    clearInterval(ticker);
    await rm(partial, { force: true });
    await rm(log, { force: true });
  }
  progress(`${name} ${version}: built in ${since()}`);
}

function linkerFlags({ project, version }: Tool): string {
  if (project !== 'kubernetes') return '-s -w';
  const [major, minor] = version.split('.');
  const stamp = 'k8s.io/component-base/version';
  return `-s -w -X ${stamp}.gitVersion=v${version} -X ${stamp}.gitMajor=${major} -X ${stamp}.gitMinor=${minor}`;
}

async function tailOf(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text.trim().slice(-LOG_TAIL);
}
