import { expect, test } from 'vitest';
import type { Switches } from '../../../../dev/emulators/logi/switches.ts';
import { APPLICATIONS, bench, CALLBACK, credentialsIn } from './client.ts';

const HOUR_MS = 60 * 60_000;

test('a confidential client gets its secret once, unwrapped, with 201', async () => {
  const { create, call, logi } = await bench();

  const created = await create();

  expect(created.status).toBe(201);
  expect(created.json).toMatchObject({
    id: 1,
    client_id: expect.stringMatching(/^logi_[0-9a-f]{32}$/),
    client_secret: expect.stringMatching(/^logi_secret_[0-9a-f]{64}$/),
    client_type: 'confidential',
    redirect_uris: [CALLBACK],
    allowed_scopes: ['openid', 'profile'],
    status: 'sandbox',
    environment: 'test',
    organization: 'personal-8',
    webhook_url: null,
  });
  const { clientId, clientSecret } = credentialsIn(created);
  expect(logi.logsIn(clientId, clientSecret)).toBe(true);

  const shown = await call('GET', `${APPLICATIONS}/1`);
  expect(shown.json).toMatchObject({ client_id: clientId });
  expect(shown.json).not.toHaveProperty('client_secret');
});

test('a public client gets no secret and authenticates with none', async () => {
  const { create } = await bench();
  const created = await create({ client_type: 'public' });
  expect(created.json).toMatchObject({ client_type: 'public', token_endpoint_auth_method: 'none' });
  expect(created.json).not.toHaveProperty('client_secret');
});

interface Case {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly switches?: Partial<Switches>;
  readonly want: number;
}

test.each<Case>([
  { name: 'a blank name', fields: { name: ' ' }, want: 422 },
  { name: 'a missing name', fields: { name: undefined }, want: 422 },
  { name: 'a name that is too long', fields: { name: 'x'.repeat(256) }, want: 422 },
  {
    name: 'a long name where the limit is higher',
    fields: { name: 'x'.repeat(256) },
    switches: { maxNameLength: 300 },
    want: 201,
  },
  { name: 'a name that is no text', fields: { name: 7 }, want: 422 },
  { name: 'an unknown client type', fields: { client_type: 'm2m' }, want: 422 },
  { name: 'an unknown field', fields: { grant_types: [] }, want: 422 },
  {
    name: 'an unknown field that is ignored',
    fields: { grant_types: [] },
    switches: { unknownFields: 'ignored' },
    want: 201,
  },
  { name: 'a logo', fields: { logo_url: 'https://a.example.com/l.png' }, want: 422 },
  {
    name: 'a logo where it is known',
    fields: { logo_url: 'https://a.example.com/l.png' },
    switches: { logoUrl: 'accepted' },
    want: 201,
  },

  { name: 'no redirect URI', fields: { redirect_uris: [] }, want: 422 },
  {
    name: 'no redirect URI where none is needed',
    fields: { redirect_uris: [] },
    switches: { noRedirectUris: 'accepted' },
    want: 201,
  },
  { name: 'http to another host', fields: { redirect_uris: ['http://app.example.com/cb'] }, want: 422 },
  { name: 'http to localhost', fields: { redirect_uris: ['http://localhost:3000/cb'] }, want: 201 },
  { name: 'http to 127.0.0.1', fields: { redirect_uris: ['http://127.0.0.1:3000/cb'] }, want: 201 },
  { name: 'http to [::1]', fields: { redirect_uris: ['http://[::1]:3000/cb'] }, want: 201 },
  { name: 'a host that begins like localhost', fields: { redirect_uris: ['http://localhost.evil.com/cb'] }, want: 422 },
  {
    name: 'a reverse-DNS scheme',
    fields: { redirect_uris: ['com.example.app://cb'] },
    switches: { customSchemes: 'reverse-dns' },
    want: 201,
  },
  { name: 'a short custom scheme', fields: { redirect_uris: ['myapp://oauth/cb'] }, want: 201 },
  {
    name: 'a short custom scheme where reverse DNS is wanted',
    fields: { redirect_uris: ['myapp://oauth/cb'] },
    switches: { customSchemes: 'reverse-dns' },
    want: 422,
  },
  { name: 'a scheme that runs code', fields: { redirect_uris: ['javascript:alert(1)'] }, want: 422 },
  { name: 'a fragment', fields: { redirect_uris: [`${CALLBACK}#a`] }, want: 422 },
  {
    name: 'a fragment where it is accepted',
    fields: { redirect_uris: [`${CALLBACK}#a`] },
    switches: { oddRedirectUris: 'accepted' },
    want: 201,
  },
  { name: 'user information', fields: { redirect_uris: ['https://u:p@app.example.com/cb'] }, want: 422 },
  { name: 'https to an address', fields: { redirect_uris: ['https://192.0.2.7/cb'] }, want: 422 },
  { name: 'no URI at all', fields: { redirect_uris: ['callback'] }, want: 422 },
  { name: 'a duplicate', fields: { redirect_uris: [CALLBACK, CALLBACK] }, want: 422 },
  {
    name: 'a duplicate that is ignored',
    fields: { redirect_uris: [CALLBACK, CALLBACK] },
    switches: { duplicateRedirectUri: 'ignored' },
    want: 201,
  },
  {
    name: 'too many URIs',
    fields: { redirect_uris: [CALLBACK, `${CALLBACK}2`] },
    switches: { maxRedirectUris: 1 },
    want: 422,
  },
  {
    name: 'a URI that is too long',
    fields: { redirect_uris: [`${CALLBACK}?${'x'.repeat(50)}`] },
    switches: { maxUriLength: 60 },
    want: 422,
  },

  { name: 'a custom scope', fields: { allowed_scopes: ['blog:post.write'] }, want: 201 },
  { name: 'a scope with two colons', fields: { allowed_scopes: ['blog:post:write'] }, want: 422 },
  { name: 'a bare unknown scope', fields: { allowed_scopes: ['post'] }, want: 422 },
  { name: 'offline_access', fields: { allowed_scopes: ['offline_access'] }, want: 201 },
  {
    name: 'offline_access where it is no scope',
    fields: { allowed_scopes: ['offline_access'] },
    switches: { offlineAccess: 'refused' },
    want: 422,
  },

  { name: 'a public webhook', fields: { webhook_url: 'https://hooks.example.com/logi' }, want: 201 },
  { name: 'a webhook over http', fields: { webhook_url: 'http://hooks.example.com/logi' }, want: 422 },
  { name: 'a loopback webhook', fields: { webhook_url: 'http://localhost:4000/logi' }, want: 201 },
  { name: 'a webhook in the cluster', fields: { webhook_url: 'https://shop.store.svc/logi' }, want: 422 },
  { name: 'a webhook at a private address', fields: { webhook_url: 'https://10.1.2.3/logi' }, want: 422 },
  { name: 'a webhook at a private IPv6 address', fields: { webhook_url: 'https://[fd00::1]/logi' }, want: 422 },
  {
    name: 'a webhook whose name is not live yet',
    fields: { webhook_url: 'https://new.example.com/logi' },
    switches: { unresolvableHosts: ['new.example.com'] },
    want: 422,
  },
  { name: 'an app link that is no URL', fields: { app_link_url: 'app' }, want: 422 },
])('a create with $name answers $want', async ({ fields, switches, want }) => {
  const { create, logi } = await bench({ switches: switches ?? {} });
  const created = await create(fields);
  expect(created.status, created.text).toBe(want);
  expect(logi.applications()).toHaveLength(want === 201 ? 1 : 0);
});

test.each([
  { accepted: 'application', sent: 'application', want: 201 },
  { accepted: 'application', sent: 'oauth_application', want: 422 },
  { accepted: 'oauth_application', sent: 'oauth_application', want: 201 },
  { accepted: 'oauth_application', sent: 'application', want: 422 },
  { accepted: 'both', sent: 'application', want: 201 },
  { accepted: 'both', sent: 'oauth_application', want: 201 },
] as const)('the wrapper key $sent answers $want where $accepted is accepted', async ({ accepted, sent, want }) => {
  const { call } = await bench({ switches: { wrapperKey: accepted } });
  const body = { [sent]: { name: 'Shop', redirect_uris: [CALLBACK] } };
  expect(await call('POST', APPLICATIONS, { body })).toMatchObject({ status: want });
});

test.each([
  { name: 'another content type', sent: { headers: { 'content-type': 'text/plain' } }, switches: {}, want: 415 },
  {
    name: 'another content type where Rails refuses',
    sent: { headers: { 'content-type': 'text/plain' } },
    switches: { wrongContentType: 400 },
    want: 400,
  },
  { name: 'a body that is no JSON', sent: { body: '{"application":' }, switches: {}, want: 400 },
  { name: 'a body that is no object', sent: { body: '[]' }, switches: {}, want: 400 },
  {
    name: 'a client type header of its own',
    sent: { headers: { 'x-logi-client-type': 'operator' } },
    switches: {},
    want: 201,
  },
  {
    name: 'a client type header of its own where it is refused',
    sent: { headers: { 'x-logi-client-type': 'operator' } },
    switches: { clientTypeHeader: 'known' },
    want: 422,
  },
] as const)('a create with $name answers $want', async ({ sent, switches, want }) => {
  const { create } = await bench({ switches });
  expect(await create({}, sent)).toMatchObject({ status: want });
});

test('the client type header is recorded', async () => {
  const { create, logi } = await bench();
  await create({}, { headers: { 'x-logi-client-type': 'mcp' } });
  await create();
  expect(logi.applications().map(({ createdVia }) => createdVia)).toEqual(['mcp', 'api']);
});

test.each<{ form: Switches['errorForm']; want: unknown }>([
  { form: 'code', want: { error: 'invalid_redirect_uri' } },
  {
    form: 'code-and-description',
    want: { error: 'invalid_redirect_uri', error_description: 'Redirect URI is invalid' },
  },
  { form: 'errors-array', want: { errors: ['Redirect URI is invalid'] } },
  { form: 'errors-object', want: { errors: { redirect_uris: ['Redirect URI is invalid'] } } },
  { form: 'errors-text', want: { errors: 'Redirect URI is invalid' } },
  { form: 'fields', want: { redirect_uris: ['Redirect URI is invalid'] } },
])('a refusal has the form $form', async ({ form, want }) => {
  const { create } = await bench({ switches: { errorForm: form } });
  expect((await create({ redirect_uris: ['nowhere'] })).json).toEqual(want);
});

test('a second create with the same name makes another application', async () => {
  const { create, logi } = await bench();
  const first = credentialsIn(await create());
  const second = credentialsIn(await create());
  expect(second.clientId).not.toBe(first.clientId);
  expect(logi.applications()).toHaveLength(2);
});

test('a second create with the same name is refused where names are unique', async () => {
  const { create, logi } = await bench({ switches: { sameName: 'refused' } });
  await create();
  expect(await create()).toMatchObject({ status: 422, json: { error: 'name_taken' } });
  expect(logi.applications()).toHaveLength(1);
});

test.each<{ name: string; switches: Partial<Switches>; status: number; secret: unknown }>([
  { name: 'without a secret', switches: {}, status: 200, secret: undefined },
  { name: 'as if it were new', switches: { foundStatus: 201 }, status: 201, secret: undefined },
  { name: 'with an empty secret', switches: { emptySecret: 'empty' }, status: 200, secret: '' },
  { name: 'with a null secret', switches: { emptySecret: 'null' }, status: 200, secret: null },
])('a second create with the same name finds the first one $name', async ({ switches, status, secret }) => {
  const { create, logi } = await bench({ switches: { ...switches, sameName: 'found' } });
  const first = credentialsIn(await create());

  const second = await create();

  expect(second).toMatchObject({ status, json: { id: 1, client_id: first.clientId } });
  expect(Object(second.json).client_secret).toBe(secret);
  expect(logi.applications()).toHaveLength(1);
  expect(logi.logsIn(first.clientId, first.clientSecret), 'the first secret stays good').toBe(true);
  expect(logi.journal.at(-1)).toMatchObject({ operation: 'create', effect: 'none', applicationId: 1 });
});

test.each<{ names: Switches['deletedNames']; same: Switches['sameName']; want: number }>([
  { names: 'reserved', same: 'refused', want: 422 },
  { names: 'free', same: 'refused', want: 201 },
  { names: 'reserved', same: 'found', want: 422 },
  { names: 'free', same: 'found', want: 201 },
])('the name of a deleted application is $names where a taken one is $same', async ({ names, same, want }) => {
  const { create, call } = await bench({ switches: { sameName: same, deletedNames: names } });
  await create();
  await call('DELETE', `${APPLICATIONS}/1`);
  expect(await create()).toMatchObject({ status: want });
});

test('a secret that is withheld works all the same', async () => {
  const { create, logi } = await bench({ switches: { createSecret: 'withheld' } });
  expect((await create()).json).not.toHaveProperty('client_secret');
  expect(logi.applications()).toMatchObject([{ secretsIssued: 1 }]);
});

test.each<{ name: string; fields?: object; switches?: Partial<Switches>; flags: readonly string[] }>([
  { name: 'an ordinary one', flags: [] },
  { name: 'a wildcard', fields: { redirect_uris: ['https://*.example.com/cb'] }, flags: ['wildcard_redirect_uri'] },
  { name: 'a broad scope', fields: { allowed_scopes: ['admin'] }, flags: ['sensitive_scope', 'unlisted_scope'] },
  { name: 'an unlisted scope', fields: { allowed_scopes: ['address'] }, flags: ['unlisted_scope'] },
  { name: 'profile:basic', fields: { allowed_scopes: ['profile:basic'] }, flags: [] },
  {
    name: 'profile:basic where it is flagged',
    fields: { allowed_scopes: ['profile:basic'] },
    switches: { profileBasic: 'flagged' },
    flags: ['unlisted_scope'],
  },
  { name: 'a placeholder name', fields: { name: 'Test' }, flags: ['suspicious_app_name'] },
  { name: 'a name with a placeholder in it', fields: { name: 'Test Shop' }, flags: [] },
  {
    name: 'a name with a placeholder in it where words count',
    fields: { name: 'Test Shop' },
    switches: { suspiciousNames: 'word' },
    flags: ['suspicious_app_name'],
  },
  {
    name: 'a placeholder name where nothing is flagged',
    fields: { name: 'Test' },
    switches: { riskFlags: 'never' },
    flags: [],
  },
])('a registration with $name has the risk flags $flags', async ({ fields, switches, flags }) => {
  const { create, logi } = await bench({ switches: switches ?? {} });
  const created = await create({ ...fields });
  expect(logi.applications()).toMatchObject([{ riskFlags: flags }]);
  expect(created.json).toMatchObject({ status: flags.length === 0 ? 'sandbox' : 'pending' });
});

test('the fifth registration of a developer in a week waits for approval, until somebody approves it', async () => {
  const { create, call, logi } = await bench();
  const statuses = [];
  for (let n = 1; n <= 5; n += 1) {
    const { json } = await create({ name: `Shop ${n}` });
    statuses.push(Object(json).status);
  }
  expect(statuses).toEqual(['sandbox', 'sandbox', 'sandbox', 'sandbox', 'pending']);

  logi.approve(5);
  expect((await call('GET', `${APPLICATIONS}/5`)).json).toMatchObject({ status: 'approved' });
});

test.each<{ per: Switches['highVolumePer']; want: string }>([
  { per: 'developer', want: 'sandbox' },
  { per: 'organization', want: 'pending' },
])("a colleague's fifth registration is $want where the $per counts", async ({ per, want }) => {
  const keys = [{ token: 'lpa_pat_colleague', developer: 'colleague@example.com' }];
  const { create } = await bench({ keys, switches: { highVolumePer: per } });
  for (let n = 1; n <= 4; n += 1) await create({ name: `Shop ${n}` });
  expect((await create({}, { key: 'lpa_pat_colleague' })).json).toMatchObject({ status: want });
});

test('a new developer account raises a flag', async () => {
  const keys = [{ token: 'lpa_pat_new', accountSince: Date.now() - HOUR_MS }];
  const { create, logi } = await bench({ keys });
  await create({}, { key: 'lpa_pat_new' });
  expect(logi.applications()).toMatchObject([{ riskFlags: ['new_developer_account'] }]);
});

test('an unflagged registration can be approved at once', async () => {
  const { create } = await bench({ switches: { initialStatus: 'approved' } });
  expect((await create()).json).toMatchObject({ status: 'approved' });
});

test.each<{ concurrent: Switches['concurrentCreates']; want: number }>([
  { concurrent: 'serialised', want: 201 },
  { concurrent: 'one-passes', want: 409 },
])('a create while another one is served answers $want where creates are $concurrent', async ({ concurrent, want }) => {
  const { create, logi } = await bench({ switches: { concurrentCreates: concurrent } });
  const hold = logi.fault({ type: 'hold', when: 'after', operation: 'create' });
  const first = create();
  await hold.hit;

  expect(await create({ name: 'Second' })).toMatchObject({ status: want });

  hold.release();
  expect(await first).toMatchObject({ status: 201 });
  expect(await create({ name: 'Third' })).toMatchObject({ status: 201 });
});
