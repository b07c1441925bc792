import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A program of this folder, running in a process of its own. */
export interface Program {
  readonly pid: number;
  /** The next line of its standard output; waits for it. Throws when the program ends before that. */
  nextLine(): Promise<string>;
  /** Ends it as a crash would: it can tidy up nothing. */
  kill(): Promise<void>;
  /** Lets it come to its end, for programs that wait for that. */
  finish(): Promise<void>;
}

/** Starts a program. Each of them ends when its standard input does, so none outlives the test run. */
export function startProgram(name: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Program {
  const path = join(import.meta.dirname, `${name}.ts`);
  const child = spawn(process.execPath, [path, ...args], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = once(child, 'exit');
  if (child.pid === undefined) throw new Error(`cannot start ${path}`);

  return {
    pid: child.pid,
    async nextLine() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended before it said a line`);
      return value;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async finish() {
      child.stdin.end();
      await exited;
    },
  };
}
