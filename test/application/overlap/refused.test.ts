import { beforeAll, expect, test } from 'vitest';
import type { Fault } from '../../../dev/emulators/faults.ts';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { foreignSecret } from '../../support/bench/foreign-secret.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { RETIRE, ROTATE, startProcess } from '../../support/bench/process.ts';
import { FIRST, SECOND, THIRD } from '../../support/bench/settled.ts';
import { type App, readyReason, statusOf } from '../../support/bench/world.ts';

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

const FOREIGN_SECRET = foreignSecret(() => ground);

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
  {
    what: 'another registration to adopt than the one that is held',
    reason: 'AdoptionConflict',
    arise: ({ app }: Case) => app.change({ adopt: { applicationId: '77' }, deletionPolicy: 'Delete' }),
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

test.each(OBSTACLES)(
  'T3: nor one that was to be retired before a rotation that nobody asked for, with $what since',
  async ({ arise, reason }) => {
    const { world, app, id } = await rotated();
    await app.change({ rotation: { interval: '24h', overlap: '720h' } });
    await app.annotate({ [RETIRE]: 'leaked' });
    const always = world.emulator.fault({ operation: 'delete-secret', when: 'before', type: 'reset', times: 'always' });
    await (await startProcess(world)).pass(app);
    await world.clock.advance(24 * 3_600_000);
    await (await startProcess(world)).pass(app);
    expect([(await statusOf(app)).served?.retire, secretNames(world, id)]).toEqual(['leaked', [FIRST, SECOND, THIRD]]);

    await arise({ world, app });
    await (await startProcess(world)).pass(app);
    always.remove();
    const process = await startProcess(world);
    await process.calm(app);
    expect([await readyReason(app), secretNames(world, id)]).toEqual([reason, [SECOND, THIRD]]);
    const calls = world.emulator.journal.length;
    await process.calm(app);
    expect(world.emulator.journal.length, 'once').toBe(calls);
  },
);

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

const UNANSWERED_MINTS: readonly { readonly what: string; readonly fault: Fault<'create-secret'> }[] = [
  { what: 'a page', fault: { operation: 'create-secret', when: 'before', type: 'html', status: 403, times: 'always' } },
  {
    what: 'a 500',
    fault: { operation: 'create-secret', when: 'before', type: 'status', status: 500, times: 'always' },
  },
  { what: 'no answer', fault: { operation: 'create-secret', when: 'before', type: 'reset', times: 'always' } },
];

test.each(UNANSWERED_MINTS)('T3: nor does a mint that gets $what whenever it is made', async ({ fault }) => {
  const { world, app, id } = await rotated();
  const always = world.emulator.fault(fault);
  await world.clock.advance(60_000);
  await app.annotate({ [ROTATE]: 'two' });
  await (await startProcess(world)).pass(app);
  const redirectUris = ['https://store.example.com/cb'];
  await app.change({ redirectUris });
  await app.annotate({ [RETIRE]: 'leaked' });

  const process = await startProcess(world);
  for (const _ of [1, 2, 3]) await process.pass(app).then(() => world.clock.advance(60_000));
  const { operation, secret } = await statusOf(app);
  expect([secretNames(world, id), operation?.type, secret?.delivered]).toEqual([[SECOND], 'rotate', true]);
  expect(world.live()).toMatchObject([{ oidcClientMetadata: { redirectUris } }]);

  always.remove();
  await process.calm(app);
  expect([await readyReason(app), secretNames(world, id), (await statusOf(app)).served]).toMatchObject([
    'InSync',
    [THIRD],
    { rotate: 'two', retire: 'leaked' },
  ]);
});

test.each([
  { what: 'refused', ports: withoutWrites, begin: async (_: App) => undefined, end: async (_: App) => undefined },
  { what: 'somebody else’s', ports: undefined, ...FOREIGN_SECRET },
])(
  'T3: a Secret that is $what keeps none alive either where the answer to a rotation was lost, and no edit from Logto',
  async ({ ports, begin, end }) => {
    const { world, app, id } = await rotated();
    world.emulator.fault({ operation: 'create-secret', when: 'after', type: 'reset' });
    await world.clock.advance(60_000);
    await app.annotate({ [ROTATE]: 'two' });
    await (await startProcess(world)).pass(app);
    await begin(app);
    const redirectUris = ['https://store.example.com/cb'];
    await app.change({ redirectUris });
    await app.annotate({ [RETIRE]: 'leaked' });

    await (await startProcess(world, { ports })).calm(app);
    const { operation, secret } = await statusOf(app);
    expect([secretNames(world, id), operation, secret?.delivered]).toEqual([[SECOND, THIRD], undefined, true]);
    expect(world.live()).toMatchObject([{ oidcClientMetadata: { redirectUris } }]);

    await end(app);
    await (await startProcess(world)).calm(app);
    expect([await readyReason(app), secretNames(world, id), (await statusOf(app)).served]).toMatchObject([
      'InSync',
      ['k8s-installation-4'],
      { rotate: 'two', retire: 'leaked' },
    ]);
  },
);
