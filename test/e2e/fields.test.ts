import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EmulatedApplication } from '../../dev/emulators/logi/registry.ts';
import type { Manifest } from '../support/admin-api.ts';
import { conditionOf, eventsAbout } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { createWorld, idOf, logsIn, type World, web } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.startOperator();
});

afterAll(() => world[Symbol.asyncDispose]());

/** The fields that a spec can set and change at logi. */
const BEFORE = {
  displayName: 'The Shop',
  redirectUris: ['https://shop.example.com/callback', 'https://shop.example.com/silent'],
  scopes: ['openid', 'email'],
  logi: { webhookUrl: 'https://hooks.example.com/logi', appLinkUrl: 'https://shop.example.com/app' },
};
const AFTER = {
  displayName: 'The New Shop',
  redirectUris: ['https://shop.example.com/silent', 'http://localhost:3000/callback'],
  scopes: ['openid', 'profile', 'shop:read'],
  logi: { webhookUrl: 'https://hooks.example.com/other', appLinkUrl: 'https://shop.example.com/other' },
};

type Fields = typeof BEFORE;

/** What logi has to hold for these fields. */
function held({ displayName, redirectUris, scopes, logi }: Fields) {
  return { name: displayName, redirectUris, allowedScopes: scopes, ...logi };
}

function registered(id: number): EmulatedApplication | undefined {
  return world.emulator.applications().find((application) => application.id === id);
}

/** What of a registration the fields decide. Lists have no order. */
function shown(id: number) {
  const { name, redirectUris = [], allowedScopes = [], webhookUrl, appLinkUrl } = registered(id) ?? {};
  return {
    name,
    redirectUris: redirectUris.toSorted(),
    allowedScopes: allowedScopes.toSorted(),
    webhookUrl,
    appLinkUrl,
  };
}

function sorted(fields: ReturnType<typeof held>) {
  return { ...fields, redirectUris: fields.redirectUris.toSorted(), allowedScopes: fields.allowedScopes.toSorted() };
}

/** Resolves when logi holds these fields and the application is Ready. */
async function comesToHold(name: string, fields: Fields): Promise<void> {
  const id = idOf(await world.ready(name));
  await until(
    `${name} is registered as its spec says`,
    () => shown(id),
    (now) => JSON.stringify(now) === JSON.stringify(sorted(held(fields))),
  );
  await world.ready(name);
}

/** Operations on this registration since the journal was this long. */
function callsOn(id: number, since: number): readonly string[] {
  return world.emulator.journal
    .slice(since)
    .filter(({ applicationId }) => applicationId === id)
    .map(({ operation }) => operation);
}

function native(name: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  return web(name, { type: 'Native', redirectUris: ['com.example.shop:/callback'], ...spec });
}

describe('the fields of an application', () => {
  beforeAll(() => world.apply(web('shop', BEFORE)));

  test('are registered as they stand at its creation', async () => {
    await comesToHold('shop', BEFORE);
    const { status } = await world.ready('shop');
    expect(status?.enforced).toEqual(['scopes', 'logi.webhookUrl', 'logi.appLinkUrl']);
    expect(conditionOf({ status }, 'Ready')?.message).toContain('the signing secret of spec.logi.webhookUrl');
  });

  test('are shown with what logi decided about them', async () => {
    const application = await world.ready('shop');
    expect(application.status?.registration).toMatchObject({
      status: 'sandbox',
      environment: 'test',
      tier: 'free',
      organization: 'personal-8',
      approval: 'usable',
      createdAt: new Date(registered(idOf(application))?.createdAt ?? 0).toISOString(),
    });
  });

  test('are changed with the spec, which is told once and costs no credentials', async () => {
    const id = idOf(await world.ready('shop'));
    const before = await world.secret('shop-oauth');
    await world.apply(web('shop', AFTER));
    await comesToHold('shop', AFTER);
    expect(registered(id)?.secretsIssued).toBe(1);
    expect(await world.secret('shop-oauth')).toEqual(before);
    const events = await until(
      'the update is told',
      () => eventsAbout(world, 'shop'),
      (told) => told.some(({ reason }) => reason === 'Updated'),
    );
    expect(events.filter(({ reason }) => reason === 'Updated').map(({ note }) => note)).toEqual([
      'Updated displayName, redirectUris, scopes, logi.webhookUrl, logi.appLinkUrl at the provider',
    ]);
  });

  test.for([
    { field: 'displayName', edit: { name: 'Mine' } },
    { field: 'redirectUris', edit: { redirectUris: ['https://evil.example.com/'] } },
    { field: 'scopes', edit: { allowedScopes: ['openid', 'phone'] } },
    { field: 'logi.webhookUrl', edit: { webhookUrl: 'https://evil.example.com/hook' } },
    { field: 'logi.appLinkUrl', edit: { appLinkUrl: undefined } },
  ] as const)('$field that drifts in the console is repaired after a listing', async ({ field, edit }, ctx) => {
    await world.apply(web('shop', AFTER));
    await comesToHold('shop', AFTER);
    const id = idOf(await world.ready('shop'));
    world.emulator.edit(id, edit);
    ctx.expect(shown(id)).not.toEqual(sorted(held(AFTER)));
    await world.relist();
    await comesToHold('shop', AFTER);
    await until(
      'the repair is told by the name of the field',
      () => eventsAbout(world, 'shop'),
      (told) => told.some(({ note }) => note === `Updated ${field} at the provider`),
    );
  });

  test("that are left out later are cleared once, and are the console's from then on; scopes stay", async () => {
    await world.apply(web('shop', AFTER));
    await comesToHold('shop', AFTER);
    const id = idOf(await world.ready('shop'));
    const { logi: _, scopes, ...rest } = AFTER;
    await world.apply(web('shop', rest));
    await until(
      'the links are cleared',
      () => shown(id),
      ({ webhookUrl, appLinkUrl }) => webhookUrl === undefined && appLinkUrl === undefined,
    );
    const { status } = await until(
      'no link is enforced any more',
      () => world.ready('shop'),
      (application) => application.status?.enforced?.join() === 'scopes',
    );
    expect(conditionOf({ status }, 'Ready')?.message).toContain('spec.scopes is left out and stays as it was');
    expect(shown(id).allowedScopes).toEqual(scopes.toSorted());
    expect(status?.registration?.approval).toBe('usable');

    world.emulator.edit(id, { webhookUrl: 'https://hooks.example.com/console', allowedScopes: ['openid'] });
    const since = world.emulator.journal.length;
    await world.relist();
    await world.apply(web('shop', { ...rest, displayName: 'Named Again' }));
    await until(
      'the next change is made',
      () => shown(id).name,
      (name) => name === 'Named Again',
    );
    await world.ready('shop');
    expect(shown(id)).toMatchObject({ webhookUrl: 'https://hooks.example.com/console', allowedScopes: ['openid'] });
    expect(callsOn(id, since)).toEqual(['update']);
  });

  test('are named where logi refuses them, and made as asked once they are mended', async () => {
    await world.apply(web('hooked', { logi: { webhookUrl: 'https://logi.shop.svc/hook' } }));
    const ready = await world.reason('hooked', 'Rejected');
    expect(ready.message).toContain('spec.logi.webhookUrl');
    await world.apply(web('hooked', { logi: { webhookUrl: BEFORE.logi.webhookUrl } }));
    const id = idOf(await world.ready('hooked'));
    expect(shown(id).webhookUrl).toBe(BEFORE.logi.webhookUrl);
  });
});

describe('a change that logi refuses', () => {
  test('leaves the application with what it had, and says which field', async () => {
    await world.apply(web('refused', BEFORE));
    await comesToHold('refused', BEFORE);
    const id = idOf(await world.ready('refused'));
    await world.apply(web('refused', { ...BEFORE, logi: { ...BEFORE.logi, webhookUrl: 'https://10.0.0.1/hook' } }));
    const ready = await world.reason('refused', 'Rejected');
    expect(ready.message).toContain('spec.logi.webhookUrl');
    expect(conditionOf(await world.application('refused'), 'InSync')).toMatchObject({
      status: 'False',
      reason: 'Drifted',
    });
    expect(shown(id)).toEqual(sorted(held(BEFORE)));
    expect(await logsIn(world, 'refused-oauth')).toBe(true);

    await world.apply(web('refused', AFTER));
    await comesToHold('refused', AFTER);
  });
});

describe('a public client', () => {
  test.for([
    { type: 'SinglePage', name: 'page', manifest: () => web('page', { ...BEFORE, type: 'SinglePage' }) },
    { type: 'Native', name: 'app', manifest: () => native('app', { logi: BEFORE.logi }) },
  ])('of type $type gets a client id and no secret, and follows its spec', async ({ name, manifest }, ctx) => {
    await world.apply(manifest());
    const application = await world.ready(name);
    const id = idOf(application);
    ctx.expect(registered(id)).toMatchObject({ clientType: 'public', secretsIssued: 0, ...BEFORE.logi });
    const secret = await world.secret(`${name}-oauth`);
    ctx.expect(secret?.data).toEqual({
      client_id: application.status?.clientId,
      issuer: new URL(world.emulator.url).origin,
    });

    await world.patch('OAuthApplication', name, { spec: { displayName: 'Changed', logi: null } });
    await until(
      'the change is made',
      () => registered(id),
      (now) => now?.name === 'Changed' && now.webhookUrl === undefined && now.appLinkUrl === undefined,
    );
    await world.ready(name);
    ctx.expect(await world.secret(`${name}-oauth`)).toEqual(secret);
  });
});

describe.for([
  { manner: 'refuses whole lists', updateLists: 'refused' },
  { manner: 'passes over whole lists in silence', updateLists: 'ignored' },
] as const)('where logi $manner', ({ updateLists }) => {
  test('redirect URIs are added and removed one by one, the new ones first', async (ctx) => {
    const name = `single-${updateLists}`;
    await world.apply(web(name, { redirectUris: BEFORE.redirectUris }));
    const id = idOf(await world.ready(name));
    const since = world.emulator.journal.length;
    world.emulator.set({ updateLists });
    ctx.onTestFinished(() => world.emulator.set({ updateLists: 'taken' }));

    await world.apply(web(name, { redirectUris: AFTER.redirectUris }));
    await until(
      'the redirect URIs are those of the spec',
      () => shown(id).redirectUris,
      (uris) => JSON.stringify(uris) === JSON.stringify(AFTER.redirectUris.toSorted()),
    );
    await world.ready(name);
    expect(callsOn(id, since).filter((operation) => operation.includes('redirect'))).toEqual([
      'add-redirect',
      'remove-redirect',
    ]);

    world.emulator.edit(id, { redirectUris: ['https://evil.example.com/'] });
    await world.relist();
    await until(
      'the drift is repaired',
      () => shown(id).redirectUris,
      (uris) => JSON.stringify(uris) === JSON.stringify(AFTER.redirectUris.toSorted()),
    );
    await world.ready(name);
  });
});
