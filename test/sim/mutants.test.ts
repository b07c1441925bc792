import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FIXED_STORIES } from '../../dev/sim/fixed.ts';
import { INVARIANTS } from '../../dev/sim/invariants/all.ts';
import { MUTANTS } from '../../dev/sim/mutants/all.ts';
import { type Mutant, mutated, replacementsOf } from '../../dev/sim/mutants/mutant.ts';
import { judgeMutants } from '../../dev/sim/mutants/run.ts';
import { lineOf, pageOf, storiesIn } from '../../dev/sim/mutants/table.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/guarantees/mutants.md');
const ANY: Mutant = { name: 'any', breaks: 'It.', rules: ['O1'], toldBy: [], file: 'any', find: 'one', replace: 'two' };

test('there are at least thirty known ways to break the protocol, each with a name of its own', () => {
  const names = MUTANTS.map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(30);
  expect(new Set(names).size).toBe(names.length);
});

describe('a mutant', () => {
  test.each(MUTANTS)('fits its files, in one place each: $name', async (mutant) => {
    for (const replacement of replacementsOf(mutant)) {
      const text = await readFile(join(ROOT, replacement.file), 'utf8');
      expect(mutated(mutant, replacement, text)).not.toBe(text);
    }
  });

  test.each([
    { text: 'neither', problem: 'nowhere' },
    { text: 'one or one', problem: 'twice' },
  ])('is refused where what it replaces occurs $problem', ({ text, problem }) => {
    expect(() => mutated(ANY, { ...ANY, file: 'a.ts' }, text)).toThrow(
      `any: what it replaces occurs ${problem} in a.ts`,
    );
  });

  test('is caught in a story in which a bystander that it names accuses, and survives one in which none does', async () => {
    const harmless: Mutant = { ...ANY, toldBy: ['written-down-first'], file: 'package.json', find: '"private": true' };
    const stories = { from: 1, to: 1 };
    const trials = [...MUTANTS.slice(0, 1), { ...harmless, replace: '"private": false' }];
    const judged = await judgeMutants(
      trials.map((mutant) => ({ mutant, stories })),
      { onStory: () => undefined, onJudged: () => undefined },
    );
    expect(judged.map(lineOf).map((line) => line.replace(/ +/g, ' '))).toEqual([
      'operation-not-written O1, O2 written-down-first, in story 1',
      'any O1 SURVIVES story 1',
    ]);
  }, 120_000);

  test.each([
    { stories: { from: 1, to: 9 }, spoilt: [], said: 'SURVIVES stories 1 to 9' },
    {
      stories: { from: 8, to: 8 },
      spoilt: [8],
      said: 'SURVIVES story 8; told in 8, which breaks a promise without it',
    },
  ])('is not caught by a story that tells without it, too: $said', ({ stories, spoilt, said }) => {
    const line = lineOf({ mutant: ANY, fate: { type: 'survived', stories, spoilt } });
    expect(line.replace(/ +/g, ' ')).toBe(`any O1 ${said}`);
  });
});

test.each(MUTANTS)('$name is told of by bystanders that watch over a rule which it breaks', ({ rules, toldBy }) => {
  expect(toldBy).not.toEqual([]);
  const watched = toldBy.map((judge) => INVARIANTS.find(({ name }) => name === judge)?.rules ?? []);
  expect(watched.filter((each) => !each.some((rule) => rules.includes(rule)))).toEqual([]);
});

test('the docs say of every mutant who tells of it and in which story, and of no other', async () => {
  const page = await readFile(PAGE, 'utf8');
  const rows = [...page.matchAll(/^\| `([^`]+)` \| (.+?) \| ([A-Z0-9, ]+) \| (`[^|]+`) \| \d+ \|$/gm)];
  expect(rows.map(([, name, breaks, rules, judges]) => ({ name, breaks, rules, judges }))).toEqual(
    MUTANTS.map(({ name, breaks, rules, toldBy }) => ({
      name,
      breaks,
      rules: rules.join(', '),
      judges: toldBy.map((judge) => `\`${judge}\``).join(', '),
    })),
  );
});

test('the story that the docs name for a mutant is a fixed one, and can be read back', async () => {
  const stories = storiesIn(await readFile(PAGE, 'utf8'));
  const fixed = [...stories.values()].filter((seed) => seed >= 1 && seed <= FIXED_STORIES);
  expect(fixed.length).toBe(MUTANTS.length);

  const fate = { type: 'caught', seed: 7, by: 'any', sentence: 'It.' } as const;
  const survived = { type: 'survived', stories: { from: 1, to: 9 }, spoilt: [] } as const;
  const page = pageOf([
    { mutant: ANY, fate },
    { mutant: { ...ANY, name: 'another' }, fate: survived },
  ]);
  expect([...storiesIn(page)]).toEqual([['any', 7]]);
});
