import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { kindOf } from '../../dev/sim/api-calls.ts';
import { tellFailure } from '../../dev/sim/failure.ts';
import { FIXED_STORIES } from '../../dev/sim/fixed.ts';
import { play } from '../../dev/sim/play.ts';
import { drawScenario } from '../../dev/sim/scenario/draw.ts';
import { TARGETS } from '../../dev/sim/scenario/targets.ts';
import type { Sighting } from '../../dev/sim/sightings.ts';
import { NO_TRACE, traceInWords } from '../../dev/sim/trace.ts';

/** After so many stories each call has had its turn. */
const STORIES_OF_ALL = 600;

describe('the fixed stories', () => {
  const broken: string[] = [];
  const calls = new Set<string>();

  beforeAll(async () => {
    for (let seed = 1; seed <= FIXED_STORIES; seed += 1) {
      const scenario = drawScenario(seed);
      const verdict = await play(scenario, { ...NO_TRACE, see: noteCall });
      if (verdict.accusations.length > 0) await tellFailure(scenario, verdict, (line) => broken.push(line));
    }
  }, 600_000);

  function noteCall(sighting: Sighting): void {
    if (sighting.type === 'sent') calls.add(`${sighting.site} ${sighting.operation}`);
    if (sighting.type === 'api') calls.add(kindOf(sighting));
  }

  test('keep every promise', () => {
    expect(broken.join('\n')).toBe('');
  });

  test('have no call but those at which things go wrong', () => {
    const targets = new Set(TARGETS.map(([, { kind }]) => kind));
    expect(calls.size).toBeGreaterThan(30);
    expect([...calls].filter((kind) => !targets.has(kind))).toEqual([]);
  });
});

test('things go wrong on both sides of the effect of each call', () => {
  const struck = new Set<string>();
  for (let seed = 1; seed <= STORIES_OF_ALL; seed += 1) {
    for (const { act } of drawScenario(seed).steps) {
      if (act.type !== 'strike' || !('when' in act.strike.blow)) continue;
      struck.add(`${act.strike.on.kind}, ${act.strike.blow.when}`);
    }
  }
  const sides = TARGETS.flatMap(([, { kind }]) => [`${kind}, before`, `${kind}, after`]);
  expect(sides.filter((side) => !struck.has(side))).toEqual([]);
});

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
