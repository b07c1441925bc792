import { expect, test } from 'vitest';
import { INTERNAL_ADMIN_ROLE, MANAGEMENT_ROLE, MANAGEMENT_SCOPE } from '../../../../dev/emulators/logto/catalogue.ts';
import { OPERATOR_ID } from '../../../../dev/emulators/logto/console.ts';
import { APPLICATIONS, bench, tokenRequest } from './client.ts';

test('the roles of machines are listed by name, always paged, the internal one not', async () => {
  const { call, logto } = await bench();
  logto.addRole({ name: 'reader' });
  logto.addRole({ name: 'person', type: 'User' });
  const answer = await call('GET', '/api/roles?type=MachineToMachine');
  expect(answer.headers.get('total-number')).toBe('2');
  expect(answer.json).toMatchObject([
    {
      id: MANAGEMENT_ROLE,
      name: 'Logto Management API access',
      type: 'MachineToMachine',
      applicationsCount: 1,
      featuredApplications: [{ id: OPERATOR_ID }],
    },
    { name: 'reader', applicationsCount: 0 },
  ]);
  expect((await call('GET', '/api/roles?search=person')).json).toMatchObject([{ type: 'User' }]);
  expect((await call('GET', '/api/roles')).text).not.toContain(INTERNAL_ADMIN_ROLE);
});

test('a list of roles without paging shows the first twenty', async () => {
  const { call, logto } = await bench();
  for (let n = 0; n < 25; n += 1) logto.addRole({ name: `role-${n}` });
  expect((await call('GET', '/api/roles')).json).toHaveLength(20);
  expect((await call('GET', '/api/roles?page=2')).json).toHaveLength(6);
});

test('a role for people is refused', async () => {
  const { call, logto, made } = await bench();
  const { id } = logto.addRole({ name: 'person', type: 'User' });
  const path = `${APPLICATIONS}/${made({ type: 'MachineToMachine' }).id}/roles`;
  expect(await call('POST', path, { body: { roleIds: [id] } })).toMatchObject({
    status: 422,
    json: { code: 'application.invalid_role_type' },
  });
  expect((await call('GET', path)).json).toEqual([]);
});

test('a replacement by nothing removes everything and is refused', async () => {
  const { call, logto } = await bench();
  const path = `${APPLICATIONS}/${OPERATOR_ID}/roles`;
  expect(await call('PUT', path, { body: { roleIds: [] } })).toMatchObject({ status: 422 });
  expect(logto.journal.at(-1)).toMatchObject({ operation: 'replace-roles', status: 422, effect: 'done' });
  expect((await call('GET', path)).json).toEqual([]);
});

test('a replacement by what is there already is refused and changes nothing', async () => {
  const { call, logto } = await bench();
  const body = { roleIds: [MANAGEMENT_ROLE] };
  expect(await call('PUT', `${APPLICATIONS}/${OPERATOR_ID}/roles`, { body })).toMatchObject({ status: 422 });
  expect(logto.journal.at(-1)).toMatchObject({ effect: 'none' });
});

test('a role that is sent twice is added once', async () => {
  const { call, logto, made } = await bench();
  const { id } = logto.addRole({ name: 'reader' });
  const path = `${APPLICATIONS}/${made({ type: 'MachineToMachine' }).id}/roles`;
  expect((await call('POST', path, { body: { roleIds: [id, id] } })).json).toMatchObject({ addedRoleIds: [id] });
  expect((await call('GET', path)).json).toHaveLength(1);
});

test('a role is removed once', async () => {
  const { call } = await bench();
  const path = `${APPLICATIONS}/${OPERATOR_ID}/roles/${MANAGEMENT_ROLE}`;
  expect(await call('DELETE', path)).toMatchObject({ status: 204 });
  expect(await call('DELETE', path)).toMatchObject({ status: 404, json: { code: 'entity.not_found' } });
});

test('a role that is deleted grants nothing any more', async () => {
  const { logto } = await bench();
  logto.deleteRole(MANAGEMENT_ROLE);
  expect(logto.roles().map(({ id }) => id)).toEqual([INTERNAL_ADMIN_ROLE]);
  expect((await tokenRequest(logto)).json).not.toHaveProperty('scope');
});

test('resources are listed with their scopes where they are asked for', async () => {
  const { call, logto } = await bench();
  logto.addResource({ name: 'Shop', indicator: 'https://shop.example.com', scopes: ['read', 'write'] });
  expect((await call('GET', '/api/resources?includeScopes=true')).json).toMatchObject([
    { indicator: 'https://default.logto.app/api', scopes: [{ name: 'all', id: MANAGEMENT_SCOPE.id }] },
    { name: 'Shop', scopes: [{ name: 'read' }, { name: 'write' }] },
  ]);
  expect((await call('GET', '/api/resources')).text).not.toContain('scopes');
});

test('consent is given by id and shown with names, grouped by resource', async () => {
  const { call, logto, made } = await bench();
  const { id: resourceId, scopes } = logto.addResource({
    name: 'Shop',
    indicator: 'https://shop.example.com',
    scopes: ['read'],
  });
  const organizationScope = logto.addOrganizationScope('invite');
  const path = `${APPLICATIONS}/${made({ isThirdParty: true }).id}/user-consent-scopes`;
  const ids = scopes.map(({ id }) => id);
  const body = {
    userScopes: ['email', 'urn:logto:scope:organizations'],
    resourceScopes: ids,
    organizationScopes: [organizationScope.id],
    organizationResourceScopes: ids,
  };
  expect(await call('POST', path, { body })).toMatchObject({ status: 201, text: 'Created' });
  expect(await call('POST', path, { body }), 'again').toMatchObject({ status: 201 });

  const grouped = [{ resource: { id: resourceId, name: 'Shop', indicator: 'https://shop.example.com' }, scopes }];
  expect((await call('GET', path)).json).toEqual({
    organizationScopes: [organizationScope],
    resourceScopes: grouped,
    organizationResourceScopes: grouped,
    userScopes: body.userScopes,
  });
});

test.each([
  ['user-scopes', 'userScopes'],
  ['resource-scopes', 'resourceScopes'],
  ['organization-scopes', 'organizationScopes'],
  ['organization-resource-scopes', 'organizationResourceScopes'],
] as const)('consent of the kind %s is taken back once', async (kind, column) => {
  const { call, made, logto } = await bench();
  const nothing = { userScopes: [], resourceScopes: [], organizationScopes: [], organizationResourceScopes: [] };
  const { id } = made({ isThirdParty: true, consent: { ...nothing, [column]: ['one', 'two'] } });
  const path = `${APPLICATIONS}/${id}/user-consent-scopes/${kind}/one`;
  expect(await call('DELETE', path)).toMatchObject({ status: 204 });
  expect(logto.applications().at(-1)?.consent[column]).toEqual(['two']);
  expect(await call('DELETE', path)).toMatchObject({ status: 404, json: { code: 'entity.not_found' } });
});

test.each([
  ['an unknown user scope', { userScopes: ['shoe_size'] }, 400, 'guard.invalid_input'],
  ['an unknown organization scope', { organizationScopes: ['nope'] }, 422, 'application.user_consent_scopes_not_found'],
  [
    'the Management API',
    { resourceScopes: [MANAGEMENT_SCOPE.id] },
    422,
    'application.consent_management_api_scopes_not_allowed',
  ],
])('consent to %s is refused', async (_, body, status, code) => {
  const { call, made } = await bench();
  const path = `${APPLICATIONS}/${made({ isThirdParty: true }).id}/user-consent-scopes`;
  expect(await call('POST', path, { body })).toMatchObject({ status, json: { code } });
});
