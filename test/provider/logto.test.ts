import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../dev/emulators/logto/console.ts';
import { type LogtoEmulator, startLogtoEmulator } from '../../dev/emulators/logto.ts';
import type { OAuthApplication } from '../../src/api/application.ts';
import { FINALIZERS } from '../../src/api/names.ts';
import { type MarkedObject, markFor } from '../../src/application/marks.ts';
import { shownOf } from '../../src/application/shown.ts';
import { Redacted } from '../../src/credentials.ts';
import { MARK_KEY } from '../../src/idp/owner-mark.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import { createSeals } from '../../src/seals.ts';
import { sharedControlPlane } from '../support/control-plane.ts';
import { installCrds } from '../support/crds.ts';
import { MINUTE, type Operator, type World, world } from './world.ts';

beforeAll(() => installCrds(sharedControlPlane()));

/** As the operators of {@link world} have them. */
const SEALS = createSeals({ id: 'i', cluster: 'c', key: new Redacted('0f'.repeat(32)) });

const CREDENTIALS = { clientId: OPERATOR_ID, clientSecret: OPERATOR_SECRET };

interface Ground {
  readonly here: World;
  readonly emulator: LogtoEmulator;
  readonly operator: Operator;
}

/** A provider object whose applications bear marks, and whose credentials are two values. */
async function stored(block: object = {}, stringData: Readonly<Record<string, string>> = CREDENTIALS): Promise<Ground> {
  const emulator = await startLogtoEmulator();
  onTestFinished(() => emulator.close());
  const logto = { endpoint: emulator.url, credentialsSecretRef: { name: 'm2m' }, ...block };
  const here = await world({ spec: { logi: undefined, logto } });
  await here.client.create(
    SECRETS,
    { metadata: { name: 'm2m', namespace: here.namespace }, stringData },
    {},
    here.signal,
  );
  return { here, emulator, operator: here.operator() };
}

/** A registration that bears the mark of an object. Returns its id. */
function marked(emulator: LogtoEmulator, object: Pick<MarkedObject, 'uid' | 'name'>, retained = false): string {
  const whole = { ...object, namespace: 'store', namespaceUid: 'n' };
  const mark = markFor(whole, { operation: 'o', retained }, SEALS);
  return emulator.createByHand({ name: 'Shop', type: 'Traditional', customData: { [MARK_KEY]: mark } }).id;
}

/** An application that says what the provider shows of its registration. */
async function registered({ here, operator }: Ground, name: string, applicationId: string): Promise<OAuthApplication> {
  const { uid } = (await here.provider()).metadata;
  const { identity, snapshot } = operator.session();
  const found = snapshot.get(applicationId);
  return here.application(name, {
    provider: { kind: 'OAuthProvider', name: 'logi', uid, identity },
    applicationId,
    registration: found && shownOf(found),
  });
}

test('a provider is served with credentials that are two values of a Secret, which is held', async () => {
  const { here, emulator, operator } = await stored();

  const { ready, reason, provider } = await operator.pass();

  expect([ready, reason]).toEqual(['True', 'Reached']);
  expect(provider.status).toMatchObject({
    identity: `logto|${emulator.url}|https://default.logto.app/api|namespace/${here.namespace}`,
    heldSecrets: ['m2m'],
  });
  expect(provider.status?.capabilities).toContain('ownerMark:stored');
  expect((await here.secret('m2m'))?.metadata.finalizers).toEqual([FINALIZERS.inUse]);
  expect(JSON.stringify(provider)).not.toContain(OPERATOR_SECRET);
});

test.each(['clientId', 'clientSecret'] as const)('the key of a Secret that lacks %s is named', async (key) => {
  const { [key]: _, ...left } = CREDENTIALS;
  const { here, operator } = await stored({}, left);

  const { reason, message } = await operator.pass();
  expect(reason).toBe('CredentialsKeyMissing');
  expect(message).toBe(`spec.logto.credentialsSecretRef: Secret m2m has no value under ${key}`);

  const ref = { resource: SECRETS, namespace: here.namespace, name: 'm2m' };
  await here.client.patch(ref, { type: 'merge', body: { stringData: CREDENTIALS } }, {}, here.signal);
  expect((await operator.pass()).reason).toBe('Reached');
});

test('a Secret that is not there is named with its keys', async () => {
  const { operator } = await stored({ credentialsSecretRef: { name: 'none' } });

  const { reason, message } = await operator.pass();

  expect(reason).toBe('CredentialsNotFound');
  expect(message).toBe('spec.logto.credentialsSecretRef: there is no Secret none with clientId and clientSecret');
});

test('what the provider rejects in the object is told with its path', async () => {
  const { operator } = await stored({ managementApiResource: 'https://other.example.com/api' });

  const { reason, message } = await operator.pass();

  expect(reason).toBe('InvalidSpec');
  expect(message).toMatch(/^spec\.logto\.managementApiResource: /);
});

test('credentials without a role are told apart from wrong ones', async () => {
  const { emulator, operator } = await stored();
  emulator.revokeManagementAccess();
  expect((await operator.pass()).reason).toBe('Forbidden');

  const wrong = await stored({}, { ...CREDENTIALS, clientSecret: 'wrong' });
  const { reason, message } = await wrong.operator.pass();
  expect(reason).toBe('Unauthorized');
  expect(message).toMatch(/^spec\.logto\.credentialsSecretRef: /);
});

test('R4: an application is asked for when another registration bears its mark, or one while it has none', async () => {
  const ground = await stored();
  const { here, emulator, operator } = ground;
  const [settled, twinned] = ['settled', 'twinned'].map((name) => marked(emulator, { uid: name, name }));
  await operator.pass();
  await registered(ground, 'settled', settled ?? '');
  const { metadata } = await registered(ground, 'twinned', twinned ?? '');
  const fresh = await here.application('fresh');
  for (const { uid, name } of [metadata, fresh.metadata]) marked(emulator, { uid, name });
  operator.queued();
  await here.clock.advance(10 * MINUTE);

  await operator.pass();

  const queued = operator.queued();
  expect(queued).toContain(`${here.namespace}/twinned`);
  expect(queued).toContain(`${here.namespace}/fresh`);
  expect(emulator.journal.filter(({ operation }) => operation === 'delete')).toEqual([]);
});

test('B4: what bears our mark and belongs to no object is counted and left alone', async () => {
  const { here, emulator, operator } = await stored();
  const { metadata } = await here.application('live');
  const gone = marked(emulator, { uid: 'gone', name: 'shop' });
  marked(emulator, { uid: 'gone', name: 'kept' }, true);
  marked(emulator, { uid: metadata.uid, name: 'live' });
  emulator.createByHand({ name: 'Shop', type: 'Traditional' });

  const { provider } = await operator.pass();

  expect(provider.status?.orphans).toEqual({ count: 1, first: gone });
  expect(emulator.applications().map(({ id }) => id)).toContain(gone);
});
