import { beforeAll, expect, test } from 'vitest';
import { ClusterError } from '../../../src/application/ports/endings.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { RETIRE, ROTATE, startProcess } from '../../support/bench/process.ts';
import { type App, readyReason, statusOf } from '../../support/bench/world.ts';

const FIRST = 'Default secret';
const SECOND = 'k8s-installation-2';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

interface Case {
  readonly world: LogtoWorld;
  readonly app: App;
}

/** With a superseded secret that still works. */
async function rotated(): Promise<Case & { readonly id: string }> {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  const process = await startProcess(world);
  await process.calm(app);
  await app.annotate({ [ROTATE]: 'now' });
  await process.calm(app);
  return { world, app, id: (await statusOf(app)).applicationId ?? '' };
}

/** What stands in the way of all else. */
const OBSTACLES = [
  {
    what: 'a spec that contradicts itself',
    reason: 'InvalidSpec',
    arise: ({ app }: Case) => app.change({ displayName: 'Shop [k8s 0123456789abcdef]' }),
  },
  {
    what: 'a field that the provider cannot honour',
    reason: 'UnsupportedByProvider',
    arise: ({ app }: Case) => app.change({ logi: { webhookUrl: 'https://shop.example.com/hook' } }),
  },
  {
    what: 'a URI that is not granted any more',
    reason: 'AccessDenied',
    arise: ({ world }: Case) => world.changeProvider({ spec: { access: [{ uris: { allowedHosts: [] } }] } }),
  },
] as const;

test.each(OBSTACLES)('T3: $what keeps no secret alive that is to be retired now', async ({ arise, reason }) => {
  const { world, app, id } = await rotated();
  await arise({ world, app });
  const process = await startProcess(world);
  await process.calm(app);
  expect([await readyReason(app), secretNames(world, id)]).toEqual([reason, [FIRST, SECOND]]);

  await app.annotate({ [RETIRE]: 'leaked' });
  await process.calm(app);
  const { served, rotation } = await statusOf(app);
  expect([await readyReason(app), secretNames(world, id)]).toEqual([reason, [SECOND]]);
  expect([served?.retire, rotation?.retiring]).toEqual(['leaked', undefined]);

  const calls = world.emulator.journal.length;
  await process.calm(app);
  expect(world.emulator.journal.length, 'once').toBe(calls);
});

test.each([
  {
    what: 'access that was withdrawn',
    reason: 'AccessDenied',
    arise: ({ world }: Case) =>
      world.changeProvider({ spec: { access: [{ namespaces: { names: ['another-namespace'] } }] } }),
  },
  { what: 'a suspended object', reason: 'Suspended', arise: ({ app }: Case) => app.change({ suspend: true }) },
  {
    what: 'a suspended provider',
    reason: 'Suspended',
    arise: ({ world }: Case) => world.changeProvider({ spec: { suspend: true } }),
  },
])('B2: $what has no call made for it, not even to retire', async ({ arise, reason }) => {
  const { world, app, id } = await rotated();
  await arise({ world, app });
  await app.annotate({ [RETIRE]: 'leaked' });
  const process = await startProcess(world);
  const calls = world.emulator.journal.length;
  await process.calm(app);
  expect([await readyReason(app), secretNames(world, id)]).toEqual([reason, [FIRST, SECOND]]);
  expect([world.emulator.journal.length, (await statusOf(app)).served?.retire]).toEqual([calls, undefined]);
});

/** An API server that lets no Secret be written, as a quota or a policy does. */
function withoutWrites({ secrets, ...ports }: Ports): Ports {
  return { ...ports, secrets: { ...secrets, write: () => Promise.reject(new ClusterError('refused', 'policy')) } };
}

test.each([
  {
    what: 'of a rotation that is asked for together with it',
    ask: ({ app }: Case) => app.annotate({ [ROTATE]: 'leaked' }),
  },
  {
    what: 'in another layout',
    ask: ({ app }: Case) => app.change({ secret: { keys: { clientSecret: 'OAUTH_SECRET' } } }),
  },
])('T3: a Secret that is refused, $what, keeps no secret alive that is to be retired now', async ({ ask }) => {
  const { world, app, id } = await rotated();
  await ask({ world, app });
  await app.annotate({ [RETIRE]: 'leaked' });

  await (await startProcess(world, { ports: withoutWrites })).calm(app);

  expect([await readyReason(app), secretNames(world, id)]).toEqual(['SecretRefused', [SECOND]]);
});
