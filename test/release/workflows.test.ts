import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { resolveTools, sourcesFrom } from '../../dev/tools/resolve.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const Package = z.object({ scripts: z.record(z.string(), z.string()) });

/** The first time it is built, in some ten seconds, and may wait for other tools that are. */
const BUILT_WITHIN_MS = 1_800_000;

const Step = z.object({ uses: z.string().optional(), run: z.string().optional() });
const Workflow = z.object({
  permissions: z.object({}).strict(),
  jobs: z.record(
    z.string(),
    z.object({ permissions: z.record(z.string(), z.string()), 'timeout-minutes': z.int(), steps: z.array(Step) }),
  ),
});

const FILES = globSync('.github/workflows/*.yml', { cwd: ROOT });

test.each(FILES)('%s gives a job no right that it does not name, and no job endless time', (file) => {
  expect(Workflow.safeParse(parse(textOf(file))).error).toBeUndefined();
});

test.each(FILES)('every action of %s is pinned by its commit, with its version beside it', (file) => {
  const uses = [...textOf(file).matchAll(/uses: (.+)$/gm)].map(([, action]) => action);
  expect(uses).not.toEqual([]);
  expect(uses.filter((action) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? ''))).toEqual([]);
});

test.each(FILES)('no script of %s is put together from what an event brings', (file) => {
  const { jobs } = Workflow.parse(parse(textOf(file)));
  const scripts = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run }) => run ?? ''));
  expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
});

test.each(FILES)('every npm script that %s runs is there', (file) => {
  const { scripts } = Package.parse(JSON.parse(textOf('package.json')));
  const named = [...textOf(file).matchAll(/\bnpm run ([a-z:0-9]+)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test('a workflow tests what an engine for containers is needed for', () => {
  expect(FILES.filter((file) => textOf(file).includes('npm run e2e:kind'))).not.toEqual([]);
});

test('actionlint finds nothing to say', { timeout: BUILT_WITHIN_MS }, async () => {
  const { actionlint } = await resolveTools(['actionlint'], sourcesFrom(process.env), (line) =>
    process.stderr.write(`actionlint: ${line}\n`),
  );
  const { stdout } = await promisify(execFile)(actionlint, ['-no-color', ...FILES], { cwd: ROOT });
  expect(stdout).toBe('');
});

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
