import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { CATALOGUE, type MetricFamily } from '../../src/telemetry/catalogue.ts';
import { askedBy } from '../support/promql.ts';
import { until } from '../support/until.ts';
import { createWorld, web } from '../support/world.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** What the scrape adds. */
const OF_THE_TARGET = ['namespace', 'pod', 'instance', 'job'];
const OF_A_HISTOGRAM = 'le';

const Rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const Panel = z.object({
  id: z.int(),
  type: z.string(),
  title: z.string().min(1),
  description: z.string().optional(),
  gridPos: z.object({ h: z.int(), w: z.int(), x: z.int(), y: z.int() }),
  targets: z.array(z.object({ refId: z.string(), expr: z.string() })).default([]),
});
const Dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.int(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
  panels: z.array(Panel),
});

const DASHBOARDS = globSync('charts/*/dashboards/*.json', { cwd: ROOT }).map((file) => ({
  file,
  dashboard: Dashboard.parse(JSON.parse(textOf(file))),
}));

const EXPRESSIONS = [
  ...globSync('charts/*/alerts/*.yaml', { cwd: ROOT }).flatMap((file) =>
    Rules.parse(parse(textOf(file))).groups.flatMap(({ rules }) =>
      rules.map(({ alert, expr }) => ({ title: alert, expr })),
    ),
  ),
  ...DASHBOARDS.flatMap(({ dashboard }) =>
    dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr }))),
  ),
];

/** The page of an operator that has registered an application, and the names of the families on it. */
let page: string;
let families: ReadonlySet<string>;

beforeAll(async () => {
  await using world = await createWorld();
  const operator = await world.startOperator();
  await world.apply(web('shop'));
  await world.ready('shop');
  page = await until(
    'the cache has seen what was written',
    async () => (await operator.page('/metrics')).body,
    (body) =>
      body.includes('oauthapp_conditions{kind="OAuthApplication",type="Ready",status="True",reason="InSync"} 1'),
  );
  families = new Set([...page.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));
});

test.each(EXPRESSIONS)('$title asks for what a running operator exports', ({ expr }) => {
  const { metrics, labels } = askedBy(expr);
  expect(metrics).not.toEqual([]);
  expect(metrics.map(familyOf).filter((metric) => !families.has(metric))).toEqual([]);
  const known = [...metrics.flatMap((metric) => labelsOf(familyOf(metric))), ...OF_THE_TARGET];
  expect(labels.filter((label) => !known.includes(label))).toEqual([]);
});

test('what stands on the page has the labels of the catalogue', () => {
  const samples = [...page.matchAll(/^(oauthapp_\w+|workqueue_\w+|leader_election_\w+)\{(.*)\} \S+$/gm)];
  expect(samples.length).toBeGreaterThan(50);
  for (const [line, name = '', labels = ''] of samples) {
    const named = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
    expect(
      named.filter((label) => !labelsOf(familyOf(name)).includes(label)),
      line,
    ).toEqual([]);
  }
});

test('a running operator counts its objects by their conditions', () => {
  expect(page).toContain('oauthapp_objects{kind="OAuthApplication"} 1');
  expect(page).toContain('oauthapp_conditions{kind="OAuthProvider",type="Ready",status="True",reason="Reached"} 1');
});

test.each(DASHBOARDS)(
  'the panels of $file are told apart, say what they show and lie side by side',
  ({ dashboard }) => {
    const { panels, templating } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const graphs = panels.filter(({ type }) => type !== 'row');
    expect(graphs.filter(({ description, targets }) => (description ?? '') === '' || targets.length === 0)).toEqual([]);
    const places = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)}/${y + Math.floor(at / w)}`),
    );
    expect(new Set(places).size).toBe(places.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
    expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'namespace']);
  },
);

function familyOf(metric: string): string {
  const whole = metric.replace(/_(?:bucket|sum|count)$/, '');
  return Object.hasOwn(CATALOGUE, whole) ? whole : metric;
}

function labelsOf(family: string): readonly string[] {
  const known: Readonly<Record<string, MetricFamily>> = CATALOGUE;
  const { labels = [], type } = known[family] ?? {};
  return type === 'histogram' ? [...labels, OF_A_HISTOGRAM] : labels;
}

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
