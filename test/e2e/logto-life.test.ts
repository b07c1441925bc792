import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../dev/emulators/logto/console.ts';
import type { NewApplication } from '../../dev/emulators/logto/registry.ts';
import {
  ALL_ALLOWED,
  CALLBACK,
  callsOn,
  createLogtoWorld,
  type LogtoWorld,
  login,
  logto,
  logtoCredentials,
  registeredAs,
  registrationOf,
  SECRET_CALLS,
  secretNames,
  site,
} from '../support/logto-world.ts';
import { conditionOf, namespaceWorld } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { logsIn } from '../support/world.ts';

let world: LogtoWorld;
/** What may be adopted, by its name. */
const there: Record<string, string> = {};

const BY_HAND: readonly NewApplication[] = [
  ...['keep', 'copied', 'rotate', 'look', 'both', 'wrong'].map((name) => ({ name, type: 'Traditional' }) as const),
  { name: 'spa', type: 'SPA' },
  { name: 'saml', type: 'SAML' },
];

beforeAll(async () => {
  world = await createLogtoWorld();
  for (const said of BY_HAND) {
    const oidcClientMetadata = { redirectUris: [CALLBACK], postLogoutRedirectUris: [] };
    there[said.name] = world.emulator.createByHand({ ...said, oidcClientMetadata, description: 'By hand' }).id;
  }
  const adoptable = [...Object.values(there), OPERATOR_ID];
  await world.apply(logto(world.emulator, { access: [{ ...ALL_ALLOWED, adoptable }] }));
  await world.startOperator();
});

afterAll(() => world?.[Symbol.asyncDispose]());

function adopting(
  name: string,
  adopt: Readonly<Record<string, unknown>> = {},
  spec: Readonly<Record<string, unknown>> = {},
) {
  const applicationId = there[name];
  return site(name, { displayName: name, deletionPolicy: 'Retain', adopt: { applicationId, ...adopt }, ...spec });
}

/** The registration with this id, as the console shows it. */
function shown(id: string | undefined) {
  return world.emulator.applications().find((one) => one.id === id);
}

describe.concurrent('deletion', () => {
  test('takes the registration along, and waits for a server that is away', async ({ expect }) => {
    await world.apply(site('shortlived'));
    const { id } = registrationOf(world, await world.ready('shortlived'));
    await world.remove('OAuthApplication', 'shortlived');
    await world.gone('shortlived');
    expect(shown(id)).toBeUndefined();
  });

  test('of an object whose registration was deleted by hand ends, too', async ({ expect }) => {
    await world.apply(site('orphaned'));
    const { id } = registrationOf(world, await world.ready('orphaned'));
    world.emulator.deleteByHand(id);
    await world.remove('OAuthApplication', 'orphaned');
    await world.gone('orphaned');
    expect(shown(id)).toBeUndefined();
  });

  test('with Retain leaves registration and Secret, which the next object of the name takes back', async ({
    expect,
  }) => {
    await world.apply(site('kept', { deletionPolicy: 'Retain' }));
    const { id } = registrationOf(world, await world.ready('kept'));
    const before = await world.secret('kept-oauth');
    await world.remove('OAuthApplication', 'kept');
    await world.gone('kept');
    expect(shown(id)?.customData['oauthapp.dev/owner']).toMatchObject({ retained: true, name: 'kept' });
    expect((await world.secret('kept-oauth'))?.data).toEqual(before?.data);

    await world.apply(site('kept', { deletionPolicy: 'Delete' }));
    const after = await world.ready('kept');
    expect(after.status?.applicationId).toBe(id);
    expect((await world.secret('kept-oauth'))?.data).toEqual(before?.data);
    await registeredAs(world, 'kept', 'it says whose it is', ({ customData }) => {
      const mark = Object(customData['oauthapp.dev/owner']);
      return mark.retained === false && mark.uid === after.metadata.uid;
    });
    expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);
    expect(world.emulator.applications().filter(({ name }) => name === 'kept')).toHaveLength(1);
  });

  test('with Retain whose Secret is gone as well is taken back by the mark alone', async ({ expect }) => {
    await world.apply(site('bare', { deletionPolicy: 'Retain' }));
    const { id } = registrationOf(world, await world.ready('bare'));
    const before = await world.secret('bare-oauth');
    await world.remove('OAuthApplication', 'bare');
    await world.gone('bare');
    await world.remove('Secret', 'bare-oauth');
    await world.relist();
    await world.apply(site('bare'));
    expect((await world.ready('bare')).status?.applicationId).toBe(id);
    expect((await world.secret('bare-oauth'))?.data).toEqual(before?.data);
    expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);
  });
});

describe.concurrent('adoption', () => {
  test('with Keep brings the secret in use into the cluster, and issues none', async ({ expect }) => {
    const id = there['keep'];
    const value = shown(id)?.secrets[0]?.value;
    await world.apply(adopting('keep', {}, { description: 'Adopted' }));
    const keep = await world.ready('keep');
    expect(keep.status?.applicationId).toBe(id);
    expect((await world.secret('keep-oauth'))?.data['client_secret']).toBe(value);
    expect(await logsIn(world, 'keep-oauth')).toBe(true);
    const after = await registeredAs(
      world,
      'keep',
      'it follows the spec',
      ({ description }) => description === 'Adopted',
    );
    expect(after.customData['oauthapp.dev/owner']).toMatchObject({ uid: keep.metadata.uid });
    expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);
  });

  test('with Keep of a Secret that does not log in is refused, and of one that does is done', async ({ expect }) => {
    const id = there['copied'] ?? '';
    const mine = world.emulator.addSecret(id, 'The one in use');
    const copy = (client_secret: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'copied-in-use' },
      stringData: { client_id: id, client_secret },
    });
    await world.apply(copy('wrong'));
    await world.apply(adopting('copied', { secretRef: { name: 'copied-in-use' } }));
    expect((await world.reason('copied', 'AdoptionRefused')).message).toContain('the credentials do not log in');
    await world.apply(copy(mine.value));
    await world.ready('copied');
    expect((await world.secret('copied-oauth'))?.data['client_secret']).toBe(mine.value);
    expect(secretNames(world, await world.ready('copied'))).toEqual(['Default secret', 'The one in use']);
  });

  test('with Rotate issues another secret, and the former goes on working', async ({ expect }) => {
    const id = there['rotate'] ?? '';
    const former = shown(id)?.secrets[0]?.value;
    await world.apply(adopting('rotate', { secret: 'Rotate' }));
    await world.ready('rotate');
    const { client_secret: current } = (await world.secret('rotate-oauth'))?.data ?? {};
    expect(current).not.toBe(former);
    expect(await login(world, id, current)).toBe('in');
    expect(await login(world, id, former)).toBe('in');
    expect(callsOn(world, id, 'create-secret')).toBe(1);
  });

  test('by two objects is one’s alone, and the other is told', async ({ expect }) => {
    const id = there['both'];
    const of = (name: string) =>
      site(name, { displayName: 'both', deletionPolicy: 'Retain', adopt: { applicationId: id } });
    await Promise.all([world.apply(of('one')), world.apply(of('other'))]);
    const reasons = await until(
      'one has it',
      async () => {
        const both = [await world.application('one'), await world.application('other')];
        return both.map((each) => conditionOf(each, 'Ready')?.reason);
      },
      (both) => both.includes('InSync') && both.includes('NameTaken'),
    );
    expect(reasons.toSorted()).toEqual(['InSync', 'NameTaken']);
    const [winner, loser] = reasons[0] === 'InSync' ? (['one', 'other'] as const) : (['other', 'one'] as const);
    // It may be at its next try just now.
    await until(
      'the other holds nothing',
      async () => (await world.application(loser))?.status?.applicationId,
      (held) => held === undefined,
    );
    expect(await logsIn(world, `${winner}-oauth`)).toBe(true);
    expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);

    await world.remove('OAuthApplication', winner);
    await world.ready(loser);
    expect(shown(id)?.secrets).toHaveLength(1);
  });

  test.for([
    { name: 'spa', says: 'spec.type: the registration is of type SPA at Logto and cannot become Traditional' },
    { name: 'saml', says: 'spec.type: The registration is a SAML application' },
  ])('of another type is refused: $name', async ({ name, says }, { expect }) => {
    const before = shown(there[name]);
    await world.apply(adopting(name));
    expect((await world.reason(name, 'AdoptionRefused')).message).toContain(says);
    expect(shown(there[name])).toEqual(before);
  });

  test('of one that is no third party is refused to who wants it to be, and heals with the spec', async ({
    expect,
  }) => {
    await world.apply(adopting('wrong', {}, { logto: { thirdParty: {} } }));
    expect((await world.reason('wrong', 'AdoptionRefused')).message).toContain('spec.logto.thirdParty');
    expect(shown(there['wrong'])?.customData).toEqual({});
    await world.remove('OAuthApplication', 'wrong');
    await world.gone('wrong');
    await world.apply(adopting('wrong'));
    await world.ready('wrong');
  });

  test('of the application that the operator itself logs in with is refused', async ({ expect }) => {
    await world.apply(
      site('self', {
        type: 'MachineToMachine',
        redirectUris: [],
        deletionPolicy: 'Delete',
        adopt: { applicationId: OPERATOR_ID },
      }),
    );
    expect((await world.reason('self', 'AdoptionRefused')).message).toContain(
      'it is the registration that the operator itself logs in with',
    );
    await world.remove('OAuthApplication', 'self');
    await world.gone('self');
    expect(shown(OPERATOR_ID)?.secrets.map(({ value }) => value)).toEqual([OPERATOR_SECRET]);
  });

  test('of what is not listed as adoptable is refused', async ({ expect }) => {
    const other = world.emulator.createByHand({ name: 'Foreign', type: 'Traditional' });
    await world.apply(site('greedy', { deletionPolicy: 'Delete', adopt: { applicationId: other.id } }));
    expect((await world.reason('greedy', 'AccessDenied')).message).toContain('access.adoptable');
    expect(shown(other.id)).toEqual(other);
  });

  test('is looked at first: Observe plans it and changes nothing until it may', async ({ expect }) => {
    const before = shown(there['look']);
    const spec = { displayName: 'Seen', logto: { tenantId: 'tenant-a' } };
    await world.apply(adopting('look', {}, { ...spec, management: 'Observe' }));
    const ready = await world.reason('look', 'Observed');
    expect(ready.message).toContain('Would change displayName, logto.tenantId');
    expect((await world.application('look'))?.status?.plan).toEqual([
      { path: 'displayName', from: '"look"', to: '"Seen"' },
      { path: 'logto.tenantId', from: 'null', to: '"tenant-a"' },
    ]);
    expect(shown(there['look'])).toEqual(before);
    expect(await world.secret('look-oauth')).toBeUndefined();
    await world.apply(adopting('look', {}, { ...spec, management: 'Full' }));
    expect((await world.ready('look')).status).not.toHaveProperty('plan');
    expect(shown(there['look'])).toMatchObject({ name: 'Seen', customClientMetadata: { tenantId: 'tenant-a' } });
  });
});

test('two clusters and two installations in one tenant keep apart', async () => {
  await world.apply(site('shared', { displayName: 'Shared' }));
  const mine = registrationOf(world, await world.ready('shared'));
  const shared = {
    ...world.emulator,
    close: async () => undefined,
  };
  await using other = await namespaceWorld('logto', shared);
  await other.apply(logtoCredentials());
  await other.apply(logto(world.emulator, { access: [{ adoptable: [mine.id] }] }));
  await other.startOperator('--cluster-id=another');
  await other.apply(site('shared', { displayName: 'Shared' }));
  const theirs = registrationOf(other, await other.ready('shared'));
  expect(theirs.id).not.toBe(mine.id);
  expect(theirs.customData['oauthapp.dev/owner']).toMatchObject({ cluster: 'another', namespace: other.namespace });
  expect(mine.customData['oauthapp.dev/owner']).toMatchObject({ cluster: 'e2e', namespace: world.namespace });

  await other.apply(site('taker', { deletionPolicy: 'Delete', adopt: { applicationId: mine.id } }));
  expect((await other.reason('taker', 'NameTaken')).message).toContain('bears the owner mark of another object');

  await Promise.all([world.relist(), other.relist()]);
  await other.remove('OAuthApplication', 'shared');
  await other.gone('shared');
  const left = world.emulator
    .applications()
    .filter(({ name }) => name === 'Shared')
    .map(({ id }) => id);
  expect(left).toEqual([mine.id]);
  await world.ready('shared');
  expect(await logsIn(world, 'shared-oauth')).toBe(true);
  expect(callsOn(world, mine.id, ...SECRET_CALLS, 'update', 'merge-custom-data')).toBe(0);
});
