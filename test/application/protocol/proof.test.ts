import { beforeAll, describe, expect, test } from 'vitest';
import { LABELS, SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import type { SecretDraft, Secrets } from '../../../src/application/ports/secrets.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { verdictOf } from '../../idp/failure.ts';
import { NEVER, openLogi } from '../../idp/logi/logi.ts';
import { always, type Script, scriptedServer } from '../../idp/scripted-server.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { REGISTER_ANEW, ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi } from '../../support/bench/settled.ts';
import {
  type App,
  elderAndYounger,
  logsIn,
  openWorld,
  readyReason,
  statusOf,
  type World,
} from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** Writes to the Secret as a tenant may. */
async function tamper({ secretName: name }: App, metadata: Readonly<Record<string, unknown>>): Promise<void> {
  const ref = { resource: SECRETS, namespace: ground.namespace, name };
  await ground.rival.patch(ref, { type: 'merge', body: { metadata } }, {}, ground.signal);
}

describe('a rival without a proof', () => {
  test.each([
    { why: 'no seal', seal: () => null },
    { why: 'a seal of his own making', seal: () => `v1:${'0'.repeat(64)}` },
    { why: 'a seal that he says a later release made', seal: () => 'v2:sealed' },
    {
      why: "the owner's seal, which anybody may read who reads his status",
      seal: (sealed: string | undefined) => sealed,
    },
  ])('I2, R12: takes no registration from its owner with $why', async ({ seal }) => {
    const world = await openWorld(ground);
    const [forger, owner] = await elderAndYounger(world);
    await (await startProcess(world)).settle(owner);
    const { provider, applicationId, clientId, seal: sealed } = await statusOf(owner);
    await forger.forge({ provider, applicationId, clientId, seal: seal(sealed), registration: {} });

    await owner.annotate({ [ROTATE]: 'now' });
    const process = await startProcess(world);
    await process.settle(owner);
    expect([await readyReason(owner), (await statusOf(owner)).served?.rotate]).toEqual(['InSync', 'now']);
    expect(await logsIn(world, owner.secretName)).toBe(true);

    await owner.delete();
    await process.settle(owner);
    expect([await owner.find(), world.live()]).toEqual([undefined, []]);
  });

  test('R7: does not keep an answer from whom it belongs to', async () => {
    const world = await openWorld(ground);
    const [forger, owner] = await elderAndYounger(world);
    const process = await startProcess(world);
    const { identity } = (await world.getProvider()).status ?? {};
    const { uid } = (await world.getProvider()).metadata;
    const provider = { kind: 'OAuthProvider', name: world.provider, uid, identity };
    await forger.forge({ provider, applicationId: '1', clientId: 'logi_1' });
    await process.settle(owner);
    expect([await readyReason(owner), (await statusOf(owner)).applicationId]).toEqual(['InSync', '1']);
  });
});

test('A3: what another application holds is not shown to one that observes it', async () => {
  const { world, app: owner } = await openSettledAtLogi(ground);
  await world.changeProvider({ spec: { access: [{ adoptable: ['1'] }] } });
  const adopt = { applicationId: '1', secret: 'Rotate' } as const;
  const observer = await world.create({ management: 'Observe', deletionPolicy: 'Retain', adopt }, 'observer');
  await (await startProcess(world)).pass(observer);
  expect([await readyReason(observer), (await statusOf(observer)).plan]).toEqual(['NameTaken', undefined]);
  expect(await readyReason(owner)).toBe('InSync');
});

test('A1, R7: what an object of a later release may hold is not adopted, and nothing is given away', async () => {
  const world = await openWorld(ground);
  world.emulator.createByHand('Shop');
  await world.changeProvider({ spec: { access: [{ adoptable: ['1'] }] } });
  const unreadable = (ports: Ports): Ports => ({
    ...ports,
    applications: { ...ports.applications, holding: () => Promise.resolve('unreadable') },
  });
  const app = await world.create({ deletionPolicy: 'Delete', adopt: { applicationId: '1', secret: 'Rotate' } });
  await (await startProcess(world, { ports: unreadable })).calm(app);
  expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['ForeignVersion', undefined]);
  expect([world.effects(), await world.secret(app.secretName)]).toEqual([[], undefined]);
});

const FORGED_KEYS = [
  { why: 'the secret for a client id', keys: { clientId: 'client_secret', clientSecret: 'client_id' } },
  { why: 'no secret at all', keys: { clientId: 'client_id' } },
  { why: 'a secret in a key that is not there', keys: { clientId: 'client_id', clientSecret: 'missing' } },
];

describe('a sealed Secret', () => {
  test.each(FORGED_KEYS)(
    'R9: is taken back as one that holds no value while its annotation gives $why',
    async ({ keys }) => {
      const { world, app } = await openSettledAtLogi(ground);
      const { applicationId, clientId } = await statusOf(app);
      const secret = await world.secret(app.secretName);
      await tamper(app, { annotations: { [SECRET_ANNOTATIONS.keys]: JSON.stringify(keys) } });
      await app.loseStatus();
      const process = await startProcess(world);
      await process.pass(app);
      expect(JSON.stringify([await app.get(), process.happenings])).not.toContain(secret?.data['client_secret']);

      await process.settle(app);
      expect([await readyReason(app), await statusOf(app)]).toMatchObject(['InSync', { applicationId, clientId }]);
      expect(world.effects()).toEqual(['create', 'update', 'rotate']);
      expect(await logsIn(world, app.secretName)).toBe(true);
    },
  );

  test.each(FORGED_KEYS)('R2: finishes no operation while its annotation gives $why', async ({ keys }) => {
    const { world, app } = await openSettledAtLogi(ground);
    const { provider, applicationId, clientId } = await statusOf(app);
    const secret = await world.secret(app.secretName);
    const id = secret?.object.metadata.annotations?.[SECRET_ANNOTATIONS.operation];
    await tamper(app, { annotations: { [SECRET_ANNOTATIONS.keys]: JSON.stringify(keys) } });
    await app.loseStatus();
    const record = { v: 1, id, type: 'register', holder: 'dead', deadlineSeconds: 10, serial: 1 };
    await app.forge({ provider, operation: { ...record, secretName: app.secretName } });

    const process = await startProcess(world);
    await process.settle(app);
    expect([await readyReason(app), await statusOf(app)]).toMatchObject(['InSync', { applicationId, clientId }]);
    expect(JSON.stringify([await app.get(), process.happenings])).not.toContain(secret?.data['client_secret']);
    expect(world.effects()).toEqual(['create', 'update', 'rotate']);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });
});

describe('delivery', () => {
  /** Ports on which a rival puts a Secret of the same operation in the way of the first write. */
  function obstructed(by: (draft: SecretDraft, ownerUid: string) => Promise<void>) {
    return (ports: Ports): Ports => {
      let state: 'free' | 'blocked' = 'free';
      const write: Secrets['write'] = async (...call) => {
        const [owner, draft, , mode] = call;
        if (mode === 'commit' && state === 'free') {
          state = 'blocked';
          await by(draft, owner.metadata.uid);
        }
        return ports.secrets.write(...call);
      };
      return { ...ports, secrets: { ...ports.secrets, write } };
    };
  }

  test('S2: a forged Secret of the same operation and serial does not count as delivered', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world, {
      ports: obstructed(async ({ name, notes }, uid) => {
        const annotations = {
          [SECRET_ANNOTATIONS.seal]: notes.seal,
          [SECRET_ANNOTATIONS.serial]: String(notes.serial),
          [SECRET_ANNOTATIONS.operation]: notes.operation,
          [SECRET_ANNOTATIONS.keys]: JSON.stringify(notes.keys),
          [SECRET_ANNOTATIONS.layout]: notes.layout,
          [SECRET_ANNOTATIONS.applicationId]: notes.applicationId,
          [SECRET_ANNOTATIONS.providerIdentity]: notes.identity,
          [SECRET_ANNOTATIONS.namespaceUid]: notes.namespaceUid,
        };
        const ownerReferences = [
          { apiVersion: 'oauthapp.dev/v1alpha1', kind: 'OAuthApplication', name: app.name, uid },
        ];
        const metadata = { name, namespace: ground.namespace, annotations, ownerReferences };
        const stringData = { client_id: 'forged', client_secret: 'forged' };
        await ground.rival.create(SECRETS, { metadata, stringData }, {}, ground.signal);
      }),
    });
    await process.settle(app);
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
    expect(world.effects()).toEqual(['create', 'update']);
  });

  test('S3: a Secret that lost our label is rehearsed over, and not taken for absent', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await tamper(app, { labels: { [LABELS.applicationUid]: null } });
    await app.annotate({ [ROTATE]: 'now' });
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), (await statusOf(app)).served?.rotate]).toEqual(['InSync', 'now']);
    expect([world.effects(), await logsIn(world, app.secretName)]).toEqual([['create', 'update', 'rotate'], true]);
    const labels = (await world.secret(app.secretName))?.object.metadata.labels;
    expect(labels?.[LABELS.applicationUid]).toBe((await app.get()).metadata.uid);
  });
});

describe('register-anew', () => {
  const createsIn = (world: World): number => world.effects().filter((effect) => effect === 'create').length;

  test('R10: a token that stands for ever is served once, whoever looks', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.annotate({ [REGISTER_ANEW]: 'please' });
    for (let starts = 0; starts < 3; starts += 1) await (await startProcess(world)).settle(app);
    expect([await readyReason(app), createsIn(world), (await statusOf(app)).served?.anew]).toEqual([
      'InSync',
      2,
      'please',
    ]);
  });

  test('R10: another token is served like the first', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    for (const token of ['first', 'second']) {
      await app.annotate({ [REGISTER_ANEW]: token });
      await process.settle(app);
    }
    expect([await readyReason(app), createsIn(world), (await statusOf(app)).served?.anew]).toEqual([
      'InSync',
      3,
      'second',
    ]);
    expect((await world.secret(app.secretName))?.data['client_id']).toBe((await statusOf(app)).clientId);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });

  test('T1, R10: a token that was served is not served again when it is put back after another one', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    for (const token of ['git', 'by-hand', 'git']) {
      await app.annotate({ [REGISTER_ANEW]: token });
      await process.settle(app);
    }
    expect([await readyReason(app), createsIn(world)]).toEqual(['InSync', 3]);
  });

  test('R6, R10: one whose create is lost under a final name is not served a second time', async () => {
    const { world, app } = await openSettledAtLogi(ground, {}, { registrationName: 'Final' });
    await app.annotate({ [REGISTER_ANEW]: 'please' });
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    for (let starts = 0; starts < 2; starts += 1) await (await startProcess(world)).settle(app);
    expect([await readyReason(app), createsIn(world)]).toEqual(['RegistrationUncertain', 2]);
  });

  test('R10: one that comes between a Secret of another name and its status gives another registration', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const name = `${app.secretName}-new`;
    app.alsoUses(name);
    await app.change({ secret: { name } });
    await (await startProcess(world, { ports: overtaken(app) })).settle(app);
    await expectAnother(world, app, name);
  });

  test('R10: one that comes after the Secret was put back from a backup gives another registration', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await putSecretBack(world, app);
    await app.annotate({ [REGISTER_ANEW]: 'leaked' });
    await (await startProcess(world)).settle(app);
    await expectAnother(world, app, app.secretName);
  });

  /** One is asked for once the Secret is written, so that the status meets another version of the object. */
  function overtaken(app: App): (ports: Ports) => Ports {
    let times = 0;
    return ({ secrets, ...ports }) => ({
      ...ports,
      secrets: {
        ...secrets,
        async write(...args) {
          const head = await secrets.write(...args);
          if (args[3] === 'commit' && times++ === 0) await app.annotate({ [REGISTER_ANEW]: 'leaked' });
          return head;
        },
      },
    });
  }

  /** The same as it was, seal and all, under another uid. */
  async function putSecretBack(world: World, app: App): Promise<void> {
    const { object } = (await world.secret(app.secretName)) ?? {};
    const { labels, annotations, ownerReferences } = object?.metadata ?? {};
    const metadata = { name: app.secretName, namespace: ground.namespace, labels, annotations, ownerReferences };
    await app.loseSecret();
    await ground.rival.create(SECRETS, { metadata, data: object?.['data'] }, {}, ground.signal);
  }

  /** The second in its world, with the Secret of this name; the first is left as it was. */
  async function expectAnother(world: World, app: App, secretName: string): Promise<void> {
    const { applicationId, served } = await statusOf(app);
    expect([await readyReason(app), applicationId, served?.anew, createsIn(world)]).toEqual([
      'InSync',
      '2',
      'leaked',
      2,
    ]);
    expect([await logsIn(world, secretName), world.live().length]).toEqual([true, 2]);
  }

  test('O7, R10: one that is set while a rotation is open is served after it', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    await app.annotate({ [ROTATE]: 'now' });
    world.emulator.fault({ operation: 'rotate', when: 'after', type: 'reset' });
    await process.pass(app);
    expect((await statusOf(app)).operation?.type).toBe('rotate');
    await app.annotate({ [REGISTER_ANEW]: 'please' });
    await process.settle(app);
    expect([await readyReason(app), createsIn(world), (await statusOf(app)).served]).toEqual([
      'InSync',
      2,
      { rotate: 'now', anew: 'please' },
    ]);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });

  test('O7, R10: one that is set while the first create is open is served by that, and leaves one registration', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await process.pass(app);
    await app.annotate({ [REGISTER_ANEW]: 'please' });
    for (const each of [process, await startProcess(world)]) await each.settle(app);
    expect([await readyReason(app), createsIn(world), (await statusOf(app)).served?.anew]).toEqual([
      'InSync',
      1,
      'please',
    ]);
  });

  test('O7, R10: one whose create is lost is served by its repetition, and by no further one', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    await app.annotate({ [REGISTER_ANEW]: 'first' });
    world.emulator.fault({ operation: 'create', when: 'before', type: 'reset' });
    await process.pass(app);
    expect((await statusOf(app)).operation?.type).toBe('register');
    for (const each of [process, await startProcess(world)]) await each.settle(app);
    expect([await readyReason(app), createsIn(world), (await statusOf(app)).served?.anew]).toEqual([
      'InSync',
      2,
      'first',
    ]);
  });
});

describe('a create that is answered with what was there before', () => {
  test('R7: is believed neither with a name nor without, and is made again', async () => {
    for (const said of [{ name: 'Bank' }, {}]) {
      const world = await openWorld(ground);
      const { application: theirs } = world.emulator.createByHand('Bank');
      const { id, clientId } = theirs;
      const body = JSON.stringify({ id, client_id: clientId, client_secret: 'a lie', ...said });
      world.emulator.fault({ operation: 'create', when: 'before', type: 'status', status: 201, body });
      const app = await world.create();
      await (await startProcess(world)).settle(app);
      expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', '2']);
      expect(world.emulator.applications()[0]).toEqual(theirs);
    }
  });
});

test('R3: two paged runs that count the same and name others are not believed', async () => {
  let requests = 0;
  const script: Script = (arrival, response) => {
    requests += 1;
    const page = (requests - 1) % 2;
    const ids = [[1, 2], requests > 2 ? [4] : [3]][page] ?? [];
    const applications = ids.map((id) => ({ id, client_id: `logi_${id}`, name: `App ${id}` }));
    const next = page === 0 ? { has_more: true, next_page: 2 } : { has_more: false };
    always(200, { applications, total: 3, ...next })(arrival, response);
  };
  await using server = await scriptedServer(script);
  await using logi = openLogi(server.url);
  expect(await verdictOf(logi.provider.inventory(NEVER))).toBe('unavailable, unknown');
  expect(requests).toBe(4);
});
