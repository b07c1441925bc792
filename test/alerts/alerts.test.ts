import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { resolveTools, sourcesFrom } from '../../dev/tools/resolve.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** The first time it is built: some two minutes of two cores. */
const BUILT_WITHIN_MS = 1_800_000;

const CASES = join(import.meta.dirname, 'rules.promtool.yaml');

const Rule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string() }),
});
const Rules = z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(Rule) })) });
const Cases = z.object({
  tests: z.array(
    z.object({ alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })) }),
  ),
});

const FILES = globSync('charts/*/alerts/*.yaml', { cwd: ROOT });
const RULES = FILES.flatMap((file) => Rules.parse(parse(textOf(file))).groups.flatMap(({ rules }) => rules));

describe('promtool', () => {
  const run = promisify(execFile);
  let promtool: string;

  beforeAll(async () => {
    const say = (line: string) => process.stderr.write(`promtool: ${line}\n`);
    ({ promtool } = await resolveTools(['promtool'], sourcesFrom(process.env), say));
  }, BUILT_WITHIN_MS);

  test('understands the rules', async () => {
    const { stdout } = await run(promtool, ['check', 'rules', ...FILES], { cwd: ROOT });
    expect(stdout).toContain(`SUCCESS: ${RULES.length} rules found`);
  });

  test('sees each fire when it should, with its sentence, and keep quiet when it should not', async () => {
    const { stdout } = await run(promtool, ['test', 'rules', CASES]);
    expect(stdout).toContain('SUCCESS');
  });
});

test('every alert has a case in which it fires, and one in which the operator does its work and it does not', () => {
  const tests = Cases.parse(parse(readFileSync(CASES, 'utf8'), { merge: true })).tests.flatMap(
    ({ alert_rule_test: each }) => each,
  );
  const names = (want: 'fires' | 'quiet') =>
    tests
      .filter(({ exp_alerts: alerts }) => (want === 'fires') === alerts.length > 0)
      .map(({ alertname }) => alertname);
  expect(RULES).not.toEqual([]);
  expect(new Set(names('fires'))).toEqual(new Set(RULES.map(({ alert }) => alert)));
  expect(new Set(names('quiet'))).toEqual(new Set(RULES.map(({ alert }) => alert)));
});

test.each(RULES)('$alert has a section of its own on the page on alerts', ({ alert }) => {
  expect(headings()).toContain(alert);
});

test('the page on alerts has a section for no other alert', () => {
  expect(headings().toSorted()).toEqual(RULES.map(({ alert }) => alert).toSorted());
});

function headings(): readonly string[] {
  return [...textOf('docs/alerts.md').matchAll(/^### (.+)$/gm)].map(([, title = '']) => title);
}

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
