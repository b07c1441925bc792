import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Distortion } from '../../dev/emulators/faults.ts';
import { type LogiEmulator, startLogiEmulator } from '../../dev/emulators/logi.ts';
import type { Condition } from '../../src/api/conditions.ts';
import type { OAuthProvider } from '../../src/api/provider.ts';
import type { Manifest } from '../support/admin-api.ts';
import { conditionOf, eventsAbout } from '../support/namespace-world.ts';
import { applyRights } from '../support/operator.ts';
import { untilRight } from '../support/rights.ts';
import { until } from '../support/until.ts';
import { createWorld, credentials, idOf, logi, logsIn, type World, web } from '../support/world.ts';

/** How each reason is reached that no other test of a whole process reaches, what is told with it, and the way out. */
let world: World;

/** Ids that registrations of these tests may have. */
const ADOPTABLE = Array.from({ length: 100 }, (_, at) => String(at + 1));
const NOBODYS = '100';

const HOUR_MS = 3_600_000;

beforeAll(async () => {
  world = await createWorld({ provider: 'absent' });
  await world.apply(credentials());
  await world.apply(logi(world.emulator.url, { access: [{ adoptable: ADOPTABLE }] }));
  await world.startOperator();
});

afterAll(() => world?.[Symbol.asyncDispose]());

function annotate(
  kind: 'OAuthApplication' | 'OAuthProvider',
  name: string,
  what: string,
  value = 'now',
): Promise<void> {
  return world.patch(kind, name, { metadata: { annotations: { [`oauthapp.dev/${what}`]: value } } });
}

/** As somebody with the right to write the status. */
async function forge(resource: 'oaa' | 'oap', name: string, status: Readonly<Record<string, unknown>>): Promise<void> {
  const patch = JSON.stringify({ status });
  const { code, stderr } = await world.kubectl(
    'patch',
    resource,
    name,
    '--subresource=status',
    '--type=merge',
    `--patch=${patch}`,
  );
  if (code !== 0) throw new Error(stderr);
}

/** Resolves with the condition of this type when it has this reason. */
async function condition(name: string, type: string, reason: string): Promise<Condition | undefined> {
  const application = await until(
    `${type} of ${name} is ${reason}`,
    () => world.application(name),
    (shown) => conditionOf(shown, type)?.reason === reason,
  );
  return conditionOf(application, type);
}

/** Resolves with the Ready condition of a provider object when it has this reason for the present spec. */
async function providerReason(name: string, reason: string): Promise<Condition | undefined> {
  const provider = await until(
    `${name} is ${reason}`,
    () => world.provider(name),
    (shown) =>
      conditionOf(shown, 'Ready')?.reason === reason &&
      shown?.status?.observedGeneration === shown?.metadata.generation,
  );
  return conditionOf(provider, 'Ready');
}

/** A provider object of this name that leads to the emulator. */
function provider(name: string, spec: Readonly<Record<string, unknown>> = {}, url = world.emulator.url): Manifest {
  return { ...logi(url, spec), metadata: { name } };
}

/** An application of this provider. */
function appOf(providerName: string, name: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  return web(name, { providerRef: { name: providerName }, ...spec });
}

/** It ends with the test. */
async function anotherLogi(): Promise<LogiEmulator> {
  const emulator = await startLogiEmulator({ switches: { limits: 'off', riskFlags: 'never' } });
  onTestFinished(() => emulator.close());
  return emulator;
}

function softDelete(id: number): void {
  world.emulator.edit(id, { softDeleted: true });
}

function jsonOf(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Distortion {
  return { type: 'status', status, body: JSON.stringify(body), headers };
}

const VERIFY_URL = 'https://console.example.com/verify';
const NEEDS_PERSON = jsonOf(403, { error: 'identity_verification_required', verify_url: VERIFY_URL });
const THROTTLED = jsonOf(429, { error: 'rate_limited' }, { 'retry-after': '1' });

/** What logi answers to a change, and what is told of it. */
const ANSWERS: readonly {
  readonly reason: string;
  readonly answer: Distortion;
  readonly when?: 'after';
  readonly type: 'Reconciling' | 'Stalled';
  readonly says: string;
}[] = [
  {
    reason: 'AnswerLost',
    answer: { type: 'reset' },
    type: 'Reconciling',
    says: 'ended before its answer was complete',
  },
  {
    reason: 'MalformedAnswer',
    answer: { type: 'garbage' },
    when: 'after',
    type: 'Reconciling',
    says: 'cannot be read',
  },
  { reason: 'ProviderUnavailable', answer: jsonOf(503, {}), type: 'Reconciling', says: 'cannot be used at the moment' },
  { reason: 'Throttled', answer: THROTTLED, type: 'Reconciling', says: 'wants fewer requests' },
  {
    reason: 'RegistrationGone',
    answer: jsonOf(404, { error: 'not_found' }),
    type: 'Reconciling',
    says: 'no such application',
  },
  {
    reason: 'Rejected',
    answer: jsonOf(422, { error: 'invalid_name', error_description: 'Name is reserved' }),
    type: 'Stalled',
    says: 'spec.displayName',
  },
  { reason: 'Unauthorized', answer: jsonOf(401, { error: 'unauthorized' }), type: 'Stalled', says: 'API key' },
  { reason: 'Forbidden', answer: jsonOf(403, { error: 'forbidden' }), type: 'Stalled', says: 'API key may not' },
  { reason: 'NeedsPerson', answer: NEEDS_PERSON, type: 'Stalled', says: VERIFY_URL },
];

describe('what logi answers to a change', () => {
  beforeAll(async () => {
    await world.apply(web('changing'));
    await world.ready('changing');
  });

  test.for(ANSWERS)('$reason is told, and passes with its cause', async ({ reason, answer, when, type, says }, ctx) => {
    const before = await world.secret('changing-oauth');
    const fault = world.emulator.fault({ operation: 'update', when: when ?? 'before', times: 'always', ...answer });
    ctx.onTestFinished(() => fault.remove());
    await world.apply(web('changing', { displayName: `Changed by ${reason}` }));
    const ready = await world.reason('changing', reason);
    ctx.expect(ready.status).toBe('False');
    ctx.expect(ready.message).toContain(says);
    ctx.expect((await condition('changing', type, reason))?.status).toBe('True');
    fault.remove();
    const id = idOf(await world.ready('changing'));
    ctx.expect(world.emulator.applications().find((one) => one.id === id)?.name).toBe(`Changed by ${reason}`);
    ctx.expect(await world.secret('changing-oauth')).toEqual(before);
  });
});

describe('what logi answers to a listing', () => {
  test.for([
    { reason: 'MalformedAnswer', answer: jsonOf(200, { applications: 'none' }), says: 'cannot be read' },
    { reason: 'Throttled', answer: THROTTLED, says: 'wants fewer requests' },
    { reason: 'Forbidden', answer: jsonOf(403, { error: 'forbidden' }), says: 'API key may not' },
    { reason: 'NeedsPerson', answer: NEEDS_PERSON, says: VERIFY_URL },
  ])('$reason is told on the provider object, and passes with its cause', async ({ reason, answer, says }, ctx) => {
    const name = `listing-${reason.toLowerCase()}`;
    const fault = world.emulator.fault({ operation: 'list', when: 'before', times: 'always', ...answer });
    ctx.onTestFinished(() => fault.remove());
    await world.apply(provider(name));
    ctx.expect((await providerReason(name, reason))?.message).toContain(says);
    fault.remove();
    await providerReason(name, 'Reached');
  });
});

describe('while an application is registered', () => {
  test('Progressing, NotRegistered and SecretPending are told, and then Registered, SecretWritten and InSync', async () => {
    const hold = world.emulator.fault({ operation: 'create', when: 'before', type: 'hold' });
    onTestFinished(() => hold.remove());
    await world.apply(web('coming'));
    await hold.hit;
    const coming = await world.application('coming');
    expect(conditionOf(coming, 'Ready')).toMatchObject({ status: 'False', reason: 'Progressing' });
    expect(conditionOf(coming, 'Reconciling')?.status).toBe('True');
    hold.release();
    const { status } = await world.ready('coming');
    expect(status?.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
      ['Ready', 'InSync'],
      ['Registered', 'Registered'],
      ['SecretSynced', 'SecretWritten'],
      ['InSync', 'InSync'],
      ['Approved', 'Approved'],
    ]);
  });

  test('Settling is told of a registration whose answer was lost, until it is found', async () => {
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await world.apply(web('lost'));
    const lost = await until(
      'it settles',
      () => world.application('lost'),
      (shown) => conditionOf(shown, 'Ready')?.reason === 'Settling',
    );
    expect(conditionOf(lost, 'Ready')?.message).toContain('may still take effect');
    expect(conditionOf(lost, 'Registered')?.reason).toBe('NotRegistered');
    expect(conditionOf(lost, 'SecretSynced')?.reason).toBe('SecretPending');
    await world.ready('lost');
    expect(await logsIn(world, 'lost-oauth')).toBe(true);
  });

  test('SecretRefused is told where a quota leaves no room for the Secret, and nothing is registered', async () => {
    const calls = world.emulator.journal.length;
    await world.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none' },
      spec: { hard: { 'count/secrets': '0' } },
    });
    onTestFinished(() => world.remove('ResourceQuota', 'none'));
    // The status of the quota says nothing of when admission has heard of it.
    await until(
      'the quota holds',
      () => world.kubectl('create', 'secret', 'generic', 'probe', '--dry-run=server'),
      ({ stderr }) => stderr.includes('exceeded quota'),
    );
    await world.apply(web('crowded'));
    const ready = await world.reason('crowded', 'SecretRefused');
    expect(ready.message).toContain('cannot create secrets: 403');
    expect(world.emulator.journal.slice(calls).map(({ operation }) => operation)).not.toContain('create');
    await world.remove('ResourceQuota', 'none');
    await world.ready('crowded');
  });

  test('WaitingForBudget is told with the time at which it goes on, and ends when the limit is raised', async () => {
    await world.apply(provider('thrifty', { limits: { createsPerHour: 1 } }));
    await world.apply(appOf('thrifty', 'first-served'));
    await world.ready('first-served');
    await world.apply(appOf('thrifty', 'second-served'));
    const ready = await world.reason('second-served', 'WaitingForBudget');
    expect(ready.message).toContain('limit on registrations');
    const { status } = (await world.application('second-served')) ?? {};
    expect(status?.waiting?.for).toBe('create');
    expect(Date.parse(status?.waiting?.until ?? '')).toBeGreaterThan(Date.now());
    await world.apply(provider('thrifty', { limits: { createsPerHour: 10 } }));
    await world.ready('second-served');
  });
});

describe('where a registration bears its final name from the start', () => {
  const FINAL = { apiKeySecretRef: { name: 'logi-key' }, registrationName: 'Final' };

  beforeAll(() => world.apply(provider('final', { logi: { apiUrl: world.emulator.url, ...FINAL } })));

  test('RegistrationUncertain names what may be ours after a lost answer, until somebody has looked', async () => {
    const { application: older } = world.emulator.createByHand('uncertain');
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await world.apply(appOf('final', 'uncertain'));
    const ready = await world.reason('uncertain', 'RegistrationUncertain');
    const left = world.emulator.applications().find(({ name, id }) => name === 'uncertain' && id !== older.id);
    expect(ready.message).toContain(`the registration was lost and ${left?.id} may be it`);
    const { status } = (await world.application('uncertain')) ?? {};
    expect(status?.operation?.knownIds).toEqual([String(older.id)]);
    softDelete(left?.id ?? 0);
    await annotate('OAuthApplication', 'uncertain', 'register-anew');
    const id = idOf(await world.ready('uncertain'));
    expect([left?.id, older.id]).not.toContain(id);
    expect(await logsIn(world, 'uncertain-oauth')).toBe(true);
  });

  test('NameTaken keeps a registration of the same name from being taken over', async () => {
    const { application, clientSecret = '' } = world.emulator.createByHand('House Brand');
    world.emulator.set({ sameName: 'found' });
    onTestFinished(() => world.emulator.set({ sameName: 'another' }));
    await world.apply(appOf('final', 'brand', { displayName: 'House Brand' }));
    const ready = await world.reason('brand', 'NameTaken');
    expect(ready.message).toContain(`registration ${application.id}, which existed before`);
    expect(world.emulator.logsIn(application.clientId, clientSecret)).toBe(true);
    await world.apply(appOf('final', 'brand', { displayName: 'Own Brand' }));
    expect(idOf(await world.ready('brand'))).not.toBe(application.id);
  });

  test('ProviderReturnedNoSecret is told where the secret is not shown, and a rotation brings another', async () => {
    world.emulator.set({ createSecret: 'withheld' });
    onTestFinished(() => world.emulator.set({ createSecret: 'shown' }));
    await world.apply(appOf('final', 'silent'));
    const ready = await world.reason('silent', 'ProviderReturnedNoSecret');
    expect(ready.message).toContain('oauthapp.dev/rotate-requested-at');
    expect(await world.secret('silent-oauth')).toBeUndefined();
    await annotate('OAuthApplication', 'silent', 'rotate-requested-at');
    await world.ready('silent');
    expect(await logsIn(world, 'silent-oauth')).toBe(true);
  });
});

describe('a Secret', () => {
  test('SecretLost is told where nothing is issued unasked, until it is asked for', async () => {
    await world.apply(web('careful', { rotation: { onSecretLoss: 'Wait' } }));
    const id = idOf(await world.ready('careful'));
    await world.remove('Secret', 'careful-oauth');
    const ready = await world.reason('careful', 'SecretLost');
    expect(ready.message).toContain('oauthapp.dev/rotate-requested-at');
    expect((await condition('careful', 'SecretSynced', 'SecretLost'))?.status).toBe('False');
    expect(world.emulator.applications().find((one) => one.id === id)?.secretsIssued).toBe(1);
    await annotate('OAuthApplication', 'careful', 'rotate-requested-at');
    await world.ready('careful');
    expect(await logsIn(world, 'careful-oauth')).toBe(true);
  });

  test('SecretContested is told when it is lost twice a day; a rotation that comes too soon is Progressing', async () => {
    await world.apply(web('contested'));
    await world.ready('contested');
    const former = await world.secret('contested-oauth');
    await world.remove('Secret', 'contested-oauth');
    await until(
      'there is another Secret',
      () => world.secret('contested-oauth'),
      (secret) => secret !== undefined && secret.metadata.uid !== former?.metadata.uid,
    );
    await world.ready('contested');
    await world.remove('Secret', 'contested-oauth');
    const ready = await world.reason('contested', 'SecretContested');
    expect(ready.message).toContain('oauthapp.dev/rotate-requested-at');
    expect(await world.secret('contested-oauth')).toBeUndefined();
    // However long it took to get here.
    await forge('oaa', 'contested', { rotation: { lastRotatedAt: new Date().toISOString() } });
    await annotate('OAuthApplication', 'contested', 'rotate-requested-at');
    expect((await world.reason('contested', 'Progressing')).message).toContain('issued a moment ago');
  });

  test('RetainedRegistrationFound is told of one from another provider, until it may be written over', async () => {
    const other = await anotherLogi();
    await world.apply(provider('other', {}, other.url));
    await world.apply(web('heir', { deletionPolicy: 'Retain' }));
    const id = idOf(await world.ready('heir'));
    const retained = await world.secret('heir-oauth');
    await world.remove('OAuthApplication', 'heir');
    await until(
      'it is gone',
      () => world.application('heir'),
      (application) => application === undefined,
    );
    await world.apply(appOf('other', 'heir', { deletionPolicy: 'Retain' }));
    const ready = await world.reason('heir', 'RetainedRegistrationFound');
    expect(ready.message).toContain('oauthapp.dev/register-anew');
    expect((await world.secret('heir-oauth'))?.data).toEqual(retained?.data);
    expect(other.applications()).toEqual([]);

    await annotate('OAuthApplication', 'heir', 'register-anew');
    await world.ready('heir');
    const { client_id: clientId = '', client_secret: clientSecret = '' } =
      (await world.secret('heir-oauth'))?.data ?? {};
    expect(other.logsIn(clientId, clientSecret)).toBe(true);
    expect(world.emulator.applications().find((one) => one.id === id)?.softDeleted).toBe(false);
    await world.remove('OAuthApplication', 'heir');
    await until(
      'it is gone',
      () => world.application('heir'),
      (application) => application === undefined,
    );
  });

  test('RotationOverdue is told where the window lets no rotation through, and ends with the next one', async () => {
    await world.apply(web('late'));
    const id = idOf(await world.ready('late'));
    await forge('oaa', 'late', { rotation: { lastRotatedAt: new Date(Date.now() - 240 * HOUR_MS).toISOString() } });
    const at = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString().slice(11, 16);
    await world.apply(web('late', { rotation: { interval: '24h', window: { from: at(10), to: at(11) } } }));
    expect((await condition('late', 'RotationOverdue', 'RotationOverdue'))?.status).toBe('True');
    await world.ready('late');
    expect(world.emulator.applications().find((one) => one.id === id)?.secretsIssued).toBe(1);

    await annotate('OAuthApplication', 'late', 'rotate-requested-at');
    await until(
      'the rotation is no longer overdue',
      () => world.application('late'),
      (application) => conditionOf(application, 'RotationOverdue') === undefined,
    );
    await world.ready('late');
    expect(world.emulator.applications().find((one) => one.id === id)?.secretsIssued).toBe(2);
    expect(await logsIn(world, 'late-oauth')).toBe(true);
  });
});

describe('an application that is to be taken over', () => {
  test('AdoptionRefused says what is missing, and it is adopted once that is there', async () => {
    const { application, clientSecret } = world.emulator.createByHand('Legacy');
    const adopt = { applicationId: String(application.id), secret: 'Keep', secretRef: { name: 'legacy' } };
    await world.apply(web('legacy', { adopt, deletionPolicy: 'Retain' }));
    const ready = await world.reason('legacy', 'AdoptionRefused');
    expect(ready.message).toBe('spec.adopt.secretRef: there is no Secret legacy');
    expect((await world.application('legacy'))?.metadata.finalizers).toBeUndefined();

    await world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'legacy' },
      stringData: { client_id: application.clientId, client_secret: clientSecret },
    });
    expect(idOf(await world.ready('legacy'))).toBe(application.id);
    expect((await world.secret('legacy-oauth'))?.data['client_secret']).toBe(clientSecret);
  });

  test('AdoptionConflict is told where the object holds another registration already', async () => {
    await world.apply(web('settled'));
    const id = idOf(await world.ready('settled'));
    await world.apply(
      web('settled', { adopt: { applicationId: NOBODYS, secret: 'Rotate' }, deletionPolicy: 'Retain' }),
    );
    const ready = await world.reason('settled', 'AdoptionConflict');
    expect(ready.message).toContain(`spec.adopt.applicationId: the object holds registration ${id} already`);
    await world.apply(web('settled'));
    expect(idOf(await world.ready('settled'))).toBe(id);
  });

  test('Observed says what would change, and changes nothing until it may', async () => {
    const { application } = world.emulator.createByHand('Watched', { clientType: 'public' });
    const adopt = { applicationId: String(application.id) };
    const spec = { type: 'SinglePage', displayName: 'Renamed', adopt, deletionPolicy: 'Retain' };
    await world.apply(web('watched', { ...spec, management: 'Observe' }));
    const ready = await world.reason('watched', 'Observed');
    expect(ready.message).toContain('Would change displayName, redirectUris');
    const watched = await world.application('watched');
    expect(conditionOf(watched, 'InSync')).toMatchObject({ status: 'False', reason: 'Drifted' });
    expect(watched?.status?.plan?.map(({ path }) => path)).toEqual(['displayName', 'redirectUris']);
    expect(world.emulator.applications().find(({ id }) => id === application.id)?.name).toBe('Watched');

    await world.apply(web('watched', { ...spec, management: 'Full' }));
    expect(idOf(await world.ready('watched'))).toBe(application.id);
    await until(
      'it is changed',
      () => world.emulator.applications().find(({ id }) => id === application.id)?.name,
      (name) => name === 'Renamed',
    );
  });
});

describe('an application whose status was changed by somebody else', () => {
  test.for([
    { reason: 'SealInvalid', seal: 'v1:forged' },
    { reason: 'ForeignVersion', seal: 'v9:sealed-by-a-later-release' },
  ])(
    '$reason keeps its registration from being touched, until the seal is right again',
    async ({ reason, seal }, ctx) => {
      const name = reason.toLowerCase();
      await world.apply(web(name));
      const { status } = await world.ready(name);
      await forge('oaa', name, { seal });
      await world.apply(web(name, { displayName: 'Changed' }));
      const ready = await world.reason(name, reason);
      ctx.expect(ready.message).toMatch(/seal/);
      const registered = () => world.emulator.applications().find(({ id }) => String(id) === status?.applicationId);
      ctx.expect(registered()?.name).toBe(name);
      await forge('oaa', name, { seal: status?.seal });
      await world.ready(name);
      ctx.expect(registered()?.name).toBe('Changed');
    },
  );

  test('DeletionBlocked keeps what is not proved ours, until a person gives it up', async () => {
    await world.apply(web('blocked'));
    const id = idOf(await world.ready('blocked'));
    await forge('oaa', 'blocked', { seal: 'v1:forged' });
    await world.remove('OAuthApplication', 'blocked');
    const ready = await world.reason('blocked', 'DeletionBlocked');
    expect(ready.message).toContain(`status.seal does not prove that ${id} was registered for this object`);
    await annotate('OAuthApplication', 'blocked', 'abandon', 'true');
    await until(
      'it is gone',
      () => world.application('blocked'),
      (application) => application === undefined,
    );
    expect(world.emulator.applications().find((one) => one.id === id)?.softDeleted).toBe(false);
  });

  test('StatusLost is told of our finalizer with an empty status, and nothing is registered on a guess', async () => {
    const before = world.emulator.applications().length;
    const restored = web('restored');
    const metadata = { name: 'restored', finalizers: ['oauthapp.dev/registration'] };
    await world.apply({ ...restored, metadata });
    const ready = await world.reason('restored', 'StatusLost');
    expect(ready.message).toContain('oauthapp.dev/register-anew');
    expect(world.emulator.applications()).toHaveLength(before);
    await annotate('OAuthApplication', 'restored', 'register-anew');
    await world.ready('restored');
    expect(await logsIn(world, 'restored-oauth')).toBe(true);
  });
});

describe('a registration', () => {
  test('ApprovalUnknown is told of a word that this release does not know, and the client stays Ready', async () => {
    await world.apply(web('puzzling'));
    const id = idOf(await world.ready('puzzling'));
    world.emulator.edit(id, { status: 'frozen' });
    await world.relist();
    expect((await condition('puzzling', 'Approved', 'ApprovalUnknown'))?.status).toBe('Unknown');
    expect((await world.ready('puzzling')).status?.registration).toMatchObject({
      status: 'frozen',
      approval: 'unknown',
    });
    world.emulator.approve(id);
    await world.relist();
    await condition('puzzling', 'Approved', 'Approved');
  });

  test('RegistrationGone is the Event of one that was deleted at logi', async () => {
    await world.apply(web('vanished'));
    const id = idOf(await world.ready('vanished'));
    softDelete(id);
    await world.relist();
    await until(
      'it is told',
      () => eventsAbout(world, 'vanished'),
      (events) => events.some(({ reason, note }) => reason === 'RegistrationGone' && note.includes(String(id))),
    );
    const next = await until(
      'there is another registration',
      () => world.application('vanished'),
      (application) => application?.status?.applicationId !== undefined,
    );
    expect(idOf(next)).not.toBe(id);
    await world.ready('vanished');
  });

  test('MassDisappearance stops everything until a person confirms that the registrations are gone', async () => {
    const names = ['gone-a', 'gone-b', 'gone-c'];
    await world.apply(provider('mass'));
    await Promise.all(names.map((name) => world.apply(appOf('mass', name))));
    const before = await Promise.all(names.map(async (name) => idOf(await world.ready(name))));
    // What is missing is counted by what the operator has seen of its own writes.
    await Promise.all(names.map((name) => world.look(name)));
    for (const id of before) softDelete(id);
    await annotate('OAuthProvider', 'mass', 'reconcile-requested-at');
    const told = await providerReason('mass', 'MassDisappearance');
    expect(told?.message).toContain('oauthapp.dev/confirm-disappearance');
    for (const name of names) await world.reason(name, 'MassDisappearance');
    expect(world.emulator.applications().filter(({ name }) => name.startsWith('gone-'))).toHaveLength(3);

    await annotate('OAuthProvider', 'mass', 'confirm-disappearance', 'gone for good');
    await providerReason('mass', 'Reached');
    const after = await Promise.all(names.map(async (name) => idOf(await world.ready(name))));
    expect(new Set(after).isDisjointFrom(new Set(before))).toBe(true);
  });
});

describe('a person who suspends', () => {
  test('an application sees Suspended, and nothing changes at logi until it goes on', async () => {
    await world.apply(web('resting'));
    const id = idOf(await world.ready('resting'));
    await world.apply(web('resting', { suspend: true, displayName: 'Later' }));
    const ready = await world.reason('resting', 'Suspended');
    expect(ready.message).toBe('spec.suspend is set');
    expect((await condition('resting', 'Suspended', 'Suspended'))?.status).toBe('True');
    expect(world.emulator.applications().find((one) => one.id === id)?.name).toBe('resting');
    await world.apply(web('resting', { displayName: 'Later' }));
    await world.ready('resting');
    expect(world.emulator.applications().find((one) => one.id === id)?.name).toBe('Later');
  });

  test('a provider sees Suspended there, and on applications that need it', async () => {
    await world.apply(provider('sleeping', { suspend: true }));
    expect((await providerReason('sleeping', 'Suspended'))?.message).toBe('spec.suspend is set');
    await world.apply(appOf('sleeping', 'sleeper'));
    const waiting = await until(
      'the application waits',
      () => world.application('sleeper'),
      (application) => conditionOf(application, 'Ready')?.status === 'False',
    );
    expect(conditionOf(waiting, 'Ready')?.message).toContain('suspend');
    expect(waiting?.status?.applicationId).toBeUndefined();
    await world.apply(provider('sleeping'));
    await world.ready('sleeper');
  });
});

describe('a provider object', () => {
  test('that leads elsewhere is IdentityChanged; once that is confirmed, what is not there is ProviderMismatch', async () => {
    const elsewhere = await anotherLogi();
    await world.apply(provider('moving'));
    await world.apply(appOf('moving', 'stayer'));
    const id = idOf(await world.ready('stayer'));
    await world.apply(provider('moving', {}, elsewhere.url));
    const changed = await providerReason('moving', 'IdentityChanged');
    const [, identity = ''] = /oauthapp\.dev\/confirm-identity to (\S+?);/.exec(changed?.message ?? '') ?? [];
    expect(identity).toContain(new URL(elsewhere.url).host);

    await annotate('OAuthProvider', 'moving', 'confirm-identity', identity);
    const { message } = await world.reason('stayer', 'ProviderMismatch');
    expect(message).toContain('spec.providerRef');
    expect(elsewhere.applications()).toEqual([]);

    await world.apply(provider('moving'));
    await providerReason('moving', 'Reached');
    expect(idOf(await world.ready('stayer'))).toBe(id);
    expect(await logsIn(world, 'stayer-oauth')).toBe(true);
  });

  test.for([
    {
      reason: 'ServedByAnother',
      claim: { installation: 'another', cluster: 'far-away' },
      says: 'Installation another',
    },
    { reason: 'CloneSuspected', claim: { cluster: 'original' }, says: 'from cluster original' },
  ])('$reason keeps it from being called, until the claim is taken away', async ({ reason, claim, says }, ctx) => {
    const name = reason.toLowerCase();
    await world.apply(provider(name));
    await providerReason(name, 'Reached');
    await forge('oap', name, { servedBy: claim });
    const told = await providerReason(name, reason);
    ctx.expect(told?.message).toContain(says);
    ctx.expect(told?.message).toContain('remove status.servedBy');
    await forge('oap', name, { servedBy: null });
    await providerReason(name, 'Reached');
    const served: OAuthProvider | undefined = await world.provider(name);
    ctx.expect(served?.status?.servedBy?.cluster).toBe('e2e');
  });

  test('ApiForbidden names the permission that is missing, and passes when it is given', async () => {
    const verbs = JSON.stringify([
      { op: 'replace', path: '/rules/3/verbs', value: ['get', 'list', 'watch', 'create', 'update'] },
    ]);
    const { code } = await world.kubectl('patch', 'role', 'oauthapp-operator', '--type=json', `--patch=${verbs}`);
    expect(code).toBe(0);
    onTestFinished(() => applyRights(world.plane, world.namespace, ['role']));
    await untilRight(world.plane, world.namespace, { verb: 'patch', group: '', resource: 'secrets' }, 'withdrawn');
    await world.apply({ ...credentials(), metadata: { name: 'unmarked-key' } });
    await world.apply(
      provider('unpermitted', {
        logi: { apiUrl: world.emulator.url, apiKeySecretRef: { name: 'unmarked-key' } },
      }),
    );
    await world.apply(appOf('unpermitted', 'needing'));
    const told = await providerReason('unpermitted', 'ApiForbidden');
    expect(told?.message).toContain('secrets');
    await applyRights(world.plane, world.namespace, ['role']);
    await providerReason('unpermitted', 'Reached');
    await world.ready('needing');
  });
});

test('a rotation that was put off comes by itself', async () => {
  await world.ready('contested');
  expect(await logsIn(world, 'contested-oauth')).toBe(true);
});
