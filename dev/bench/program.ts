import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** One of programs/, in a process of its own, so that it takes no turn of the event loop that measures. */
export interface Program {
  /** What it said when it was ready. */
  readonly hello: unknown;
  /** Sends a question and resolves with the answer. One at a time: the next waits for its turn. */
  ask(question: unknown): Promise<unknown>;
  close(): void;
}

/** Starts `programs/<name>.ts` with one argument, which it gets as JSON. It ends with this process. */
export async function startProgram(name: string, argument: unknown): Promise<Program> {
  const child = fork(join(import.meta.dirname, 'programs', `${name}.ts`), [JSON.stringify(argument)]);
  const next = async (): Promise<unknown> => {
    const ended = new AbortController();
    const fallen = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
      throw new Error(`the program ${name} ended with ${code}`);
    });
    try {
      return (await Promise.race([once(child, 'message', { signal: ended.signal }), fallen]))[0];
    } finally {
      ended.abort();
      fallen.catch(() => undefined);
    }
  };

  const hello = await next();
  let turn: Promise<unknown> = Promise.resolve();
  return {
    hello,
    ask(question) {
      const answer = turn.then(() => {
        child.send(question as object); // What goes over the channel is JSON.
        return next();
      });
      turn = answer.catch(() => undefined);
      return answer;
    },
    close: () => child.disconnect(),
  };
}
