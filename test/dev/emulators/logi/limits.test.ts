import { expect, test } from 'vitest';
import type { Switches } from '../../../../dev/emulators/logi/switches.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import type { Bench, Seen } from './client.ts';
import { APPLICATIONS, bench } from './client.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Half past an hour, so that a fixed window ends before a sliding one. */
const HALF_PAST = Date.UTC(2026, 0, 1, 0, 30, 30);

async function times(count: number, call: () => Promise<Seen>): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n += 1) statuses.push((await call()).status);
  return [...new Set(statuses)];
}

const list =
  ({ call }: Bench) =>
  () =>
    call('GET', APPLICATIONS);

test('the eleventh create in an hour is refused, and works when the hour is over', async () => {
  const clock = manualClock(HALF_PAST);
  const { create, logi } = await bench({ clock });
  expect(await times(10, create)).toEqual([201]);

  const refused = await create();
  expect(refused).toMatchObject({ status: 429, json: { error: 'rate_limited' } });
  expect(refused.headers.get('retry-after')).toBe('3600');
  expect(logi.applications()).toHaveLength(10);

  await clock.advance(HOUR_MS - 1);
  expect(await create()).toMatchObject({ status: 429 });
  await clock.advance(1);
  expect(await create()).toMatchObject({ status: 201 });
});

test('the thirty-first create in a day is refused, and works when the day is over', async () => {
  const clock = manualClock(HALF_PAST);
  const { create } = await bench({ clock });
  for (let hour = 0; hour < 3; hour += 1) {
    expect(await times(10, create)).toEqual([201]);
    await clock.advance(HOUR_MS);
  }
  const refused = await create();
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe(String((DAY_MS - 3 * HOUR_MS) / SECOND_MS));
  await clock.advance(DAY_MS - 3 * HOUR_MS);
  expect(await create()).toMatchObject({ status: 201 });
});

test('another key has creates of its own', async () => {
  const { create } = await bench({ clock: manualClock(), keys: [{ token: 'lpa_pat_other' }] });
  expect(await times(11, create)).toEqual([201, 429]);
  expect(await create({}, { key: 'lpa_pat_other' })).toMatchObject({ status: 201 });
});

test('sixty other calls a minute are served, creates not among them', async () => {
  const clock = manualClock(HALF_PAST);
  const it = await bench({ clock });
  expect(await times(60, list(it))).toEqual([200]);

  const refused = await list(it)();
  expect(refused).toMatchObject({ status: 429, json: { error: 'rate_limited' } });
  expect(refused.headers.get('retry-after')).toBe('60');
  expect(await it.create()).toMatchObject({ status: 201 });
  expect(await it.call('GET', '/up')).toMatchObject({ status: 200 });

  await clock.advance(MINUTE_MS);
  expect(await list(it)()).toMatchObject({ status: 200 });
});

test('the calls of two keys at one address are counted together', async () => {
  const it = await bench({ clock: manualClock(), keys: [{ token: 'lpa_pat_other' }] });
  expect(await times(60, list(it))).toEqual([200]);
  expect(await it.call('GET', APPLICATIONS, { key: 'lpa_pat_other' })).toMatchObject({ status: 429 });
});

test('twenty logins a minute are served for each client', async () => {
  const clock = manualClock();
  const { logi, login } = await bench({ clock });
  const { application, clientSecret = '' } = logi.createByHand('Shop');
  expect(await times(21, () => login(application.clientId, clientSecret))).toEqual([400, 429]);
  expect(await login('logi_other', 'x')).toMatchObject({ status: 401 });
  await clock.advance(MINUTE_MS);
  expect(await login(application.clientId, clientSecret)).toMatchObject({ status: 400 });
});

test('with the limits off everything is served', async () => {
  const it = await bench({ clock: manualClock(), switches: { limits: 'off' } });
  expect(await times(35, it.create)).toEqual([201]);
  expect(await times(65, list(it))).toEqual([200]);
  const { application, clientSecret = '' } = it.logi.createByHand('Shop');
  expect(await times(25, () => it.login(application.clientId, clientSecret))).toEqual([400]);
});

test('calls made while the limits are off count when they are on again', async () => {
  const it = await bench({ clock: manualClock(), switches: { limits: 'off' } });
  await times(10, it.create);
  it.logi.set({ limits: 'on' });
  expect(await it.create()).toMatchObject({ status: 429 });
});

test('the wait is over when enough calls are out of the window, not when the first one is', async () => {
  const clock = manualClock(HALF_PAST);
  const { logi, create } = await bench({ clock, switches: { limits: 'off' } });
  await times(5, create);
  await clock.advance(30 * MINUTE_MS);
  await times(10, create);
  logi.set({ limits: 'on' });
  expect((await create()).headers.get('retry-after')).toBe('3600');
});

test.each<{ window: Switches['limitWindow']; afterMs: number; want: number }>([
  { window: 'sliding', afterMs: 30 * MINUTE_MS, want: 429 },
  { window: 'fixed', afterMs: 29.5 * MINUTE_MS - 1, want: 429 },
  { window: 'fixed', afterMs: 29.5 * MINUTE_MS, want: 201 },
])('in a $window window a create $afterMs ms later answers $want', async ({ window, afterMs, want }) => {
  const clock = manualClock(HALF_PAST);
  const { create } = await bench({ clock, switches: { limitWindow: window } });
  await times(10, create);
  await clock.advance(afterMs);
  expect(await create()).toMatchObject({ status: want });
});

test.each<{ failed: Switches['failedCreates']; want: number }>([
  { failed: 'counted', want: 429 },
  { failed: 'free', want: 201 },
])('refused creates are $failed', async ({ failed, want }) => {
  const { create } = await bench({ clock: manualClock(), switches: { failedCreates: failed } });
  expect(await times(10, () => create({ name: '' }))).toEqual([422]);
  expect(await create()).toMatchObject({ status: want });
});

test.each<{ form: Switches['retryAfter']; want: string | null }>([
  { form: 'seconds', want: '3600' },
  { form: 'date', want: 'Thu, 01 Jan 2026 01:30:30 GMT' },
  { form: 'none', want: null },
])('Retry-After comes as $form', async ({ form, want }) => {
  const { create } = await bench({ clock: manualClock(HALF_PAST), switches: { retryAfter: form } });
  await times(10, create);
  expect((await create()).headers.get('retry-after')).toBe(want);
});

test.each<{ form: Switches['retryAfter'] }>([{ form: 'seconds' }, { form: 'date' }])(
  'a client that obeys Retry-After as $form is never too early',
  async ({ form }) => {
    const clock = manualClock(HALF_PAST + 234);
    const { create } = await bench({ clock, switches: { retryAfter: form } });
    await times(10, create);
    await clock.advance(1500);
    const said = (await create()).headers.get('retry-after') ?? '';
    await clock.advance(form === 'seconds' ? Number(said) * SECOND_MS : Date.parse(said) - clock.now());
    expect(await create()).toMatchObject({ status: 201 });
  },
);
