import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { resolveTools, sourcesFrom } from '../../dev/tools/resolve.ts';
import { rendered } from '../support/helm.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** The first time it is built: some two minutes of two cores. */
const BUILT_WITHIN_MS = 1_800_000;

const CASES = join(import.meta.dirname, 'rules.promtool.yaml');
/** Of the rules that the chart renders for {@link RELEASE}. */
const CASES_OF_A_RELEASE = join(import.meta.dirname, 'release.promtool.yaml');

const NAMESPACE = 'a';
const RELEASE = {
  clusterId: 'prod',
  shards: [
    { name: 'a', providerSelector: 'shard=a' },
    { name: 'rest', providerSelector: 'shard!=a' },
  ],
  settings: { leaseName: 'lease' },
  metrics: { prometheusRule: { enabled: true } },
};

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

  test('sees those of a release fire for each of its shards, and for no operator of another namespace', async () => {
    const [rule] = (await rendered('oauthapp-operator', RELEASE, NAMESPACE)).filter(
      ({ kind }) => kind === 'PrometheusRule',
    );
    const folder = await mkdtemp(join(tmpdir(), 'oauthapp-alerts-'));
    try {
      await writeFile(join(folder, 'rules.yaml'), stringify(rule?.['spec']));
      await copyFile(CASES_OF_A_RELEASE, join(folder, 'cases.yaml'));
      const { stdout } = await run(promtool, ['test', 'rules', 'cases.yaml'], { cwd: folder });
      expect(stdout).toContain('SUCCESS');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('sees nothing of another namespace in any rule of a release', async () => {
    const objects = await rendered('oauthapp-operator', RELEASE, NAMESPACE);
    const { groups } = Rules.parse(objects.find(({ kind }) => kind === 'PrometheusRule')?.['spec']);
    const selectors = groups.flatMap(({ rules }) => rules).flatMap(({ expr }) => selectorsIn(expr));
    expect(selectors.length).toBeGreaterThanOrEqual(RULES.length);
    expect(selectors.filter((selector) => !selector.startsWith(`{namespace="${NAMESPACE}"`))).toEqual([]);
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

/** What follows the name of each metric of the operator. */
function selectorsIn(expr: string): readonly string[] {
  return [...expr.matchAll(/\b(?:oauthapp|workqueue|leader_election)_[a-z_]+(\{[^}]*\})?/g)].map(
    ([, selector = '']) => selector,
  );
}

function headings(): readonly string[] {
  return [...textOf('docs/alerts.md').matchAll(/^### (.+)$/gm)].map(([, title = '']) => title);
}

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
