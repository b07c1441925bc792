import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
    const mutant = { name: 'any', breaks: 'It.', rules: [], file: 'a.ts', find: 'one', replace: 'two' };
    expect(() => mutated(mutant, text)).toThrow(`any: what it replaces occurs ${problem} in a.ts`);
  });
});

test('the docs say of every mutant what caught it, and of no other', async () => {
  const page = await readFile(PAGE, 'utf8');
  const rows = [...page.matchAll(/^\| `([^`]+)` \| (.+?) \| [^|]+ \| `([^`]+)` \| \d+ \|$/gm)];
  expect(rows.map(([, name, breaks]) => ({ name, breaks }))).toEqual(
    MUTANTS.map(({ name, breaks }) => ({ name, breaks })),
  );
});
