import { type ProgramResult, runProgram } from './program.ts';

/** How kubectl ended, and what it said. */
export type KubectlResult = ProgramResult;

/** What to run kubectl with. */
export interface KubectlOptions {
  readonly kubeconfig: string;
  /** Folder for what kubectl remembers of an API server, so that it stays out of the home folder. */
  readonly cacheDir: string;
  readonly stdin?: string | undefined;
}

/** Runs kubectl once. Rejects only when it cannot be started. */
export function runKubectl(
  binary: string,
  args: readonly string[],
  { kubeconfig, cacheDir, stdin }: KubectlOptions,
): Promise<KubectlResult> {
  return runProgram(binary, [`--kubeconfig=${kubeconfig}`, `--cache-dir=${cacheDir}`, ...args], { stdin });
}
