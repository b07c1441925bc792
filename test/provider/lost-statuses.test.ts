import { expect, test } from 'vitest';
import { ANNOTATIONS, FINALIZERS, LABELS } from '../../src/api/names.ts';
import { OAUTH_APPLICATIONS, SECRETS } from '../../src/kube/resources.ts';
import { annotationsOf } from '../../src/kube/secret-notes.ts';
import { MINUTE, type World, world } from './world.ts';

const NAMES = ['one', 'two', 'three'];

/** Puts an application back as a restore does that loses its status, and its Secret, which names `applicationId`. */
async function restored(here: World, name: string, applicationId: string, sealedFor = name): Promise<void> {
  const { uid } = (await here.provider()).metadata;
  const identity = here.identity();
  const bound = { kind: 'OAuthProvider', name: 'logi', uid, identity } as const;
  const { seal = '', clientId = '' } = await here.sealed(sealedFor, { provider: bound, applicationId });
  const { namespace } = here;
  const sealed = { seal, applicationId, clientId, identity, namespaceUid: await here.namespaceUid() };
  const notes = { ...sealed, serial: 1, operation: 'o', birth: undefined, layout: 'l', keys: {} };
  const written = { labels: {}, annotations: {} };
  const annotations = annotationsOf({ name: `${name}-oauth`, owner: 'none', data: {}, metadata: written, notes });
  const labels = { [LABELS.applicationUid]: 'former' };
  const metadata = { name: `${name}-oauth`, namespace, labels, annotations };
  await here.client.create(SECRETS, { metadata }, {}, here.signal);
  await here.application(name, undefined, [FINALIZERS.registration]);
}

/** Another key of the same provider, which shows none of the registrations. */
async function strangersKey(here: World): Promise<void> {
  here.emulator.addKey({ token: 'lpa_pat_other', organization: 'second' });
  await here.setKey('lpa_pat_other');
}

test('B1, R12: what Secrets prove to be held counts as gone where the statuses are lost', async () => {
  const here = await world();
  const operator = here.operator();
  await operator.pass();
  for (const name of NAMES) await restored(here, name, `gone-${name}`);
  await here.clock.advance(10 * MINUTE);

  expect((await operator.pass()).reason).toBe('MassDisappearance');
  expect(operator.ready().brake()).toBe('mass-disappearance');
});

test('I4, R12: other credentials that do not show what a Secret proves to be held are refused', async () => {
  const here = await world();
  const operator = here.operator();
  await operator.pass();
  await restored(here, 'shop', 'gone');
  await strangersKey(here);

  expect((await operator.pass()).reason).toBe('IdentityChanged');
});

test('I2, B1: a Secret that was sealed for an object of another name proves nothing', async () => {
  const here = await world();
  const operator = here.operator();
  await operator.pass();
  for (const name of NAMES) await restored(here, name, `gone-${name}`, 'another');
  await here.clock.advance(10 * MINUTE);

  expect((await operator.pass()).reason).toBe('Reached');
});

/** The application names no provider any more, and gets this one as the default. */
async function unnamed(here: World, name: string): Promise<void> {
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.isDefault]: 'true' } } });
  const at = { resource: OAUTH_APPLICATIONS, namespace: here.namespace, name };
  await here.client.patch(at, { type: 'merge', body: { spec: { providerRef: null } } }, {}, here.signal);
}

test.each([
  ['names it', () => undefined],
  ['has it as the default', unnamed],
] as const)(
  'B2, I4: credentials that were never tried are not lent while it is suspended and a status is lost, of what %s',
  async (_, change) => {
    const here = await world();
    await here.operator().pass();
    await restored(here, 'shop', 'gone');
    await change(here, 'shop');
    await here.patch({ spec: { suspend: true } });
    await strangersKey(here);
    const operator = here.operator();

    await operator.pass();
    expect(operator.find().type).toBe('unready');

    await here.leave('shop');
    expect((await operator.pass()).reason).toBe('IdentityChanged');
    await here.removeApplication('shop');
  },
);
