import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

/** As leader-process.ts has it. */
const DURATION_MS = 15_000;

test('a leader stopped by SIGSTOP for longer than its lease goes on with its fence shut', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./leader-process.ts', import.meta.url))]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (): Promise<number> => Number((await answers.next()).value);

  child.stdin.write('\n');
  expect(await ask()).toBeGreaterThan(0);

  child.kill('SIGSTOP');
  await wait(DURATION_MS + 200);
  // The question lies there when the process goes on.
  child.stdin.write('\n');
  child.kill('SIGCONT');
  expect(await ask()).toBe(0);

  child.stdin.end();
  await once(child, 'exit');
});
