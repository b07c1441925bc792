import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** A process that ends with its owner. */
export interface Child {
  /** Resolves when the program has ended: its exit code, or 128 plus the number of the signal that ended it. */
  readonly exited: Promise<number>;
  /** Sends the program a signal and resolves like {@link Child.exited}. Safe to call when it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number>;
  /** Stops the program where it is, or lets it go on. Nothing happens when it has ended. */
  send(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

/** How to start a {@link Child}. */
export interface ChildOptions {
  /** File that takes standard output and standard error; appended to. Left out: they are those of this process. */
  readonly log?: string | undefined;
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

const KILLED = 128 + 9;

/**
 * Runs the program and reads a pipe whose other end is with the owner: names of signals for the program, one a line.
 *
 * The kernel closes the owner's end when the owner ends, even by SIGKILL. The read then fails, and the whole process
 * group is killed. What the program leaves behind when it ends by itself is told to end too.
 */
const WATCHER = `
  exec 3<&0 </dev/null
  "$@" 3<&- &
  program=$!
  { trap '' TERM; while read -r signal <&3; do kill -s "$signal" "$program" 2>/dev/null; done; kill -s KILL 0; } &
  guard=$!
  exec 3<&-
  wait "$program"; code=$?
  trap '' TERM
  kill -s TERM 0
  kill -s KILL "$guard"
  exit "$code"
`;

/** Tries again because those who still write into the folder end at the same moment. */
const JANITOR = `
  tries=0
  while [ -e "$1" ] && [ "$tries" -lt 50 ]; do
    rm -rf -- "$1" || sleep 0.1
    tries=$((tries + 1))
  done
`;

/** Starts `file` so that it, and whatever it starts, ends when this process ends, however this process ends. */
export function spawnChild(file: string, args: readonly string[], { log, cwd, env }: ChildOptions): Child {
  const output = log === undefined ? 'inherit' : openSync(log, 'a');
  const watcher = spawn('/bin/sh', ['-c', WATCHER, 'watcher', file, ...args], {
    cwd,
    env,
    // A group of its own: a Ctrl-C in the owner's terminal is the owner's to handle.
    detached: true,
    stdio: ['pipe', output, output],
  });
  if (output !== 'inherit') closeSync(output);
  // Writing to a watcher that has ended fails; that it has ended is what `exited` tells.
  watcher.stdin?.on('error', ignore);

  const exited = new Promise<number>((resolve, reject) => {
    watcher.once('error', reject);
    watcher.once('exit', (code) => resolve(code ?? KILLED));
  });

  const send = (signal: string): void => void watcher.stdin?.write(`${signal.slice('SIG'.length)}\n`);
  return {
    exited,
    end(signal) {
      send(signal);
      return exited;
    },
    send,
  };
}

/**
 * Removes `folder` when this process ends, even when it is killed and cannot tidy up itself. The result removes it now.
 */
export function removeWhenOwnerEnds(folder: string): () => Promise<void> {
  return runWhenOwnerEnds(JANITOR, [folder]);
}

/** Runs a shell's `script` when this process ends, however it ends. The result runs it now and resolves when it is done. */
export function runWhenOwnerEnds(script: string, args: readonly string[]): () => Promise<void> {
  const janitor = spawn('/bin/sh', ['-c', `read -r _\n${script}`, 'janitor', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  janitor.unref();
  const done = new Promise<void>((resolve, reject) => {
    janitor.once('error', reject);
    janitor.once('exit', () => resolve());
  });

  return () => {
    janitor.ref();
    janitor.stdin?.end();
    return done;
  };
}

function ignore(): void {
  // What went wrong shows elsewhere.
}
