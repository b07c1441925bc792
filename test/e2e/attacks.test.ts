import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANNOTATIONS, FINALIZERS, LABELS, SECRET_ANNOTATIONS } from '../../src/api/names.ts';
import { conditionOf, type ShownSecret } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { createWorld, idOf, keptUnder, logi, logsIn, type World, web } from '../support/world.ts';

let world: World;

/** What the tenant is after: an application of somebody else in his own namespace. */
let vault: { readonly id: string; readonly uid: string; readonly seal: string | undefined };
let vaultSecret: ShownSecret;

/** A registration that nobody holds and that the provider lets be adopted. */
let adoptable: string;

beforeAll(async () => {
  world = await createWorld();
  await world.startOperator();
  await world.apply(web('vault', { redirectUris: ['https://vault.example.com/cb'] }));
  const { metadata, status } = await world.ready('vault');
  vault = { id: status?.applicationId ?? '', uid: metadata.uid, seal: status?.seal };
  vaultSecret = await secretOf('vault-oauth');
  adoptable = String(
    world.emulator.createByHand('Bank', { redirectUris: ['https://bank.example.com/cb'] }).application.id,
  );
  await world.apply(logi(world.emulator.url, { access: [{ adoptable: [vault.id, adoptable] }] }));
  await until(
    'the grant is known',
    () => world.provider(),
    (provider) => provider?.status?.observedGeneration === provider?.metadata.generation,
  );
});

afterAll(() => world[Symbol.asyncDispose]());

/** How every secret of the emulator begins. */
const ISSUED = 'logi_secret_';

const FAILING = { type: 'status', status: 503, when: 'before', times: 'always' } as const;

async function secretOf(name: string): Promise<ShownSecret> {
  const secret = await world.secret(name);
  if (secret === undefined) throw new Error(`there is no Secret ${name}`);
  return secret;
}

async function annotate(name: string, annotations: Readonly<Record<string, string>>): Promise<void> {
  await world.patch('OAuthApplication', name, { metadata: { annotations } });
}

async function gone(name: string): Promise<void> {
  await until(
    `${name} is gone`,
    () => world.application(name),
    (application) => application === undefined,
  );
}

function registration(id: string) {
  return world.emulator.applications().find((application) => String(application.id) === id);
}

function callsOf(operation: string): number {
  return world.emulator.journal.filter((call) => call.operation === operation).length;
}

/** The application goes on as before: nothing of it was touched, and its credentials log in. */
async function vaultIsWhole(): Promise<void> {
  const { status } = await world.ready('vault');
  expect(status?.applicationId).toBe(vault.id);
  expect(registration(vault.id)).toMatchObject({ name: 'vault', secretsIssued: 1, softDeleted: false });
  expect(await world.secret('vault-oauth')).toEqual(vaultSecret);
  expect(await logsIn(world, 'vault-oauth')).toBe(true);
}

describe('a template', () => {
  const TRICKS = [
    { trick: 'names a Secret', text: '${secret:vault-oauth.client_secret}' },
    { trick: 'names a path', text: '${../vault-oauth/client_secret}' },
    { trick: 'names the environment', text: '${env.HOME}' },
    { trick: 'names a property of a value', text: '${clientSecret.constructor}' },
    { trick: 'names what every object has', text: '${__proto__}' },
    { trick: 'nests placeholders', text: '${${clientId}}' },
    { trick: 'names a filter that is none', text: '${clientId|exec}' },
    { trick: 'leaves a placeholder open', text: 'x${clientSecret' },
  ];

  test.for(TRICKS)('that $trick is refused before any call, and is not quoted', async ({ text }, ctx) => {
    const creates = callsOf('create');
    await world.apply(web('templated', { secret: { template: { data: { stolen: text } } } }));
    const { message } = await world.reason('templated', 'InvalidSpec');
    ctx.expect(message).toContain('spec.secret.template.data');
    ctx.expect(message).not.toContain(text);
    ctx.expect(callsOf('create')).toBe(creates);
    ctx.expect(await world.secret('templated-oauth')).toBeUndefined();
    await world.remove('OAuthApplication', 'templated');
    await gone('templated');
  });

  test('that looks like a placeholder once it is filled is text', async () => {
    await world.apply(web('literal', { secret: { template: { data: { text: '$${clientSecret} $${${issuer}}' } } } }));
    await world.ready('literal');
    expect((await secretOf('literal-oauth')).data['text']).toBe(`\${clientSecret} \${${world.emulator.url}}`);
  });

  test('that would grow beyond what a Secret holds is refused before any call', async () => {
    const bomb = '${clientSecret|url|url|url}'.repeat(600);
    const data = Object.fromEntries(Array.from({ length: 32 }, (_, at) => [`key-${at}`, bomb]));
    const creates = callsOf('create');
    await world.apply(web('bomb', { secret: { template: { data } } }));
    expect((await world.reason('bomb', 'InvalidSpec')).message).toContain('262144');
    expect(callsOf('create')).toBe(creates);
    expect(JSON.stringify(await world.application('bomb')).split(bomb)).toHaveLength(33);
  });
});

describe("somebody's Secret", () => {
  const adoption = (applicationId: string, secretRef: Readonly<Record<string, unknown>>) => ({
    deletionPolicy: 'Retain',
    adopt: { applicationId, secretRef },
  });

  test('is not copied by adopting its registration, which is held', async () => {
    await world.apply(web('copier', adoption(vault.id, { name: 'vault-oauth' })));
    const { message } = await world.reason('copier', 'NameTaken');
    expect(message).toBe('spec.adopt.applicationId: the registration belongs to OAuthApplication vault');
    expect(await world.secret('copier-oauth')).toBeUndefined();
    await vaultIsWhole();
  });

  test.for([
    { what: 'an application', name: 'vault-oauth', keys: {} },
    { what: 'the provider object', name: 'logi-key', keys: { clientId: 'apiKey', clientSecret: 'apiKey' } },
  ])('is not copied by adopting another registration with that of $what', async ({ name, keys }, ctx) => {
    const copier = `copier-of-${name}`;
    await world.apply(web(copier, adoption(adoptable, { name, keys })));
    const { message } = await world.reason(copier, 'AdoptionRefused');
    ctx.expect(message).not.toContain(vaultSecret.data['client_id']);
    ctx.expect(message).not.toContain('lpa_pat');
    ctx.expect(await world.secret(`${copier}-oauth`)).toBeUndefined();
    ctx.expect((await world.application(copier))?.metadata.finalizers).toBeUndefined();
  });

  test.for([
    { what: "the provider object's", name: 'logi-key', reason: 'SecretNotOurs' },
    { what: "another application's", name: 'vault-oauth', reason: 'SecretNameConflict' },
  ])('is not written over where spec.secret.name says $what', async ({ name, reason }, ctx) => {
    const before = await world.secret(name);
    const creates = callsOf('create');
    await world.apply(web('writer', { secret: { name } }));
    await world.reason('writer', reason);
    ctx.expect(await world.secret(name)).toEqual(before);
    ctx.expect(callsOf('create')).toBe(creates);
    await world.remove('OAuthApplication', 'writer');
    await gone('writer');
    ctx.expect(await world.secret(name)).toEqual(before);
  });

  test.for([
    { what: 'a label', forged: (uid: string) => ({ labels: { [LABELS.applicationUid]: uid } }) },
    {
      what: "every annotation of another application's Secret, seal and all",
      forged: (uid: string) => ({
        labels: { [LABELS.applicationUid]: uid },
        annotations: vaultSecret.metadata.annotations,
      }),
    },
    {
      what: "the seal of another application's status",
      forged: (uid: string) => ({
        labels: { [LABELS.applicationUid]: uid },
        annotations: { ...vaultSecret.metadata.annotations, [SECRET_ANNOTATIONS.seal]: vault.seal },
      }),
    },
    {
      what: 'another application for an owner',
      forged: () => ({
        annotations: vaultSecret.metadata.annotations,
        ownerReferences: [
          { apiVersion: 'oauthapp.dev/v1alpha1', kind: 'OAuthApplication', name: 'vault', uid: vault.uid },
        ],
      }),
    },
  ])('does not become ours by $what', async ({ forged }, ctx) => {
    await world.apply(web('taker', { suspend: true, secret: { name: 'prize' } }));
    const uid = (await world.application('taker'))?.metadata.uid ?? '';
    const data = { theirs: 'yes', ...vaultSecret.data };
    const prize = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'prize', ...forged(uid) } };
    await world.apply({ ...prize, stringData: data });
    const before = await world.secret('prize');
    await world.apply(web('taker', { suspend: false, secret: { name: 'prize' } }));
    await world.reason('taker', 'SecretNotOurs');
    const { status } = (await world.application('taker')) ?? {};
    ctx.expect([status?.applicationId, status?.clientId]).toEqual([undefined, undefined]);
    ctx.expect(await world.secret('prize')).toEqual(before);
    await world.remove('OAuthApplication', 'taker');
    await gone('taker');
    ctx.expect(await world.secret('prize')).toEqual(before);
    await world.remove('Secret', 'prize');
    await vaultIsWhole();
  });
});

describe("somebody's registration", () => {
  const ADOPTION = { deletionPolicy: 'Retain', type: 'Web' } as const;

  test.for([
    { what: 'that is held, though it may be adopted', id: () => vault.id, reason: 'NameTaken' },
    { what: 'that may not be adopted', id: () => '1000000', reason: 'AccessDenied' },
  ])('$what is neither adopted nor shown', async ({ id, reason }, ctx) => {
    for (const management of ['Full', 'Observe'] as const) {
      const name = `thief-${management.toLowerCase()}-${reason.toLowerCase()}`;
      await world.apply(web(name, { ...ADOPTION, management, adopt: { applicationId: id(), secret: 'Rotate' } }));
      await world.reason(name, reason);
      const shown = await world.application(name);
      ctx.expect([shown?.status?.plan, shown?.status?.applicationId]).toEqual([undefined, undefined]);
      ctx.expect(JSON.stringify(shown?.status)).not.toContain('vault.example.com');
      await world.remove('OAuthApplication', name);
      await gone(name);
    }
    await vaultIsWhole();
  });
});

describe('an object of his own', () => {
  test('with a forged finalizer gets nothing until it is asked for anew, or leaves with it', async () => {
    const forged = (name: string) => {
      const manifest = web(name);
      return { ...manifest, metadata: { ...manifest.metadata, finalizers: [FINALIZERS.registration] } };
    };
    for (const name of ['forged-kept', 'forged-left']) {
      await world.apply(forged(name));
      await world.reason(name, 'StatusLost');
      expect(keptUnder(world, name)).toEqual([]);
    }
    await annotate('forged-kept', { [ANNOTATIONS.registerAnew]: 'please' });
    await world.ready('forged-kept');
    expect(await logsIn(world, 'forged-kept-oauth')).toBe(true);

    await world.remove('OAuthApplication', 'forged-left');
    await world.reason('forged-left', 'DeletionBlocked');
    await annotate('forged-left', { [ANNOTATIONS.abandon]: 'true' });
    await gone('forged-left');
    expect(keptUnder(world, 'forged-left')).toEqual([]);
  });

  test('with abandon leaves its own registration behind, and only once the provider fails', async () => {
    await world.apply(web('abandoned'));
    const id = String(idOf(await world.ready('abandoned')));
    await annotate('abandoned', { [ANNOTATIONS.abandon]: 'true' });
    await world.relist();
    expect((await world.ready('abandoned')).metadata.finalizers).toContain(FINALIZERS.registration);
    const failing = world.emulator.fault({ operation: 'delete', ...FAILING });
    await world.remove('OAuthApplication', 'abandoned');
    await gone('abandoned');
    failing.remove();
    expect(registration(id)?.softDeleted).toBe(false);
    await vaultIsWhole();
  });

  test('with register-anew gets another registration, and only once for a token', async () => {
    await world.apply(web('renewed'));
    const former = String(idOf(await world.ready('renewed')));
    await annotate('renewed', { [ANNOTATIONS.registerAnew]: 'please' });
    await until(
      'it has another',
      () => world.application('renewed'),
      (shown) => shown?.status?.applicationId !== undefined && shown.status.applicationId !== former,
    );
    await world.ready('renewed');
    await world.relist();
    await world.ready('renewed');
    expect(keptUnder(world, 'renewed').map(({ id }) => String(id))).toHaveLength(2);
    expect(registration(former)).toMatchObject({ softDeleted: false, secretsIssued: 1 });
    await vaultIsWhole();
  });

  test('with a token of 10,000 characters is rotated once', async () => {
    await world.apply(web('talkative'));
    const id = String(idOf(await world.ready('talkative')));
    const token = 'x'.repeat(10_000);
    await annotate('talkative', { [ANNOTATIONS.rotateRequestedAt]: token });
    const rotated = await until(
      'it is served',
      () => world.application('talkative'),
      (application) => application?.status?.served?.rotate !== undefined,
    );
    expect(rotated?.status?.served?.rotate).toBe(token.slice(0, 256));
    for (const reconcile of ['one', 'two']) {
      await annotate('talkative', { [ANNOTATIONS.reconcileRequestedAt]: reconcile });
      await until(
        'it was looked at',
        () => world.application('talkative'),
        (application) => application?.status?.served?.reconcile === reconcile,
      );
    }
    await world.ready('talkative');
    expect(registration(id)?.secretsIssued).toBe(2);
    expect(await logsIn(world, 'talkative-oauth')).toBe(true);
  });
});

test.for([
  { spec: { secretRef: { name: 'vault-oauth' } }, field: 'spec.secretRef' },
  { spec: { secret: { nmae: 'typo' } }, field: 'spec.secret.nmae' },
  { spec: { providerRef: { name: 'logi', namespace: 'kube-system' } }, field: 'spec.providerRef.namespace' },
  {
    spec: { deletionPolicy: 'Retain', adopt: { applicationId: '1', secretRef: { name: 'a', namespace: 'b' } } },
    field: 'spec.adopt.secretRef.namespace',
  },
  { spec: { rotation: { intervall: '24h' } }, field: 'spec.rotation.intervall' },
])('a field that nobody knows is refused at admission: $field', async ({ spec, field }, ctx) => {
  ctx.expect(await world.refusal(web('unknown', spec))).toContain(field);
  ctx.expect(await world.application('unknown')).toBeUndefined();
});

test('nothing of all this brought a secret into a status, a message or an Event', async () => {
  const applications = JSON.stringify(await world.list('oauthapp.dev/v1alpha1', 'oauthapplications'));
  const events = JSON.stringify(await world.list('events.k8s.io/v1', 'events'));
  expect(conditionOf(await world.application('vault'), 'Ready')?.status).toBe('True');
  expect(events).toContain('Registered');
  expect(`${applications}${events}`).not.toContain(ISSUED);
});
