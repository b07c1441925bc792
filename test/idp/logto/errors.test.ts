import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { IdentityProvider } from '../../../src/idp/provider.ts';
import { everythingOf } from '../contract.ts';
import { failureOf, verdictOf } from '../failure.ts';
import { applicationBody, type Said, wired } from './fake-wire.ts';
import { NEVER, SHOP, withOptions } from './logto.ts';

type Call = (provider: IdentityProvider) => Promise<unknown>;

const get: Call = (provider) => provider.get('a1', NEVER);
const create: Call = (provider) => provider.register({ name: 'Shop', mark: undefined }, SHOP, NEVER);
const remove: Call = (provider) => provider.remove('a1', NEVER);
const retire: Call = (provider) => provider.retireSecret('a1', 'k8s-1', NEVER);
const inventory: Call = (provider) => provider.inventory(NEVER);

function coded(status: number, code: string, more: Readonly<Record<string, unknown>> = {}): Said {
  return { status, body: { code, message: 'Some words.', ...more } };
}

interface Case {
  readonly answer: Said;
  readonly call?: Call;
  readonly verdict: string;
  readonly field?: string;
}

function named(cases: readonly Case[]) {
  return cases.map((entry) => ({
    ...entry,
    name: `${entry.answer.status} ${JSON.stringify(entry.answer.body)?.slice(0, 80)}`,
  }));
}

describe('an answer of Logto itself', () => {
  test.each(
    named([
      { answer: coded(401, 'auth.unauthorized'), verdict: 'unauthorized, refused' },
      { answer: coded(403, 'auth.forbidden'), verdict: 'forbidden, refused' },
      { answer: coded(403, 'something.new'), verdict: 'forbidden, refused' },
      {
        answer: coded(403, 'subscription.limit_exceeded', { data: { key: 'applicationsLimit' } }),
        verdict: 'quota, refused',
      },
      { answer: coded(403, 'subscription.limit_exceeded'), call: create, verdict: 'quota, refused' },
      { answer: coded(403, 'system_limit.limit_exceeded'), call: create, verdict: 'quota, refused' },
      { answer: coded(403, 'subscription.tenant_suspended'), verdict: 'needs-person, refused' },
      { answer: coded(429, 'request.too_many'), verdict: 'throttled, refused' },
      { answer: coded(404, 'entity.not_exists_with_id'), verdict: 'not-found, refused' },
      { answer: coded(404, 'entity.not_exists'), verdict: 'not-found, refused' },
      { answer: coded(404, 'entity.not_found'), call: remove, verdict: 'not-found, refused' },
      { answer: coded(404, 'guard.something'), verdict: 'rejected, refused' },
      { answer: coded(404, 'entity.not_found'), call: inventory, verdict: 'rejected, refused' },
      { answer: coded(409, 'entity.create_failed'), call: create, verdict: 'conflict, unknown' },
      { answer: coded(422, 'entity.value_too_long'), call: create, verdict: 'rejected, refused' },
      { answer: coded(422, 'entity.db_constraint_violated'), call: create, verdict: 'rejected, unknown' },
      {
        answer: coded(422, 'application.should_delete_custom_domains_first'),
        call: remove,
        verdict: 'needs-person, refused',
      },
      { answer: coded(500, 'application.sync_application_secret_failed'), verdict: 'unavailable, unknown' },
      { answer: coded(503, 'entity.not_found'), verdict: 'unavailable, unknown' },
      {
        answer: coded(501, 'application.protected_app_not_configured'),
        call: create,
        verdict: 'unsupported, refused',
        field: 'spec.logto.protectedApp',
      },
      {
        answer: coded(422, 'application.protected_application_subdomain_exists'),
        call: create,
        verdict: 'rejected, unknown',
        field: 'spec.logto.protectedApp.subDomain',
      },
      {
        answer: coded(400, 'application.invalid_third_party_application_type'),
        call: create,
        verdict: 'rejected, refused',
        field: 'spec.logto.thirdParty',
      },
      {
        answer: coded(422, 'application.device_flow_native_only'),
        call: create,
        verdict: 'rejected, refused',
        field: 'spec.logto.deviceFlow',
      },
      {
        answer: coded(400, 'application.saml.use_saml_app_api'),
        call: remove,
        verdict: 'rejected, refused',
        field: 'spec.type',
      },
    ]),
  )('$name is $verdict', async ({ answer, call = get, verdict, field }) => {
    const { provider } = wired(() => answer);
    const failure = await failureOf(call(provider));
    expect(`${failure.code}, ${failure.details.effect}`).toBe(verdict);
    expect(failure.details).toMatchObject({ status: answer.status });
    if (field !== undefined) expect(failure.details.field).toBe(field);
  });

  test.each([
    { path: ['name'], field: 'spec.displayName' },
    { path: ['oidcClientMetadata', 'redirectUris', 1], field: 'spec.redirectUris[1]' },
    { path: ['oidcClientMetadata', 'postLogoutRedirectUris', 0], field: 'spec.postLogoutRedirectUris[0]' },
    { path: ['oidcClientMetadata', 'backchannelLogoutUri'], field: 'spec.backchannelLogout.uri' },
    { path: ['customClientMetadata', 'corsAllowedOrigins', 2], field: 'spec.corsAllowedOrigins[2]' },
    { path: ['customClientMetadata', 'refreshTokenTtlInDays'], field: 'spec.tokens.refreshTokenTtl' },
    { path: ['customClientMetadata', 'refreshTokenTtl'], field: 'spec.tokens.refreshTokenTtl' },
    { path: ['customData', 'my own key', 'x'], field: 'spec.logto.customData' },
    { path: ['protectedAppMetadata', 'pageRules', 0, 'path'], field: 'spec.logto.protectedApp.pageRules[0].path' },
    { path: ['userScopes', 3], field: 'spec.logto.thirdParty.consentScopes.user[3]' },
    { path: ['isAdmin'], field: 'spec.logto.managementApiAccess' },
    { path: ['nameless'], field: undefined },
    { path: [], field: undefined },
  ])('about $path of the body is about $field', async ({ path, field }) => {
    const data = { issues: [{ code: 'custom', message: 'Invalid input', path }], name: 'ZodError' };
    const { provider } = wired(() => coded(400, 'guard.invalid_input', { data }));
    expect((await failureOf(get(provider))).details).toMatchObject({ effect: 'refused', field });
  });

  test.each([
    { ids: [['nope'], [], []], said: 'it has no scope nope' },
    { ids: [['r1'], ['o1', 'o2'], []], said: 'it has no scope r1, o1, o2' },
    { ids: [['r1', 'r2'], ['o1'], ['x1', 'x2']], said: 'it has no scope r1, r2, o1, x1 and 1 more' },
    { ids: [['a\n', '#internal:abc'], [], []], said: 'it has no scope a , [redacted]' },
    { ids: [[], [], []], said: 'Some words.' },
  ])('about scopes that there are not names the first: $said', async ({ ids, said }) => {
    const [invalidResourceScopes, invalidOrganizationScopes, invalidOrganizationResourceScopes] = ids;
    const data = { invalidOrganizationScopes, invalidResourceScopes, invalidOrganizationResourceScopes };
    const { provider } = wired(() => coded(422, 'application.user_consent_scopes_not_found', { data }));
    expect((await failureOf(get(provider))).message).toBe(`Logto rejects the request: ${said}`);
  });

  test('that is over 1 MiB of data is about that data', async () => {
    const others = 'x'.repeat(1024 * 1024);
    const { provider } = wired((_, number) =>
      number === 1
        ? { status: 200, body: applicationBody({ customData: { others } }) }
        : { status: 404, body: 'Not Found' },
    );
    const found = await provider.get('a1', NEVER);
    const wanted = withOptions({ 'logto.customData': { a: 1 } });
    const failure = await failureOf(provider.update(found, wanted, ['logto.customData'], NEVER));
    expect(failure).toMatchObject({ code: 'rejected', details: { field: 'spec.logto.customData' } });
  });

  test('says when to come again', async () => {
    const { provider } = wired(() => ({ ...coded(429, 'x.y'), headers: { 'retry-after': '7' } }));
    expect((await failureOf(get(provider))).details.retryAfterMs).toBe(7000);
  });
});

describe('an answer of whatever stands in front of Logto', () => {
  test.each(
    named([
      { answer: { status: 404, body: 'Not Found' }, verdict: 'unavailable, unknown' },
      { answer: { status: 404, body: { message: 'no Route matched' } }, verdict: 'unavailable, unknown' },
      { answer: { status: 403, body: { message: 'Forbidden' } }, verdict: 'unavailable, unknown' },
      { answer: { status: 400, body: { message: 'Unexpected end of JSON input' } }, verdict: 'unavailable, unknown' },
      { answer: { status: 401, body: '<html>', type: 'text/html' }, verdict: 'unavailable, unknown' },
      { answer: { status: 429, body: 'slow down' }, verdict: 'throttled, unknown' },
      { answer: { status: 302 }, verdict: 'unavailable, unknown' },
      { answer: { status: 502, body: '<html>', type: 'text/html' }, verdict: 'unavailable, unknown' },
      { answer: { status: 500, body: { message: 'Internal server error.' } }, verdict: 'unavailable, unknown' },
      { answer: { status: 200, body: '<html>', type: 'text/html' }, verdict: 'malformed, unknown' },
      { answer: { status: 200, body: 'OK' }, verdict: 'malformed, unknown' },
      { answer: { status: 204 }, verdict: 'malformed, unknown' },
      { answer: { status: 200, body: {} }, verdict: 'malformed, unknown' },
      { answer: { status: 200, body: applicationBody({ id: '../a1' }) }, verdict: 'malformed, unknown' },
      { answer: { status: 200, body: applicationBody({ id: 'a2' }) }, verdict: 'malformed, unknown' },
      { answer: { status: 200, body: '<html>', type: 'text/html' }, call: remove, verdict: 'malformed, unknown' },
      { answer: { status: 200, body: { status: 'ok' } }, call: remove, verdict: 'malformed, unknown' },
      { answer: { status: 200, body: { status: 'ok' } }, call: retire, verdict: 'malformed, unknown' },
      { answer: { status: 200, body: {} }, call: inventory, verdict: 'malformed, unknown' },
      { answer: { status: 200, body: [{ name: 'no id' }] }, call: inventory, verdict: 'malformed, unknown' },
      {
        answer: { status: 200, body: [applicationBody()], headers: { 'total-number': '2' } },
        call: inventory,
        verdict: 'malformed, unknown',
      },
    ]),
  )('$name is $verdict', async ({ answer, call = get, verdict }) => {
    const { provider } = wired(() => answer);
    expect(await verdictOf(call(provider))).toBe(verdict);
  });
});

describe('an address that redirects', () => {
  const REDIRECTS = [301, 302, 303, 307, 308];
  const location = 'https://new.example.com/auth/api/applications?token=planted';

  test.each(REDIRECTS)('is to be corrected where the list is answered with %i', async (status) => {
    const { provider } = wired(() => ({ status, headers: { location } }));
    const { code, message, details } = await failureOf(provider.inventory(NEVER));
    expect({ code, effect: details.effect }).toEqual({ code: 'misdirected', effect: 'unknown' });
    expect(message).toBe(
      `The address that spec.logto.endpoint of the provider object names redirects to https://new.example.com, where nothing is sent: correct it (HTTP ${status}).`,
    );
  });

  test.each(REDIRECTS)('is to be corrected where a token is answered with %i', async (status) => {
    const fine = () => ({ status: 200, body: [] });
    const { provider, requests } = wired(fine, () => ({ status, headers: { location } }));
    const { code, message } = await failureOf(provider.inventory(NEVER));
    expect(code).toBe('misdirected');
    expect(message).toContain(
      `redirects to https://new.example.com, where nothing is sent: correct it (HTTP ${status})`,
    );
    expect(requests).toEqual([]);
  });

  test.each([
    { to: undefined, why: 'nothing' },
    { to: '/login', why: 'a path' },
    { to: 'javascript:alert(1)', why: 'no web address' },
    { to: `https://${'a.'.repeat(140)}example.com/`, why: 'a host without end' },
    { to: 'https://user:planted@', why: 'no host' },
  ])('is named without where it leads to if that is $why', async ({ to }) => {
    const { provider } = wired(() => ({ status: 302, headers: to === undefined ? {} : { location: to } }));
    expect((await failureOf(provider.inventory(NEVER))).message).toBe(
      'The address that spec.logto.endpoint of the provider object names redirects, and no redirect is followed: correct it (HTTP 302).',
    );
  });

  test('is named without the login that its target holds', async () => {
    const to = 'https://user:planted@new.example.com:8443/planted?planted#planted';
    const { provider } = wired(() => ({ status: 302, headers: { location: to } }));
    const shown = everythingOf(await failureOf(provider.inventory(NEVER)));
    expect(shown).toContain('https://new.example.com:8443,');
    expect(shown).not.toContain('planted');
  });
});

test.each([
  { answer: { status: 404, body: 'Not Found' }, said: 'Logto cannot be used at the moment (HTTP 404).' },
  { answer: { status: 500, body: { message: 'no' } }, said: 'Logto cannot be used at the moment (HTTP 500).' },
  { answer: { status: 302 }, said: 'Logto cannot be used at the moment (HTTP 302).' },
  { answer: { status: 429, body: 'slow down' }, said: 'Logto wants fewer requests (HTTP 429).' },
])('what stands in front of Logto is told by its status: $said', async ({ answer, said }) => {
  const { provider } = wired(() => answer);
  expect((await failureOf(get(provider))).message).toBe(said);
});

test('what Logto says is shown without anything secret in it', async () => {
  const message = 'bad: #internal:abcdef eyJhbGciOi.eyJzdWIi.c2ln AbCdEfGhIjKlMnOpQrStUvWxYz012345 token-1';
  const { provider } = wired(() => ({ status: 422, body: { code: 'entity.invalid_input', message } }));
  const shown = everythingOf(await failureOf(get(provider)));
  for (const secret of ['#internal:abcdef', 'eyJ', 'AbCdEf']) expect(shown).not.toContain(secret);
  expect((await failureOf(get(provider))).message).toMatch(/^Logto rejects the request: bad: /);
});

const Exchanges = z.object({
  exchanges: z.array(
    z.object({ label: z.string(), path: z.string(), status: z.number(), response: z.unknown().optional() }),
  ),
});

test('no error that was recorded of a real server is misread', async () => {
  const golden = readFileSync(new URL('../../golden/logto-recorded.json', import.meta.url), 'utf8');
  const { exchanges } = Exchanges.parse(JSON.parse(golden));
  const errors = exchanges.filter(({ path, status }) => path.startsWith('/api/') && status >= 400 && status < 500);
  expect(errors.length).toBeGreaterThan(30);
  for (const { label, status, response } of errors) {
    const { provider } = wired(() => ({ status, body: response }));
    const { code, details } = await failureOf(get(provider));
    const isCoded = z.object({ code: z.string() }).safeParse(response).success;
    expect([label, details.effect]).toEqual([label, isCoded ? 'refused' : 'unknown']);
    expect(code, label).not.toBe('malformed');
  }
});

describe('the id of an exchange', () => {
  const ID = 'k3v9x0a7q2w5e8r1';

  test.each([
    { why: 'a refusal', answer: coded(422, 'entity.value_too_long') },
    { why: 'a fault', answer: { status: 500, body: { message: 'Internal server error.' } } },
    { why: 'an answer that cannot be read', answer: { status: 200, body: {} } },
  ])('is kept of $why, and shown in no message', async ({ answer }) => {
    const { provider } = wired(() => ({ ...answer, headers: { 'logto-core-request-id': ID } }));
    const { message, details } = await failureOf(get(provider));
    expect(details.requestId).toBe(ID);
    expect(message).not.toContain(ID);
  });

  test('is kept where no token is issued', async () => {
    const refused = { status: 401, body: { error: 'invalid_client' }, headers: { 'logto-core-request-id': ID } };
    const { provider } = wired(
      () => coded(404, 'x.y'),
      () => refused,
    );
    expect((await failureOf(get(provider))).details.requestId).toBe(ID);
  });

  test.each(['', 'a b', 'x'.repeat(65), '#internal:x', 'eyJhbGciOi.eyJzdWIi.c2ln'])(
    'is dropped where it has another form: %s',
    async (id) => {
      const { provider } = wired(() => ({ ...coded(422, 'x.y'), headers: { 'logto-core-request-id': id } }));
      expect((await failureOf(get(provider))).details.requestId).toBeUndefined();
    },
  );
});
