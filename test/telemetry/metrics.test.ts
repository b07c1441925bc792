import { expect, test } from 'vitest';
import { CATALOGUE } from '../../src/telemetry/catalogue.ts';
import type { Metrics } from '../../src/telemetry/metrics.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const PLANTED = 'sk_live_51-planted-SECRET';

/** The value of one line of the page: name and labels as they stand there. */
async function sampled(metrics: Metrics, series: string): Promise<number | undefined> {
  const { body } = await metrics.page();
  const line = body.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

function metrics(): Metrics {
  return createMetrics({ version: '1.2.3', revision: 'abc' }, 'with-process');
}

test('the page is in the text format and says what runs', async () => {
  const page = await metrics().page();
  expect(page.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(page.body).toContain('oauthapp_build_info{version="1.2.3",revision="abc"} 1');
  expect(page.body).toContain('process_cpu_seconds_total');
});

test('two sets of metrics count apart', async () => {
  const [one, other] = [metrics(), metrics()];
  one.queue('applications').added();
  expect(await sampled(one, 'workqueue_adds_total{name="applications"}')).toBe(1);
  expect(await sampled(other, 'workqueue_adds_total{name="applications"}')).toBeUndefined();
});

test('the queue shows under the names that dashboards for Kubernetes controllers know', async () => {
  const m = metrics();
  const queue = m.queue('applications');
  queue.added();
  queue.handedOut(1_500);
  queue.finished(250);
  let depth = 3;
  m.watchQueue('applications', () => ({ depth, unfinishedMs: 2_500, longestRunningMs: 2_000 }));

  expect(await sampled(m, 'workqueue_adds_total{name="applications"}')).toBe(1);
  expect(await sampled(m, 'workqueue_queue_duration_seconds_sum{name="applications"}')).toBe(1.5);
  expect(await sampled(m, 'workqueue_work_duration_seconds_sum{name="applications"}')).toBe(0.25);
  expect(await sampled(m, 'workqueue_depth{name="applications"}')).toBe(3);
  expect(await sampled(m, 'workqueue_unfinished_work_seconds{name="applications"}')).toBe(2.5);
  expect(await sampled(m, 'workqueue_longest_running_processor_seconds{name="applications"}')).toBe(2);
  depth = 0;
  expect(await sampled(m, 'workqueue_depth{name="applications"}'), 'read at each scrape').toBe(0);
});

test.each([
  { end: 'await-change', errorName: undefined, retries: undefined, errors: undefined },
  { end: 'again', errorName: undefined, retries: undefined, errors: undefined },
  { end: 'back-off', errorName: undefined, retries: 1, errors: undefined },
  { end: 'failed', errorName: 'TypeError', retries: 1, errors: 1 },
] as const)('a pass that ends with $end', async ({ end, errorName, retries, errors }) => {
  const m = metrics();
  m.passEnded('applications', end, 40, errorName);
  expect(await sampled(m, `oauthapp_reconcile_total{controller="applications",result="${end}"}`)).toBe(1);
  expect(await sampled(m, 'oauthapp_reconcile_duration_seconds_sum{controller="applications"}')).toBe(0.04);
  expect(await sampled(m, 'workqueue_retries_total{name="applications"}')).toBe(retries);
  expect(await sampled(m, 'oauthapp_reconcile_errors_total{controller="applications",error="TypeError"}')).toBe(errors);
});

test('calls are counted by verb and code', async () => {
  const m = metrics();
  m.providerCallEnded('register', 'ok', 120);
  m.providerCallEnded('register', 'needs-person', 80);
  m.apiCallEnded('update', 'oauthapplications/status', '409', 10);
  expect(await sampled(m, 'oauthapp_provider_calls_total{verb="register",code="ok"}')).toBe(1);
  expect(await sampled(m, 'oauthapp_provider_calls_total{verb="register",code="needs-person"}')).toBe(1);
  expect(await sampled(m, 'oauthapp_provider_call_duration_seconds_sum{verb="register"}')).toBe(0.2);
  expect(
    await sampled(m, 'oauthapp_api_calls_total{verb="update",resource="oauthapplications/status",code="409"}'),
  ).toBe(1);
});

test('the leader shows by its fence, a watch by its silence', async () => {
  const m = metrics();
  let remainingMs = 0;
  let gapMs: number | undefined;
  m.watchLeader('oauthapp-operator', () => remainingMs);
  m.watchGap('secrets', () => gapMs);
  expect(await sampled(m, 'leader_election_master_status{name="oauthapp-operator"}')).toBe(0);
  expect(await sampled(m, 'oauthapp_watch_gap_seconds{resource="secrets"}'), 'no contact yet').toBeUndefined();

  remainingMs = 1;
  gapMs = 61_500;
  expect(await sampled(m, 'leader_election_master_status{name="oauthapp-operator"}')).toBe(1);
  expect(await sampled(m, 'oauthapp_watch_gap_seconds{resource="secrets"}')).toBe(61.5);

  gapMs = undefined;
  expect(await sampled(m, 'oauthapp_watch_gap_seconds{resource="secrets"}'), 'unknown again').toBeUndefined();
});

test('text from outside never becomes a label, nor a series without end', async () => {
  const m = metrics();
  for (let i = 0; i < 100; i += 1) {
    m.providerCallEnded('register', `${PLANTED}-${i}`, 1);
    m.apiCallEnded(`${PLANTED}${i}`, `secrets/${PLANTED}${i}`, `${PLANTED}\n`, 1);
    m.passEnded('applications', 'failed', 1, `Error: ${PLANTED}${i}`);
    m.queue(`${PLANTED}${i}`).added();
    m.watchGap(`${PLANTED}${i}`, () => 1);
  }
  const { body } = await m.page();
  expect(body).not.toContain('planted');
  expect(await sampled(m, 'oauthapp_provider_calls_total{verb="register",code="other"}')).toBe(100);
  expect(body.split('\n').filter((line) => line.startsWith('oauthapp_watch_gap_seconds')).length).toBe(1);
});

test('orphaned registrations show by the kind of their provider', async () => {
  const m = metrics();
  m.watchOrphans('ClusterOAuthProvider', () => 2);
  m.watchOrphans('OAuthProvider', () => 0);
  expect(await sampled(m, 'oauthapp_orphaned_registrations{kind="ClusterOAuthProvider"}')).toBe(2);
  expect(await sampled(m, 'oauthapp_orphaned_registrations{kind="OAuthProvider"}')).toBe(0);
});

test('objects that cannot be read show by their kind', async () => {
  const m = metrics();
  m.watchUnreadable('OAuthApplication', () => 3);
  expect(await sampled(m, 'oauthapp_unreadable_objects{kind="OAuthApplication"}')).toBe(3);
});

test('objects show by kind and condition, as they are at each scrape', async () => {
  const m = metrics();
  let objects = 3;
  m.watchObjects('OAuthApplication', () => ({
    objects,
    conditions: [{ type: 'Ready', status: 'False', reason: 'Rejected', objects: objects - 1 }],
  }));
  const rejected = 'oauthapp_conditions{kind="OAuthApplication",type="Ready",status="False",reason="Rejected"}';
  expect(await sampled(m, 'oauthapp_objects{kind="OAuthApplication"}')).toBe(3);
  expect(await sampled(m, rejected)).toBe(2);
  objects = 2;
  expect(await sampled(m, rejected), 'read at each scrape').toBe(1);
});

test('every metric of the catalogue is on the page with its type and sentence, and no other of ours is', async () => {
  const { body } = await createMetrics({ version: '1.2.3', revision: 'abc' }, 'operator-alone').page();
  const told = [...body.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)].map(([, ...words]) => words);
  const known = Object.entries(CATALOGUE).map(([name, { help, type }]) => [name, help, type]);
  expect(told.toSorted()).toEqual(known.toSorted());
});
