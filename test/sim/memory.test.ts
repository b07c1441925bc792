import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test, vi } from 'vitest';
import { play } from '../../dev/sim/play.ts';
import { drawScenario } from '../../dev/sim/scenario/draw.ts';
import { NO_TRACE } from '../../dev/sim/trace.ts';

test('a story that is over is forgotten, with every operator that was killed in it', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');

  const told = await remembered(1);

  await vi.waitUntil(
    () => {
      collectGarbage();
      return told.deref() === undefined;
    },
    { timeout: 60_000 },
  );
});

/** What every part of the story's world refers to. */
async function remembered(seed: number): Promise<WeakRef<object>> {
  const trace = { ...NO_TRACE };
  await play(drawScenario(seed), trace);
  return new WeakRef(trace);
}
