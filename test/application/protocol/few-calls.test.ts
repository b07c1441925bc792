import { beforeAll, describe, expect, test } from 'vitest';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { RECHECK, RETIRE, ROTATE, startProcess } from '../../support/bench/process.ts';
import { type AnyWorld, type App, openWorld, readyReason, statusOf } from '../../support/bench/world.ts';

const MINUTE_MS = 60_000;
const SOON_MS = 5_000;
/** Each takes a few calls, of which one is made a minute. */
const MINUTES = 10;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** Has the provider object allow one call a minute from now on, and a process work on the application for some of them. */
async function worker(world: AnyWorld, app: App): Promise<() => Promise<void>> {
  await world.changeProvider({ spec: { limits: { requestsPerMinute: 1 } } });
  const process = await startProcess(world);
  return async () => {
    for (let minute = 0; minute < MINUTES; minute++) {
      // Twice, since nobody wakes it who had to give back a place that is kept for it then.
      for (const pauseMs of [SOON_MS, MINUTE_MS - SOON_MS]) {
        await process.calm(app);
        await world.clock.advance(pauseMs);
      }
    }
  };
}

describe('what takes more calls than one comes to its end with one a minute', () => {
  test('at Logto: a change, a look that was asked for, a rotation, a retirement and a deletion', async () => {
    const world = await openLogtoWorld(ground);
    const app = await world.create();
    await (await startProcess(world)).calm(app);
    const { applicationId = '' } = await statusOf(app);
    const work = await worker(world, app);

    await app.change({ displayName: 'Shop, renamed' });
    await work();
    expect(world.live().map(({ name }) => name)).toEqual(['Shop, renamed']);

    await app.annotate({ [RECHECK]: 'now', [ROTATE]: 'now' });
    await work();
    expect((await statusOf(app)).served).toMatchObject({ reconcile: 'now', rotate: 'now' });

    await app.annotate({ [RETIRE]: 'now' });
    await work();
    expect([await readyReason(app), secretNames(world, applicationId)]).toEqual(['InSync', ['k8s-installation-2']]);

    await app.delete();
    await work();
    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });

  test('at logi: a registration under its final name, a look that was asked for, and its end', async () => {
    const world = await openWorld(ground, { registrationName: 'Final' });
    const app = await world.create();
    const work = await worker(world, app);
    await work();
    expect(await readyReason(app)).toBe('InSync');

    await app.annotate({ [RECHECK]: 'now' });
    await work();
    expect((await statusOf(app)).served?.reconcile).toBe('now');

    await app.delete();
    await work();
    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });
});
