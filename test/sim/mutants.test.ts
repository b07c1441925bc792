import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { INVARIANTS } from '../../dev/sim/invariants/all.ts';
import { MUTANTS } from '../../dev/sim/mutants/all.ts';
import { mutated } from '../../dev/sim/mutants/mutant.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/guarantees/mutants.md');

test('there are at least thirty known ways to break the protocol, each with a name of its own', () => {
  const names = MUTANTS.map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(30);
  expect(new Set(names).size).toBe(names.length);
});

describe('a mutant', () => {
  test.each(MUTANTS)('fits its file in one place: $name', async (mutant) => {
    const text = await readFile(join(ROOT, mutant.file), 'utf8');
    expect(mutated(mutant, text)).not.toBe(text);
  });

  test.each([
    { text: 'neither', problem: 'nowhere' },
    { text: 'one or one', problem: 'twice' },
  ])('is refused where what it replaces occurs $problem', ({ text, problem }) => {
    const mutant = { name: 'any', breaks: 'It.', rules: [], toldBy: [], file: 'a.ts', find: 'one', replace: 'two' };
    expect(() => mutated(mutant, text)).toThrow(`any: what it replaces occurs ${problem} in a.ts`);
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
