import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { type Installation, installed } from './support/installation.ts';
import { processOf } from './support/operator-pod.ts';
import { faultless, judged, registeredNames, webApplication } from './support/registrations.ts';

const COUNT = 40;
const MIDDLE = 10;

/** Registrations of the other one by which it is seen to work. */
const MORE = 5;

let here: Installation;

beforeAll(async () => {
  here = await installed();
});
afterAll(() => here[Symbol.asyncDispose]());

test('a leader that is frozen in the middle of its work and thawed later does nothing more', async () => {
  const names = Array.from({ length: COUNT }, (_, index) => `frozen-${index}`);
  await here.apply(...names.map((name, index) => webApplication(name, index % 2 === 0 ? 'logi' : 'logto')));
  await until(
    'it is in the middle',
    () => registeredNames(here).length,
    (count) => count >= MIDDLE,
  );
  const frozen = await here.leader();
  if (frozen === undefined) throw new Error('there is no leader');
  const { pid } = await processOf(frozen);
  process.kill(pid, 'SIGSTOP');
  expect(registeredNames(here).length).toBeLessThan(COUNT);

  await until(
    'the other one leads',
    () => here.leader(),
    (leader) => leader !== undefined && leader.metadata.uid !== frozen.metadata.uid,
  );
  // What the frozen one had asked for has been answered by now.
  const inherited = registeredNames(here).length;
  const continued = await until(
    'it works',
    () => registeredNames(here).length,
    (count) => count >= inherited + MORE,
  );
  expect(continued).toBeLessThan(COUNT);
  process.kill(pid, 'SIGCONT');
  await here.ready(names);
  await until(
    'the one that was frozen has begun anew',
    async () => (await here.pods()).find(({ metadata }) => metadata.uid === frozen.metadata.uid),
    (pod) => pod?.status.containerStatuses[0]?.restartCount === 1 && pod.status.containerStatuses[0].ready,
  );
  expect(await judged(here, names)).toEqual(faultless(COUNT));
  const leader = await here.leader();
  expect(leader?.metadata.uid).not.toBe(frozen.metadata.uid);
});
