import { describe, expect, test } from 'vitest';
import type { NewApiKey } from '../../../../dev/emulators/logi/keys.ts';
import type { Switches } from '../../../../dev/emulators/logi/switches.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { APPLICATIONS, bench, CALLBACK, credentialsIn } from './client.ts';

const SHOP = `${APPLICATIONS}/1`;
const OTHER = 'https://staging.example.com/cb';

test.each<{ name: string; switches: Partial<Switches>; want: unknown }>([
  { name: 'a number as id', switches: {}, want: { id: 1 } },
  { name: 'a text as id', switches: { ids: 'text' }, want: { id: '1' } },
  { name: 'the object in a wrapper', switches: { answers: 'wrapped' }, want: { application: { id: 1 } } },
  {
    name: 'the organization as an object',
    switches: { organizationForm: 'object' },
    want: { organization: { slug: 'personal-8' } },
  },
  { name: 'the creation time in ISO 8601', switches: {}, want: { created_at: '2026-01-01T00:00:00.000Z' } },
  {
    name: 'the creation time without a zone',
    switches: { createdAtForm: 'printed' },
    want: { created_at: '2026-01-01 00:00' },
  },
  { name: 'Basic', switches: {}, want: { token_endpoint_auth_method: 'client_secret_basic' } },
  {
    name: 'the form',
    switches: { tokenEndpointAuthMethod: 'client_secret_post' },
    want: { token_endpoint_auth_method: 'client_secret_post' },
  },
  {
    name: 'more than is documented',
    switches: { extraAnswerFields: 'some' },
    want: { created_via: 'api', creation_risk_flags: [] },
  },
  { name: 'the default scopes', switches: { defaultScopes: ['email'] }, want: { allowed_scopes: ['email'] } },
  { name: 'scopes as they were sent', switches: {}, want: { allowed_scopes: ['openid', 'profile'] } },
  {
    name: 'the long profile scope',
    switches: { profileScope: 'profile:basic' },
    want: { allowed_scopes: ['openid', 'profile:basic'] },
  },
])('an application is shown with $name', async ({ switches, want }) => {
  const { create, call } = await bench({ clock: manualClock(), switches });
  const created = await create();
  const shown = await call('GET', SHOP);
  expect(created.json).toMatchObject(Object(want));
  expect(shown).toMatchObject({ status: 200, json: want });
});

test.each<{ profileScope: Switches['profileScope']; want: string }>([
  { profileScope: 'as-sent', want: 'profile:basic' },
  { profileScope: 'profile', want: 'profile' },
])('profile:basic comes back as $want', async ({ profileScope, want }) => {
  const { create } = await bench({ switches: { profileScope } });
  expect((await create({ allowed_scopes: ['profile:basic'] })).json).toMatchObject({ allowed_scopes: [want] });
});

test.each<{ listOrder: Switches['listOrder']; want: readonly string[] }>([
  { listOrder: 'as-sent', want: [OTHER, CALLBACK] },
  { listOrder: 'sorted', want: [CALLBACK, OTHER] },
])('URIs come back $listOrder', async ({ listOrder, want }) => {
  const { create } = await bench({ switches: { listOrder } });
  expect((await create({ redirect_uris: [OTHER, CALLBACK] })).json).toMatchObject({ redirect_uris: want });
});

test.each<{ list: Switches['list']; want: unknown }>([
  { list: 'array', want: [{ id: 1 }] },
  { list: 'applications', want: { applications: [{ id: 1 }] } },
  { list: 'data', want: { data: [{ id: 1 }] } },
])('a list comes as $list', async ({ list, want }) => {
  const { create, call } = await bench({ switches: { list } });
  await create();
  const { json, text } = await call('GET', APPLICATIONS);
  expect(json).toMatchObject(Object(want));
  expect(text).not.toContain('secret":');
});

test('a list is whole where there is no paging, whatever the query says', async () => {
  const { logi, call } = await bench();
  for (const name of ['a', 'b', 'c']) logi.createByHand(name);
  expect((await call('GET', `${APPLICATIONS}?page=2&per_page=1&limit=1`)).json).toHaveLength(3);
});

test.each<{ name: string; query: string; switches: Partial<Switches>; ids: readonly number[] }>([
  { name: 'the first page', query: '', switches: {}, ids: [1, 2] },
  { name: 'the second page', query: '?page=2', switches: {}, ids: [3] },
  { name: 'no page after the last', query: '?page=3', switches: {}, ids: [] },
  { name: 'a page of its own size', query: '?page=1&per_page=3', switches: {}, ids: [1, 2, 3] },
  { name: 'the first run', query: '', switches: { paging: 'cursor' }, ids: [1, 2] },
  { name: 'what follows a cursor', query: '?cursor=2', switches: { paging: 'cursor' }, ids: [3] },
  { name: 'a run of its own length', query: '?limit=1', switches: { paging: 'cursor' }, ids: [1] },
])('a paged list shows $name', async ({ query, switches, ids }) => {
  const { logi, call } = await bench({ switches: { paging: 'page', pageSize: 2, ...switches } });
  for (const name of ['a', 'b', 'c']) logi.createByHand(name);
  expect((await call('GET', APPLICATIONS + query)).json).toMatchObject(ids.map((id) => ({ id })));
});

test('a paged list says how many there are, or where it goes on', async () => {
  const { logi, call } = await bench({ switches: { paging: 'page', pageSize: 2, list: 'data', pagingHint: 'total' } });
  for (const name of ['a', 'b', 'c', 'd']) logi.createByHand(name);
  expect((await call('GET', APPLICATIONS)).json).toMatchObject({ total: 4 });

  logi.set({ pagingHint: 'link' });
  const first = await call('GET', APPLICATIONS);
  expect(first.headers.get('link')).toBe(`<${logi.url}${APPLICATIONS}?page=2&per_page=2>; rel="next"`);
  expect((await call('GET', `${APPLICATIONS}?page=2`)).headers.get('link')).toBeNull();

  logi.set({ paging: 'cursor' });
  expect((await call('GET', APPLICATIONS)).json).toMatchObject({ has_more: true, next_cursor: 2 });
  expect((await call('GET', `${APPLICATIONS}?cursor=2`)).json).toMatchObject({ has_more: false });
});

test('a new application may be missing from the list for a while', async () => {
  const clock = manualClock();
  const { create, call } = await bench({ clock, switches: { listLagMs: 5000 } });
  await create();
  expect((await call('GET', APPLICATIONS)).json).toEqual([]);
  expect(await call('GET', SHOP)).toMatchObject({ status: 200 });
  await clock.advance(5000);
  expect((await call('GET', APPLICATIONS)).json).toHaveLength(1);
});

interface Patch {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly switches?: Partial<Switches>;
  readonly want: number;
  readonly left?: object;
}

test.each<Patch>([
  { name: 'a name', fields: { name: 'Store' }, want: 200, left: { name: 'Store' } },
  { name: 'a blank name', fields: { name: '' }, want: 422, left: { name: 'Shop' } },
  {
    name: 'a name without an answer',
    fields: { name: 'Store' },
    switches: { updateAnswer: 'no-content' },
    want: 204,
    left: { name: 'Store' },
  },
  {
    name: 'a webhook',
    fields: { webhook_url: 'https://new.example.com/h' },
    want: 200,
    left: { webhookUrl: 'https://new.example.com/h' },
  },
  {
    name: 'a private webhook',
    fields: { webhook_url: 'https://10.0.0.1/h' },
    want: 422,
    left: { webhookUrl: 'https://hooks.example.com/h' },
  },
  { name: 'null for the webhook', fields: { webhook_url: null }, want: 200, left: { webhookUrl: undefined } },
  {
    name: 'null for the webhook where empty text clears',
    fields: { webhook_url: null },
    switches: { clearing: 'empty' },
    want: 422,
  },
  { name: 'empty text for the webhook', fields: { webhook_url: '' }, want: 422 },
  {
    name: 'empty text for the webhook where it clears',
    fields: { webhook_url: '' },
    switches: { clearing: 'both' },
    want: 200,
    left: { webhookUrl: undefined },
  },
  {
    name: 'null for the webhook where nothing clears',
    fields: { webhook_url: null },
    switches: { clearing: 'refused' },
    want: 422,
  },
  { name: 'null for the app link', fields: { app_link_url: null }, want: 200, left: { appLinkUrl: undefined } },
  { name: 'redirect URIs', fields: { redirect_uris: [OTHER] }, want: 200, left: { redirectUris: [OTHER] } },
  {
    name: 'redirect URIs that are ignored',
    fields: { redirect_uris: [OTHER] },
    switches: { updateLists: 'ignored' },
    want: 200,
    left: { redirectUris: [CALLBACK] },
  },
  {
    name: 'redirect URIs that are refused',
    fields: { redirect_uris: [OTHER] },
    switches: { updateLists: 'refused' },
    want: 422,
    left: { redirectUris: [CALLBACK] },
  },
  {
    name: 'a bad redirect URI among good ones',
    fields: { name: 'Store', redirect_uris: [OTHER, 'nowhere'] },
    want: 422,
    left: { name: 'Shop', redirectUris: [CALLBACK] },
  },
  { name: 'scopes', fields: { allowed_scopes: ['email'] }, want: 200, left: { allowedScopes: ['email'] } },
  {
    name: 'scopes that are refused',
    fields: { allowed_scopes: ['email'] },
    switches: { updateLists: 'refused' },
    want: 422,
  },
  { name: 'the client type', fields: { client_type: 'public' }, want: 422, left: { clientType: 'confidential' } },
  {
    name: 'the client type that is ignored',
    fields: { client_type: 'public' },
    switches: { immutableFields: 'ignored' },
    want: 200,
    left: { clientType: 'confidential' },
  },
  {
    name: 'a change that costs the approval',
    fields: { name: 'Store' },
    switches: { updateKeepsApproval: 'no' },
    want: 200,
    left: { status: 'pending' },
  },
  { name: 'a change that does not', fields: { name: 'Store' }, want: 200, left: { status: 'approved' } },
  { name: 'a taken name', fields: { name: 'Taken' }, want: 200, left: { name: 'Taken' } },
  {
    name: 'a taken name where names are unique',
    fields: { name: 'Taken' },
    switches: { sameName: 'refused' },
    want: 422,
    left: { name: 'Shop' },
  },
  {
    name: 'its own name where names are unique',
    fields: { name: 'Shop' },
    switches: { sameName: 'refused' },
    want: 200,
  },
])('an update with $name answers $want', async ({ fields, switches, want, left }) => {
  const { logi, patch } = await bench({ switches: switches ?? {} });
  logi.createByHand('Shop', { webhookUrl: 'https://hooks.example.com/h', appLinkUrl: 'https://app.example.com' });
  logi.createByHand('Taken');

  const updated = await patch(1, fields);

  expect(updated.status, updated.text).toBe(want);
  expect(logi.applications()[0]).toMatchObject(left ?? {});
  expect(logi.journal.at(-1)).toMatchObject({ operation: 'update', effect: want < 300 ? 'done' : 'none' });
});

test('one redirect URI is added and taken away', async () => {
  const { create, call, logi } = await bench();
  await create();
  const added = await call('POST', `${SHOP}/redirect_uris`, { body: { uri: OTHER } });
  expect(added).toMatchObject({ status: 200, json: { redirect_uris: [CALLBACK, OTHER] } });
  const removed = await call('DELETE', `${SHOP}/redirect_uris?uri=${encodeURIComponent(CALLBACK)}`);
  expect(removed).toMatchObject({ status: 200, json: { redirect_uris: [OTHER] } });
  expect(logi.journal.map(({ operation }) => operation)).toEqual(['create', 'add-redirect', 'remove-redirect']);
});

test.each<{
  name: string;
  method: string;
  uri?: string;
  switches?: Partial<Switches>;
  want: number;
  left?: readonly string[];
}>([
  { name: 'adding a bad one', method: 'POST', uri: 'nowhere', want: 422 },
  { name: 'adding one that is there', method: 'POST', uri: CALLBACK, want: 422 },
  {
    name: 'adding one that is there, ignored',
    method: 'POST',
    uri: CALLBACK,
    switches: { duplicateRedirectUri: 'ignored' },
    want: 200,
  },
  { name: 'adding none', method: 'POST', want: 422 },
  {
    name: 'adding where there is no such route',
    method: 'POST',
    uri: OTHER,
    switches: { redirectRoutes: 'absent' },
    want: 404,
  },
  { name: 'removing the last', method: 'DELETE', uri: CALLBACK, want: 422 },
  {
    name: 'removing the last where that works',
    method: 'DELETE',
    uri: CALLBACK,
    switches: { lastRedirectUri: 'removed' },
    want: 200,
    left: [],
  },
  { name: 'removing one that is not there', method: 'DELETE', uri: OTHER, want: 404 },
  {
    name: 'removing where there is no such route',
    method: 'DELETE',
    uri: CALLBACK,
    switches: { redirectRoutes: 'absent' },
    want: 404,
  },
])('$name answers $want', async ({ method, uri, switches, want, left }) => {
  const { create, call, logi } = await bench({ switches: switches ?? {} });
  await create();
  const query = method === 'DELETE' && uri !== undefined ? `?uri=${encodeURIComponent(uri)}` : '';
  const answer = await call(method, `${SHOP}/redirect_uris${query}`, method === 'POST' ? { body: { uri } } : {});
  expect(answer.status, answer.text).toBe(want);
  expect(logi.applications()).toMatchObject([{ redirectUris: left ?? [CALLBACK] }]);
});

test('a rotation makes the old secret worthless at once', async () => {
  const { create, call, logi } = await bench();
  const old = credentialsIn(await create());
  const fresh = credentialsIn(await call('POST', `${SHOP}/rotate_secret`));
  expect(fresh.clientId).toBe(old.clientId);
  expect(logi.logsIn(old.clientId, old.clientSecret)).toBe(false);
  expect(logi.logsIn(fresh.clientId, fresh.clientSecret)).toBe(true);
});

test.each<{ form: Switches['rotateAnswer']; want: unknown }>([
  { form: 'application', want: { id: 1, client_secret: expect.stringMatching(/^logi_secret_/) } },
  { form: 'secret-only', want: { client_secret: expect.stringMatching(/^logi_secret_/) } },
  { form: 'wrapped', want: { application: { id: 1, client_secret: expect.stringMatching(/^logi_secret_/) } } },
])('a rotation answers with $form', async ({ form, want }) => {
  const { create, call } = await bench({ switches: { rotateAnswer: form } });
  await create();
  const { json } = await call('POST', `${SHOP}/rotate_secret`);
  expect(json).toMatchObject(Object(want));
  expect(Object.hasOwn(Object(json), 'id')).toBe(form === 'application');
});

test.each<{ how: Switches['publicRotation']; want: number }>([
  { how: 'refused', want: 422 },
  { how: 'no-secret', want: 200 },
])('the rotation of a public client is $how', async ({ how, want }) => {
  const { create, call, logi } = await bench({ switches: { publicRotation: how } });
  await create({ client_type: 'public' });
  const rotated = await call('POST', `${SHOP}/rotate_secret`);
  expect(rotated.status).toBe(want);
  expect(rotated.json).not.toHaveProperty('client_secret');
  expect(logi.applications()).toMatchObject([{ secretsIssued: 0 }]);
});

test.each([204, 200, 202] as const)('a deletion answers %i, and after it the application is gone', async (status) => {
  const { create, call, logi } = await bench({ switches: { deleteStatus: status } });
  const { clientId, clientSecret } = credentialsIn(await create());

  expect(await call('DELETE', SHOP)).toMatchObject({ status });

  expect(await call('GET', SHOP)).toMatchObject({ status: 404 });
  expect((await call('GET', APPLICATIONS)).json).toEqual([]);
  expect(await call('POST', `${SHOP}/rotate_secret`)).toMatchObject({ status: 404 });
  expect(logi.logsIn(clientId, clientSecret)).toBe(false);
  expect(logi.applications()).toMatchObject([{ softDeleted: true }]);

  logi.restoreSoftDeleted(1);
  expect(logi.logsIn(clientId, clientSecret)).toBe(true);
});

test.each<{ again: Switches['deleteAgain']; want: number }>([
  { again: 'not-found', want: 404 },
  { again: 'done', want: 204 },
])('a second deletion is $again', async ({ again, want }) => {
  const { create, call, logi } = await bench({ switches: { deleteAgain: again } });
  await create();
  await call('DELETE', SHOP);
  expect(await call('DELETE', SHOP)).toMatchObject({ status: want });
  expect(logi.journal.at(-1)).toMatchObject({ operation: 'delete', effect: 'none' });
});

describe.each<{ form: Switches['notFoundForm']; type: string }>([
  { form: 'json', type: 'application/json; charset=utf-8' },
  { form: 'html', type: 'text/html; charset=utf-8' },
])('as $form a 404 is the answer', ({ form, type }) => {
  test.each([
    { what: 'an id that is not there', route: `GET ${APPLICATIONS}/77`, operation: 'show' },
    { what: 'another version', route: 'GET /api/v2/applications', operation: 'unknown' },
    { what: 'another method', route: 'PUT /api/v1/applications/1', operation: 'unknown' },
    { what: 'the console', route: 'GET /developer/applications', operation: 'unknown' },
  ])('to $what', async ({ route, operation }) => {
    const { call, logi } = await bench({ switches: { notFoundForm: form } });
    const [method = '', path = ''] = route.split(' ');
    const answer = await call(method, path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(logi.journal).toMatchObject([{ operation, effect: 'none' }]);
  });
});

test('neither a client id nor a name stands in for the id', async () => {
  const { create, call } = await bench();
  const { clientId } = credentialsIn(await create());
  expect(await call('GET', `${APPLICATIONS}/${clientId}`)).toMatchObject({ status: 404 });
  expect(await call('GET', `${APPLICATIONS}/Shop`)).toMatchObject({ status: 404 });
});

interface KeyCase {
  readonly name: string;
  readonly key: Partial<NewApiKey>;
  readonly route: string;
  readonly switches?: Partial<Switches>;
  readonly want: number;
}

test.each<KeyCase>([
  { name: 'an active key', key: {}, route: `GET ${SHOP}`, want: 200 },
  { name: 'an expired key', key: { state: 'expired' }, route: `GET ${SHOP}`, want: 401 },
  { name: 'a revoked key', key: { state: 'revoked' }, route: `GET ${SHOP}`, want: 401 },
  { name: 'a key that may read', key: { scopes: ['apps:read'] }, route: `GET ${APPLICATIONS}`, want: 200 },
  { name: 'a key that may read', key: { scopes: ['apps:read'] }, route: `DELETE ${SHOP}`, want: 403 },
  {
    name: 'a key that may read',
    key: { scopes: ['apps:read'] },
    route: `GET ${SHOP}`,
    switches: { keyScopes: 'manage' },
    want: 403,
  },
  { name: 'a key that may manage', key: { scopes: ['apps:manage'] }, route: `GET ${SHOP}`, want: 403 },
  {
    name: 'a key that may manage and so read',
    key: { scopes: ['apps:manage'] },
    route: `GET ${SHOP}`,
    switches: { manageImpliesRead: 'yes' },
    want: 200,
  },
  { name: 'a key that may manage', key: { scopes: ['apps:manage'] }, route: `DELETE ${SHOP}`, want: 204 },
  { name: 'a key that may nothing', key: { scopes: [] }, route: `DELETE ${SHOP}`, want: 403 },
  {
    name: 'a key that needs no scope',
    key: { scopes: [] },
    route: `DELETE ${SHOP}`,
    switches: { keyScopes: 'none' },
    want: 204,
  },
  { name: 'an admin', key: { role: 'admin' }, route: `POST ${SHOP}/rotate_secret`, want: 200 },
  { name: 'a developer', key: { role: 'developer' }, route: `POST ${SHOP}/rotate_secret`, want: 403 },
  { name: 'a developer', key: { role: 'developer' }, route: `DELETE ${SHOP}`, want: 204 },
  {
    name: 'a developer who may not',
    key: { role: 'developer' },
    route: `DELETE ${SHOP}`,
    switches: { developerWrites: 'refused' },
    want: 403,
  },
  { name: 'another organization', key: { organization: 'acme' }, route: `GET ${SHOP}`, want: 404 },
  {
    name: 'another organization that is told',
    key: { organization: 'acme' },
    route: `GET ${SHOP}`,
    switches: { foreign: 'forbidden' },
    want: 403,
  },
  { name: 'any key', key: { scopes: [] }, route: 'GET /api/v1/me', want: 200 },
  {
    name: 'any key where the route is not there',
    key: {},
    route: 'GET /api/v1/me',
    switches: { meRoute: 'absent' },
    want: 404,
  },
])('$name gets $want from $route', async ({ key, route, switches, want }) => {
  const { logi, call } = await bench({ switches: switches ?? {} });
  logi.createByHand('Shop');
  logi.addKey({ token: 'lpa_pat_other', ...key });
  const [method = '', path = ''] = route.split(' ');
  const answer = await call(method, path, { key: 'lpa_pat_other' });
  expect(answer.status, answer.text).toBe(want);
});

test.each(['', 'Bearer', 'Bearer lpa_pat_unknown', 'Basic bHBhX3BhdF90ZXN0Og==', 'lpa_pat_test'])(
  'the authorization %j is answered with 401',
  async (authorization) => {
    const { call, logi } = await bench();
    const answer = await call('GET', APPLICATIONS, { headers: { authorization } });
    expect(answer).toMatchObject({ status: 401, json: { error: 'unauthorized' } });
    expect(logi.journal).toMatchObject([{ key: undefined }]);
  },
);

test('a key that was taken away is unknown at once', async () => {
  const { call, logi } = await bench();
  logi.removeKey('lpa_pat_test');
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 401 });
});

test('a person with an unverified address cannot register and is told where to go', async () => {
  const { create, logi } = await bench({ keys: [{ token: 'lpa_pat_new', emailVerified: false }] });
  expect(await create({}, { key: 'lpa_pat_new' })).toMatchObject({
    status: 403,
    json: { error: 'identity_verification_required', verify_url: expect.stringMatching(/^https:/) },
  });
  expect(logi.applications()).toEqual([]);
});

test('a list holds the applications of the own organization only', async () => {
  const { call, logi } = await bench();
  logi.createByHand('Ours');
  logi.createByHand('Theirs', { organization: 'acme' });
  expect((await call('GET', APPLICATIONS)).json).toMatchObject([{ name: 'Ours' }]);
});

test.each([
  { from: 'everywhere', shown: 404, listed: 0, works: false },
  { from: 'list', shown: 200, listed: 0, works: true },
  { from: 'show', shown: 404, listed: 1, works: true },
] as const)('an application that vanished from $from reappears', async ({ from, shown, listed, works }) => {
  const { call, logi } = await bench();
  const { application, clientSecret = '' } = logi.createByHand('Shop');

  logi.vanish(1, from);
  expect(await call('GET', SHOP)).toMatchObject({ status: shown });
  expect((await call('GET', APPLICATIONS)).json).toHaveLength(listed);
  expect(logi.logsIn(application.clientId, clientSecret)).toBe(works);

  logi.reappear(1);
  expect(await call('GET', SHOP)).toMatchObject({ status: 200 });
  expect((await call('GET', APPLICATIONS)).json).toHaveLength(1);
  expect(logi.logsIn(application.clientId, clientSecret)).toBe(true);
});

test('what people do in the console shows at once', async () => {
  const { call, logi } = await bench();
  const { application, clientSecret = '' } = logi.createByHand('Shop', { status: 'pending' });
  logi.approve(1);
  logi.rename(1, 'Store');
  logi.edit(1, { redirectUris: [OTHER], environment: 'live' });
  expect((await call('GET', SHOP)).json).toMatchObject({
    status: 'approved',
    name: 'Store',
    redirect_uris: [OTHER],
    environment: 'live',
  });

  logi.suspend(1);
  expect((await call('GET', SHOP)).json).toMatchObject({ status: 'suspended' });
  const fresh = logi.rotateByHand(1);
  expect(logi.logsIn(application.clientId, clientSecret)).toBe(false);
  expect(logi.logsIn(application.clientId, fresh)).toBe(true);
});
