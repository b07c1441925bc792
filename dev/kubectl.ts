import { spawn } from 'node:child_process';

/** How kubectl ended, and what it said. A `code` other than 0 is an answer, not an error. */
export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

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
  return new Promise((resolve, reject) => {
    const child = spawn(binary, [`--kubeconfig=${kubeconfig}`, `--cache-dir=${cacheDir}`, ...args]);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.stdin.on('error', () => {
      // kubectl may end without reading what it was given; its exit code tells that better than a broken pipe.
    });
    child.stdin.end(stdin ?? '');
    child.once('error', reject);
    child.once('close', (code) => resolve({ stdout, stderr, code: code ?? 1 }));
  });
}
