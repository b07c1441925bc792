import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { tellFailure } from '../../dev/sim/failure.ts';
import { FIXED_STORIES } from '../../dev/sim/fixed.ts';
import { play } from '../../dev/sim/play.ts';
import { drawScenario } from '../../dev/sim/scenario/draw.ts';
import { NO_TRACE, traceInWords } from '../../dev/sim/trace.ts';

test('every promise holds in each of the fixed stories', async () => {
  const broken: string[] = [];
  for (let seed = 1; seed <= FIXED_STORIES; seed += 1) {
    const scenario = drawScenario(seed);
    const verdict = await play(scenario, NO_TRACE);
    if (verdict.accusations.length > 0) await tellFailure(scenario, verdict, (line) => broken.push(line));
  }
  expect(broken.join('\n')).toBe('');
}, 600_000);

test('a seed tells the same story each time', async () => {
  const told = async (): Promise<readonly string[]> => {
    const lines: string[] = [];
    const say = (word: string, atMs: number): void => void lines.push(`${atMs} ${word}`);
    await play(drawScenario(7), {
      see: (sighting, atMs) => say(`${sighting.type} ${'operation' in sighting ? sighting.operation : ''}`, atMs),
      // A stack says where the engine has compiled what, too.
      log: (who, line, atMs) => say(`${who} ${line.replace(/"stack":"[^"]*"/g, '')}`, atMs),
      say: (who, word, atMs) => say(`${who} ${word}`, atMs),
    });
    return lines;
  };
  const once = await told();
  expect(once.length).toBeGreaterThan(100);
  expect(await told()).toEqual(once);
});

/** One with a theme, in which processes, strikes and two applications meet. */
const THEMED = 30;

test('a seed tells the same story in a process of its own', async () => {
  const lines: string[] = [];
  await play(
    drawScenario(THEMED),
    traceInWords((line) => lines.push(line)),
  );
  expect(lines.length).toBeGreaterThan(30);

  const program = join(import.meta.dirname, '../../dev/sim/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--seed', String(THEMED)]);
  expect(stdout.trimEnd().split('\n')).toEqual(lines);
});
