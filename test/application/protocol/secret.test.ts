import { beforeAll, describe, expect, test } from 'vitest';
import { LABELS, SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import type { SecretHead, Secrets } from '../../../src/application/ports/secrets.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { RECHECK, ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi } from '../../support/bench/settled.ts';
import {
  type App,
  logsIn,
  openWorld,
  readyMessage,
  readyReason,
  remove,
  statusOf,
  type World,
} from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const refOf = (app: App) => ({ resource: SECRETS, namespace: ground.namespace, name: app.secretName });

async function patchSecret(app: App, body: Readonly<Record<string, unknown>>): Promise<void> {
  await ground.client.patch(refOf(app), { type: 'merge', body }, {}, ground.signal);
}

type Write = () => ReturnType<Secrets['write']>;

/** Ports on which writing a Secret goes through `around`. */
function writing(around: (mode: 'commit' | 'rehearse', write: Write) => ReturnType<Secrets['write']>) {
  return (ports: Ports): Ports => {
    const write: Secrets['write'] = (...call) => around(call[3], () => ports.secrets.write(...call));
    return { ...ports, secrets: { ...ports.secrets, write } };
  };
}

/** Deletes the application and makes it again, while its Secret stays. Returns the uid of the Secret. */
async function leaveBehind(world: World, app: App): Promise<string> {
  const uid = (await world.secret(app.secretName))?.object.metadata.uid ?? '';
  await patchSecret(app, { metadata: { ownerReferences: null } });
  await app.delete();
  // One without an owner would go with the object.
  await (await startProcess(world, { ports: ownedBy(app.name, uid) })).settle(app);
  await world.createAgain(app);
  expect((await world.secret(app.secretName))?.object.metadata.uid).toBe(uid);
  return uid;
}

/** Ports that show this Secret as one that an application of this name owns, which is gone. */
function ownedBy(soleOwner: string, uid: string) {
  return (ports: Ports): Ports => {
    const owned = <T extends SecretHead>(secret: T | undefined): T | undefined =>
      secret?.uid === uid ? { ...secret, ownerUid: 'u-former', soleOwner } : secret;
    const secrets: Secrets = {
      ...ports.secrets,
      head: (...call) => owned(ports.secrets.head(...call)),
      read: async (...call) => owned(await ports.secrets.read(...call)),
    };
    return { ...ports, secrets };
  };
}

describe('the Secret', () => {
  test('S1: a Secret that is not ours is left alone', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await remove(ground, refOf(app));
    const metadata = { name: app.secretName, namespace: ground.namespace };
    await ground.client.create(SECRETS, { metadata, stringData: { client_id: 'theirs' } }, {}, ground.signal);
    await app.annotate({ [ROTATE]: 'now' });
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), (await world.secret(app.secretName))?.data]).toEqual([
      'SecretNotOurs',
      { client_id: 'theirs' },
    ]);
    expect(world.effects()).toEqual(['create', 'update']);
  });

  test.for(['before', 'after'] as const)(
    'S1: a foreign Secret that appears while a create is lost, %s its effect, is left alone',
    async (when, ctx) => {
      const world = await openWorld(ground);
      const app = await world.create();
      world.emulator.fault({ operation: 'create', when, type: 'reset' });
      const process = await startProcess(world);
      await process.pass(app);
      const metadata = { name: app.secretName, namespace: ground.namespace };
      await ground.client.create(SECRETS, { metadata, stringData: { theirs: 'x' } }, {}, ground.signal);
      await process.settle(app);
      ctx.expect((await world.secret(app.secretName))?.data).toEqual({ theirs: 'x' });
      ctx.expect(await readyReason(app)).toBe('SecretNotOurs');
    },
  );

  test('S1: a foreign Secret that appears while a rotation is lost is left alone', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    world.emulator.fault({ operation: 'rotate', when: 'after', type: 'reset' });
    await app.annotate({ [ROTATE]: 'now' });
    const process = await startProcess(world);
    await process.pass(app);
    await remove(ground, refOf(app));
    const metadata = { name: app.secretName, namespace: ground.namespace };
    await ground.client.create(SECRETS, { metadata, stringData: { theirs: 'x' } }, {}, ground.signal);
    await process.settle(app);
    expect((await world.secret(app.secretName))?.data).toEqual({ theirs: 'x' });
    expect(await readyReason(app)).toBe('SecretNotOurs');
    await remove(ground, refOf(app));
    await process.settle(app);
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
  });

  test.for([
    { lifecycle: 'is new', fault: undefined },
    { lifecycle: 'lost its create', fault: { operation: 'create', when: 'before', type: 'reset' } },
  ] as const)(
    'S1: a Secret that an earlier object of the name left behind gives way when the object $lifecycle',
    async ({ fault }, ctx) => {
      const { world, app } = await openSettledAtLogi(ground);
      const left = await leaveBehind(world, app);
      if (fault !== undefined) world.emulator.fault(fault);
      const process = await startProcess(world, { ports: ownedBy(app.name, left) });
      await process.settle(app);
      ctx.expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
      ctx.expect((await world.secret(app.secretName))?.object.metadata.uid).not.toBe(left);
    },
  );

  test('S1: a Secret that an earlier object of another name left behind is left alone', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const left = await leaveBehind(world, app);
    await (await startProcess(world, { ports: ownedBy('another', left) })).settle(app);
    expect(await readyReason(app)).toBe('SecretNotOurs');
    expect((await world.secret(app.secretName))?.object.metadata.uid).toBe(left);
  });

  test('S1, I7: whoever still knows the earlier object alone leaves the Secret of the present one', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const late = await startProcess(world);
    await late.look();
    const other = await startProcess(world);
    await other.settle(app);
    await app.delete();
    await other.settle(app);
    await world.createAgain(app);
    await other.settle(app);
    const before = await world.secret(app.secretName);
    await late.passWithoutLooking(app);
    expect(await world.secret(app.secretName)).toEqual(before);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });

  test('S1, S4: other keys leave no stale ones behind, keep what others wrote, and issue nothing', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const before = await world.secret(app.secretName);
    await patchSecret(app, { metadata: { labels: { team: 'store' } } });
    await app.change({ secret: { keys: { clientId: 'ID', clientSecret: 'SECRET' } } });
    await (await startProcess(world)).settle(app);
    const after = await world.secret(app.secretName);
    expect(after?.data).toEqual({ ID: before?.data['client_id'], SECRET: before?.data['client_secret'] });
    expect([after?.object.metadata.labels?.['team'], world.effects()]).toEqual(['store', ['create', 'update']]);
  });

  test('S1: while the Secret is going away nothing is minted', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await patchSecret(app, { metadata: { finalizers: ['test.oauthapp.dev/hold'] } });
    await remove(ground, refOf(app));
    await app.annotate({ [ROTATE]: 'now' });
    const process = await startProcess(world);
    await process.pass(app);
    const effects = world.effects();
    await patchSecret(app, { metadata: { finalizers: null } });
    expect(effects).toEqual(['create', 'update']);
    await process.settle(app);
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
  });

  test('S1: nor is a secret whose answer was lost, and the next one is delivered once the Secret is gone', async () => {
    const { world, app, process } = await openSettledAtLogi(ground, { rotation: { onSecretLoss: 'Wait' } });
    world.emulator.fault({ operation: 'rotate', when: 'after', type: 'reset' });
    await app.annotate({ [ROTATE]: 'now' });
    await process.pass(app);
    await patchSecret(app, { metadata: { finalizers: ['test.oauthapp.dev/hold'] } });
    await remove(ground, refOf(app));
    await process.settle(app);
    const effects = world.effects();
    expect([effects, await readyReason(app), await readyMessage(app)]).toEqual([
      ['create', 'update', 'rotate'],
      'SecretRefused',
      'The Secret is being deleted',
    ]);
    await patchSecret(app, { metadata: { finalizers: null } });
    await process.settle(app);
    expect([await readyReason(app), await logsIn(world, app.secretName), (await statusOf(app)).served?.rotate]).toEqual(
      ['InSync', true, 'now'],
    );
  });

  test('S3: a value that was shown is dropped where its Secret is going away by then, and issued once more when that is gone', async () => {
    const { world, app, process } = await openSettledAtLogi(ground, { rotation: { onSecretLoss: 'Wait' } });
    const call = world.emulator.fault({ operation: 'rotate', when: 'after', type: 'hold' });
    await app.annotate({ [ROTATE]: 'now' });
    const pass = process.pass(app);
    await call.hit;
    await patchSecret(app, { metadata: { finalizers: ['test.oauthapp.dev/hold'] } });
    await remove(ground, refOf(app));
    call.release();
    await pass;
    await process.settle(app);
    expect(await statusOf(app)).toMatchObject({ applicationId: '1', secret: { delivered: false } });
    expect([await readyReason(app), await readyMessage(app)]).toEqual(['SecretRefused', 'The Secret is being deleted']);

    await patchSecret(app, { metadata: { finalizers: null } });
    await process.settle(app);
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
  });

  test('S2: a foreign Secret that appears before the first write is left alone, and the id is kept', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const metadata = { name: app.secretName, namespace: ground.namespace };
    const process = await startProcess(world, {
      ports: writing(async (mode, write) => {
        if (mode === 'commit') {
          await ground.client
            .create(SECRETS, { metadata, stringData: { theirs: 'x' } }, {}, ground.signal)
            .catch(() => undefined);
        }
        return write();
      }),
    });
    await process.settle(app);
    expect((await world.secret(app.secretName))?.data).toEqual({ theirs: 'x' });
    expect(await statusOf(app)).toMatchObject({ applicationId: '1', secret: { delivered: false } });
    expect([(await statusOf(app)).operation, await readyReason(app)]).toEqual([undefined, 'SecretNotOurs']);
  });

  test.each([
    { when: 'whose answer was lost', code: 'unavailable' },
    // A connection may repeat a write with preconditions by itself: the answer speaks of the repetition.
    { when: 'that was refused as it was repeated', code: 'refused' },
  ] as const)('S2, S3: a write $when is found and not made again', async ({ code }) => {
    const world = await openWorld(ground);
    const app = await world.create();
    const commits: string[] = [];
    const process = await startProcess(world, {
      ports: writing(async (mode, write) => {
        const head = await write();
        if (mode === 'commit' && commits.push(head.resourceVersion) === 1) throw new ClusterError(code, 'too late');
        return head;
      }),
    });
    await process.settle(app);
    expect([await readyReason(app), commits.length, world.effects()]).toEqual(['InSync', 1, ['create', 'update']]);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });

  test('S3: what the API server would not store is never issued', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world, {
      ports: writing((mode, write) =>
        mode === 'rehearse' ? Promise.reject(new ClusterError('refused', 'quota')) : write(),
      ),
    });
    await process.pass(app);
    expect([await readyReason(app), world.effects()]).toEqual(['SecretRefused', []]);
  });

  test('S3: a value that was shown is written until it is stored', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    let failures = 3;
    const process = await startProcess(world, {
      ports: writing((mode, write) =>
        mode === 'commit' && failures-- > 0 ? Promise.reject(new ClusterError('unavailable', 'no answer')) : write(),
      ),
    });
    await process.settle(app);
    expect([await readyReason(app), world.effects(), await logsIn(world, app.secretName)]).toEqual([
      'InSync',
      ['create', 'update'],
      true,
    ]);
  });

  test('S3: a value that is refused is dropped, the id kept, and the secret issued once more', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    let refusals = 1;
    const process = await startProcess(world, {
      ports: writing((mode, write) =>
        mode === 'commit' && refusals-- > 0 ? Promise.reject(new ClusterError('refused', 'policy')) : write(),
      ),
    });
    await process.pass(app);
    expect(await statusOf(app)).toMatchObject({ applicationId: '1', secret: { delivered: false } });
    expect(await readyReason(app)).toBe('SecretRefused');
    await process.settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['create', 'rotate', 'update']]);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });

  test('S4: an annotation says which key holds what', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const annotation = (await world.secret(app.secretName))?.object.metadata.annotations?.[SECRET_ANNOTATIONS.keys];
    expect(JSON.parse(annotation ?? '')).toEqual({ clientId: 'client_id', clientSecret: 'client_secret' });
  });

  test('S5: the Secret of a public client has a client id, an issuer and no secret key', async () => {
    const { world, app } = await openSettledAtLogi(ground, { type: 'Native' });
    const [registration] = world.live();
    expect((await world.secret(app.secretName))?.data).toEqual({
      client_id: registration?.clientId,
      issuer: world.emulator.url,
    });
  });

  test.each([
    ['somebody else wrote at the same time', 'conflict'],
    ['the API server had no answer', 'unavailable'],
  ] as const)('S5: what is missing of a Secret is written, although %s', async (_, code) => {
    const { world, app } = await openSettledAtLogi(ground, { secret: { template: { data: { realm: 'shop' } } } });
    await patchSecret(app, { data: { realm: null } });
    let commits = 0;
    const failingOnce = writing((mode, write) => {
      if (mode === 'commit') commits += 1;
      return commits === 1 ? Promise.reject(new ClusterError(code, 'not now')) : write();
    });
    await (await startProcess(world, { ports: failingOnce })).settle(app);
    expect([await readyReason(app), (await world.secret(app.secretName))?.data['realm']]).toEqual(['InSync', 'shop']);
  });

  test('S3: a Secret whose layout the API server does not let us change is said to be refused', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await patchSecret(app, { immutable: true });
    await app.change({ secret: { format: 'Env' } });
    let commits = 0;
    const counted = writing((mode, write) => {
      if (mode === 'commit') commits += 1;
      return write();
    });
    await (await startProcess(world, { ports: counted })).pass(app);
    expect([await readyReason(app), commits]).toEqual(['SecretRefused', 1]);
  });

  test.each([
    { what: 'label', body: { metadata: { labels: { [LABELS.applicationUid]: null } } } },
    { what: 'owner', body: { metadata: { ownerReferences: null } } },
  ])('S4: a Secret whose $what admission takes off is written once in a pass, and told of', async ({ body }) => {
    const world = await openWorld(ground);
    const app = await world.create();
    let commits = 0;
    const altered = ({ secrets, ...ports }: Ports): Ports => ({
      ...ports,
      secrets: {
        ...secrets,
        async write(...call) {
          const head = await secrets.write(...call);
          if (call[3] === 'rehearse') return head;
          commits += 1;
          await patchSecret(app, body);
          return (await secrets.read(ground.namespace, head.name, ground.signal)) ?? head;
        },
      },
    });
    const process = await startProcess(world, { ports: altered });
    await process.pass(app);
    const before = commits;
    expect(await process.pass(app)).toEqual({ type: 'back-off' });
    expect([await readyReason(app), commits - before]).toEqual(['SecretRefused', 1]);
    expect([await readyMessage(app), await logsIn(world, app.secretName)]).toEqual([
      expect.stringContaining(app.secretName),
      true,
    ]);

    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), world.live().length]).toEqual(['InSync', 1]);
  });

  test('S6: a Secret that the cache lacks is looked for live before anything is issued', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world, {
      ports: (ports) => ({ ...ports, secrets: { ...ports.secrets, head: () => undefined } }),
    });
    await process.settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['create', 'update']]);
  });

  test('S7: a changed value that logs in is kept', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const value = world.emulator.rotateByHand(1);
    await patchSecret(app, { stringData: { client_secret: value } });
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), world.effects(), await logsIn(world, app.secretName)]).toEqual([
      'InSync',
      ['create', 'update'],
      true,
    ]);
  });

  test('S5, S7: a changed value that logs in is kept, and goes wherever the template says', async () => {
    const world = await openWorld(ground);
    const template = { data: { 'config.json': '{"secret":"${clientSecret}"}' } };
    const app = await world.create({ secret: { template } });
    await (await startProcess(world)).settle(app);
    const value = world.emulator.rotateByHand(1);
    await patchSecret(app, { stringData: { client_secret: value } });
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['create', 'update']]);
    expect((await world.secret(app.secretName))?.data).toMatchObject({
      client_secret: value,
      'config.json': JSON.stringify({ secret: value }),
    });
  });

  test('S7: a changed value that does not log in is a loss', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await patchSecret(app, { stringData: { client_secret: 'nonsense-that-nobody-issued' } });
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), world.effects(), await logsIn(world, app.secretName)]).toEqual([
      'InSync',
      ['create', 'update', 'rotate'],
      true,
    ]);
  });

  test('S7: with onSecretLoss: Wait a loss waits for a token', async () => {
    const { world, app } = await openSettledAtLogi(ground, { rotation: { onSecretLoss: 'Wait' } });
    await remove(ground, refOf(app));
    const process = await startProcess(world);
    await process.pass(app);
    expect([await readyReason(app), world.effects()]).toEqual(['SecretLost', ['create', 'update']]);
    await app.annotate({ [ROTATE]: 'now' });
    await process.settle(app);
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
  });

  test('S10: reconcile-requested-at finds a value that no longer logs in', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    world.emulator.rotateByHand(1);
    await app.annotate({ [RECHECK]: 'now' });
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
    expect((await statusOf(app)).served?.reconcile).toBe('now');
  });

  test('S10: reconcile-requested-at is served once the provider has said whether the value logs in', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    world.emulator.rotateByHand(1);
    await app.annotate({ [RECHECK]: 'now' });
    world.emulator.fault({
      operation: 'token',
      when: 'before',
      type: 'status',
      status: 429,
      body: '{"error":"slow_down"}',
    });
    const process = await startProcess(world);
    await process.pass(app);
    expect((await statusOf(app)).served?.reconcile).toBeUndefined();
    await process.settle(app);
    expect((await statusOf(app)).served?.reconcile).toBe('now');
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
  });

  test('S10: unknown proves nothing, so that nothing is issued', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    world.emulator.set({ tokenCheck: 'grant-first' });
    await patchSecret(app, { stringData: { client_secret: 'nonsense-that-nobody-issued' } });
    await (await startProcess(world)).pass(app);
    expect([await readyReason(app), world.effects()]).toEqual(['SecretLost', ['create', 'update']]);
  });
});
