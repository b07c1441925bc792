import { expect, test } from 'vitest';
import { manualClock } from '../../../support/manual-clock.ts';
import { APPLICATIONS, bench } from './client.ts';

test.each([
  ['before', 0],
  ['after', 1],
] as const)('an answer to a create that is lost %s its effect leaves %i applications', async (when, count) => {
  const { create, logto } = await bench();
  logto.fault({ type: 'reset', when, operation: 'create' });
  await expect(create({})).rejects.toThrow('fetch failed');
  expect(logto.applications().filter(({ name }) => name === 'Shop')).toHaveLength(count);
  expect(logto.journal.at(-1)).toMatchObject({ operation: 'create', status: undefined });
  expect(await create({}), 'the fault is spent').toMatchObject({ status: 200 });
});

test.each([
  [{ type: 'status', status: 429, headers: { 'retry-after': '7' } }, 429],
  [{ type: 'status', status: 503 }, 503],
  [{ type: 'html' }, 502],
  [{ type: 'garbage' }, 200],
] as const)('a fault of %j strikes its operation and no other', async (fault, status) => {
  const { call, made, logto } = await bench();
  const { id } = made();
  logto.fault({ ...fault, when: 'before', operation: 'create-secret' });
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 200 });
  const answer = await call('POST', `${APPLICATIONS}/${id}/secrets`, { body: { name: 'two' } });
  expect(answer.status).toBe(status);
  expect(logto.applications().at(-1)?.secrets).toHaveLength(1);
});

test('a repeated create makes two applications, and the client hears of one', async () => {
  const { create, logto } = await bench();
  logto.fault({ type: 'repeat', when: 'before', operation: 'create' });
  expect(await create({})).toMatchObject({ status: 200, json: { id: logto.applications().at(-1)?.id } });
  expect(logto.applications()).toHaveLength(3);
  expect(logto.journal.filter(({ operation }) => operation === 'create')).toMatchObject([
    { status: undefined },
    { status: 200 },
  ]);
});

test("latency of the token endpoint is counted on the emulator's clock", async () => {
  const clock = manualClock();
  const { call, logto } = await bench({ clock });
  const latency = logto.fault({ type: 'latency', ms: 5000, when: 'before', operation: 'token' });
  const answer = call('GET', APPLICATIONS);
  await latency.hit;
  await clock.advance(4999);
  expect(clock.pending(), 'still waiting').toBe(1);
  await clock.advance(1);
  expect(await answer).toMatchObject({ status: 200 });
});
