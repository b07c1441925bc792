import { spawn } from 'node:child_process';

/** How a program ended, and what it said. A `code` other than 0 is an answer, not an error. */
export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** What to run a program with, beside its arguments. */
export interface ProgramOptions {
  /** This process's own where nothing is said. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly stdin?: string | undefined;
}

/** Runs a program once. Rejects only when it cannot be started. */
export function runProgram(
  binary: string,
  args: readonly string[],
  { env, stdin }: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { env });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.stdin.on('error', () => {
      // A program may end without reading what it was given; its exit code tells that better than a broken pipe.
    });
    child.stdin.end(stdin ?? '');
    child.once('error', reject);
    child.once('close', (code) => resolve({ stdout, stderr, code: code ?? 1 }));
  });
}
