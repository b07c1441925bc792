import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Distortion } from '../../dev/emulators/faults.ts';
import { UNSERVED } from '../../dev/emulators/frontend.ts';
import type { Operation as LogiOperation } from '../../dev/emulators/logi/routes.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../dev/emulators/logto/console.ts';
import type { Logto } from '../../dev/emulators/logto/core.ts';
import type { Operation as LogtoOperation } from '../../dev/emulators/logto/routes.ts';
import { createStrikes } from '../../dev/sim/blows.ts';
import { seededChance } from '../../dev/sim/chance.ts';
import { beginLife } from '../../dev/sim/life.ts';
import { ORIGINS } from '../../dev/sim/manifests.ts';
import { createNetwork } from '../../dev/sim/network.ts';
import type { Heard } from '../../dev/sim/provider.ts';
import { providerSockets } from '../../dev/sim/provider-sockets.ts';
import { drawScenario } from '../../dev/sim/scenario/draw.ts';
import { createScheduler } from '../../dev/sim/scheduler.ts';
import { createTenants } from '../../dev/sim/tenants.ts';
import { WireError, type WireRequest } from '../../src/idp/http.ts';
import { logiTwins, logtoTwins, seen } from './twins.ts';

const Token = z.object({ access_token: z.string() });

const CALLBACK = 'https://app.example.com/cb';
const LIMIT = 1024 * 1024;
const FOREVER = new AbortController().signal;

/** A request but for its origin and the credentials that most have. */
interface Sent {
  readonly method: WireRequest['method'];
  readonly path: string;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request and the status of its answer. */
interface Answered extends Sent {
  readonly status: number;
}

function requestTo(origin: string, { method, path, json, form, headers }: Sent, authorization: string): WireRequest {
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  const text = form === undefined ? JSON.stringify(json) : new URLSearchParams(form).toString();
  const content = text === undefined ? {} : { 'content-type': type };
  return { method, url: origin + path, headers: { authorization, ...content, ...headers }, body: text };
}

const LOGI_KEY = 'Bearer lpa_pat_test';
const APPLICATIONS = '/api/v1/applications';
const URIS = { redirect_uris: ['https://app.example.com/ü', 'https://app.example.com/2'] };
const LOGIN = { grant_type: 'authorization_code', code: 'never-issued', client_id: 'logi_none', client_secret: 'none' };

const AT_LOGI: Readonly<Record<LogiOperation, Answered>> = {
  list: { status: 200, method: 'GET', path: `${APPLICATIONS}?page=1&per_page=2` },
  create: { status: 201, method: 'POST', path: APPLICATIONS, json: { application: { name: 'Läden', ...URIS } } },
  show: { status: 200, method: 'GET', path: `${APPLICATIONS}/1` },
  update: { status: 200, method: 'PATCH', path: `${APPLICATIONS}/1`, json: { application: { name: 'Shop', ...URIS } } },
  'add-redirect': {
    status: 200,
    method: 'POST',
    path: `${APPLICATIONS}/1/redirect_uris`,
    json: { uri: 'https://c.example.com/' },
  },
  'remove-redirect': {
    status: 200,
    method: 'DELETE',
    path: `${APPLICATIONS}/1/redirect_uris?uri=https%3A%2F%2Fa.example.com%2F`,
  },
  rotate: { status: 200, method: 'POST', path: `${APPLICATIONS}/1/rotate_secret` },
  delete: { status: 204, method: 'DELETE', path: `${APPLICATIONS}/1` },
  token: { status: 401, method: 'POST', path: '/oauth/token', form: LOGIN, headers: { Authorization: '' } },
  me: { status: 200, method: 'GET', path: '/api/v1/me' },
  discovery: { status: 200, method: 'GET', path: '/.well-known/openid-configuration' },
  health: { status: 200, method: 'GET', path: '/up' },
  unknown: { status: 404, method: 'GET', path: '/nowhere/../at-all' },
};

const REFUSED_AT_LOGI: readonly (Answered & { readonly why: string })[] = [
  { why: 'no key', status: 401, method: 'GET', path: APPLICATIONS, headers: { authorization: '' } },
  { why: 'no such application', status: 404, method: 'GET', path: `${APPLICATIONS}/7` },
  { why: 'a body that is no JSON', status: 415, method: 'POST', path: APPLICATIONS, form: { name: 'Shop' } },
  {
    why: 'a name that is none',
    status: 422,
    method: 'POST',
    path: APPLICATIONS,
    json: { application: { name: '', ...URIS } },
  },
];

async function logi(switches: Parameters<typeof logiTwins>[0] = {}) {
  const both = await logiTwins(switches);
  const redirectUris = ['https://a.example.com/', 'https://b.example.com/'];
  for (const name of ['One', 'Two', 'Three']) both.each((logi) => logi.createByHand(name, { redirectUris }));
  return { both, requestOf: (sent: Sent) => requestTo(both.emulator.url, sent, LOGI_KEY) };
}

test.each([...Object.entries(AT_LOGI).map(([why, sent]) => ({ why, ...sent })), ...REFUSED_AT_LOGI])(
  'logi answers through the simulated wire as over a socket: $why',
  async ({ why, status, ...sent }) => {
    const { both, requestOf } = await logi({ paging: 'page', pagingHint: 'link', retryAfter: 'date' });
    await using twins = both;
    const request = requestOf(sent);

    const overSocket = seen(await twins.wire(request, LIMIT, FOREVER));
    expect(seen(twins.simulated.exchange(request))).toEqual(overSocket);
    expect(twins.core.applications()).toEqual(twins.emulator.applications());
    expect(twins.simulated.operationOf(request)).toBe(twins.emulator.journal.at(-1)?.operation);
    if (why in AT_LOGI) expect(twins.simulated.operationOf(request)).toBe(why);
  },
);

test('logi counts simulated requests against their address', async () => {
  const { both, requestOf } = await logi({ retryAfter: 'date' });
  await using twins = both;
  const request = requestOf(AT_LOGI.list);
  for (let n = 0; n < 60; n += 1) twins.simulated.exchange(request);
  expect(twins.simulated.exchange(request).status).toBe(429);
});

const A = '/auth/api/applications';
const CLIENT = { client_id: OPERATOR_ID, client_secret: OPERATOR_SECRET };
const GRANT = { grant_type: 'client_credentials', resource: 'https://default.logto.app/api', scope: 'all', ...CLIENT };
const TWO = { redirectUris: ['https://b.example.com/ü'], postLogoutRedirectUris: [] };
const MADE = { name: 'Läden', type: 'Traditional', oidcClientMetadata: TWO, customData: { ours: 'ü' } };

/** A path names what was made by hand, see {@link logto}. */
const AT_LOGTO: Readonly<Record<LogtoOperation, Answered>> = {
  list: { status: 200, method: 'GET', path: `${A}?page=1&page_size=2` },
  create: { status: 200, method: 'POST', path: A, json: MADE },
  show: { status: 200, method: 'GET', path: `${A}/:shop` },
  update: { status: 200, method: 'PATCH', path: `${A}/:shop`, json: { name: 'Läden', oidcClientMetadata: TWO } },
  delete: { status: 204, method: 'DELETE', path: `${A}/:shop` },
  'merge-custom-data': { status: 200, method: 'PATCH', path: `${A}/:shop/custom-data`, json: { more: 1 } },
  'delete-legacy-secret': { status: 200, method: 'DELETE', path: `${A}/:shop/legacy-secret` },
  'list-secrets': { status: 200, method: 'GET', path: `${A}/:shop/secrets` },
  'create-secret': { status: 201, method: 'POST', path: `${A}/:shop/secrets`, json: { name: 'second' } },
  'delete-secret': { status: 204, method: 'DELETE', path: `${A}/:shop/secrets/Default%20secret` },
  'rename-secret': { status: 200, method: 'PATCH', path: `${A}/:shop/secrets/Default%20secret`, json: { name: 'ä' } },
  'list-application-roles': { status: 200, method: 'GET', path: `${A}/:machine/roles` },
  'add-roles': { status: 201, method: 'POST', path: `${A}/:machine/roles`, json: { roleIds: ['reader'] } },
  'replace-roles': { status: 200, method: 'PUT', path: `${A}/:machine/roles`, json: { roleIds: ['reader'] } },
  'remove-role': { status: 204, method: 'DELETE', path: `${A}/:machine/roles/writer` },
  'add-consent': {
    status: 201,
    method: 'POST',
    path: `${A}/:shop/user-consent-scopes`,
    json: { userScopes: ['profile'] },
  },
  'show-consent': { status: 200, method: 'GET', path: `${A}/:shop/user-consent-scopes` },
  'remove-consent': { status: 204, method: 'DELETE', path: `${A}/:shop/user-consent-scopes/user-scopes/profile` },
  'sign-in-experience': { status: 404, method: 'GET', path: `${A}/:shop/sign-in-experience` },
  'list-domains': { status: 200, method: 'GET', path: `${A}/:edge/protected-app-metadata/custom-domains` },
  'add-domain': {
    status: 201,
    method: 'POST',
    path: `${A}/:edge/protected-app-metadata/custom-domains`,
    json: { domain: 'a.example.com' },
  },
  'delete-domain': {
    status: 204,
    method: 'DELETE',
    path: `${A}/:domain/protected-app-metadata/custom-domains/a.example.com`,
  },
  'create-saml': { status: 201, method: 'POST', path: '/auth/api/saml-applications', json: { name: 'SAML' } },
  'delete-saml': { status: 204, method: 'DELETE', path: '/auth/api/saml-applications/:saml' },
  'list-roles': { status: 200, method: 'GET', path: '/auth/api/roles' },
  'list-resources': { status: 200, method: 'GET', path: '/auth/api/resources?includeScopes=true' },
  'list-organization-scopes': { status: 200, method: 'GET', path: '/auth/api/organization-scopes' },
  status: { status: 204, method: 'GET', path: '/auth/api/status' },
  swagger: { status: 200, method: 'GET', path: '/auth/api/swagger.json' },
  token: { status: 200, method: 'POST', path: '/auth/oidc/token', form: GRANT, headers: { authorization: '' } },
  introspect: {
    status: 200,
    method: 'POST',
    path: '/auth/oidc/token/introspection',
    form: { token: 'x', ...CLIENT },
    headers: { authorization: '' },
  },
  authorize: {
    status: 303,
    method: 'GET',
    path: `/auth/oidc/auth?client_id=:shop&redirect_uri=${encodeURIComponent(CALLBACK)}`,
  },
  discovery: { status: 200, method: 'GET', path: '/auth/oidc/.well-known/openid-configuration' },
  unknown: { status: 404, method: 'GET', path: '/oidc/auth' },
  'wrong-method': { status: 405, method: 'PUT', path: A, json: {} },
};

const REFUSED_AT_LOGTO: readonly (Answered & { readonly why: string })[] = [
  { why: 'no token', status: 401, method: 'GET', path: A, headers: { authorization: '' } },
  { why: 'no such application', status: 404, method: 'GET', path: `${A}/none` },
  { why: 'a type that is none', status: 400, method: 'POST', path: A, json: { ...MADE, type: 'Other' } },
  {
    why: 'a wrong secret',
    status: 401,
    method: 'POST',
    path: '/auth/oidc/token',
    form: { ...GRANT, client_secret: 'wrong' },
  },
];

function furnish(logto: Logto): Readonly<Record<string, string>> {
  const uris = { redirectUris: [CALLBACK], postLogoutRedirectUris: [] };
  for (const name of ['reader', 'writer']) logto.addRole({ id: name, name });
  const shop = logto.createByHand({ name: 'Shop', type: 'Traditional', oidcClientMetadata: uris, isThirdParty: true });
  logto.setLegacySecret(shop.id, 'from-before-1.19');
  logto.edit(shop.id, { consent: { ...shop.consent, userScopes: ['profile'] } });
  const machine = logto.createByHand({ name: 'Machine', type: 'MachineToMachine', roleIds: ['writer'] });
  const app = { host: 'edge.protected.app', origin: 'https://edge.example.com', sessionDuration: 60, pageRules: [] };
  const edge = logto.createByHand({ name: 'Edge', type: 'Protected', protectedAppMetadata: app });
  const domain = logto.createByHand({ name: 'Domain', type: 'Protected', protectedAppMetadata: app });
  logto.addCustomDomain(domain.id, 'a.example.com');
  const saml = logto.createByHand({ name: 'SAML', type: 'SAML', saml: {} });
  return { ':shop': shop.id, ':machine': machine.id, ':edge': edge.id, ':domain': domain.id, ':saml': saml.id };
}

async function logto() {
  const both = await logtoTwins({ protectedApps: 'configured' });
  furnish(both.emulator);
  const ids = furnish(both.core);
  const origin = new URL(both.emulator.url).origin;
  const forToken = requestTo(origin, AT_LOGTO.token, '');
  const answer = both.simulated.exchange(forToken);
  expect(seen(await both.wire(forToken, LIMIT, FOREVER))).toEqual(seen(answer));
  const bearer = `Bearer ${Token.parse(JSON.parse(seen(answer).body)).access_token}`;
  return {
    both,
    requestOf({ path, ...sent }: Sent) {
      return requestTo(origin, { ...sent, path: path.replaceAll(/:[a-z]+/g, (name) => ids[name] ?? name) }, bearer);
    },
  };
}

test.each([...Object.entries(AT_LOGTO).map(([why, sent]) => ({ why, ...sent })), ...REFUSED_AT_LOGTO])(
  'Logto answers through the simulated wire as over a socket: $why',
  async ({ why, status, ...sent }) => {
    const { both, requestOf } = await logto();
    await using twins = both;
    const request = requestOf(sent);

    const overSocket = seen(await twins.wire(request, LIMIT, FOREVER));
    expect(seen(twins.simulated.exchange(request))).toEqual(overSocket);
    expect(twins.core.applications()).toEqual(twins.emulator.applications());
    expect(twins.simulated.operationOf(request)).toBe(twins.emulator.journal.at(-1)?.operation);
    if (why in AT_LOGTO) expect(twins.simulated.operationOf(request)).toBe(why);
  },
);

test('Logto spares a simulated client what it has seen already', async () => {
  const { both, requestOf } = await logto();
  await using twins = both;
  const { etag } = twins.simulated.exchange(requestOf(AT_LOGTO.swagger)).headers;
  await twins.wire(requestOf(AT_LOGTO.swagger), LIMIT, FOREVER);
  const again = requestOf({ ...AT_LOGTO.swagger, headers: { 'if-none-match': z.string().parse(etag) } });

  const overSocket = seen(await twins.wire(again, LIMIT, FOREVER));
  expect(seen(twins.simulated.exchange(again))).toEqual(overSocket);
  expect(overSocket.status).toBe(304);
});

const DISTORTIONS: readonly (Distortion & { readonly why: string })[] = [
  { why: 'a reset', type: 'reset' },
  { why: 'silence', type: 'timeout' },
  { why: 'a server error', type: 'status', status: 503 },
  { why: 'a refusal with a time', type: 'status', status: 429, headers: { 'Retry-After': '7' } },
  { why: 'a status without content', type: 'status', status: 204, body: '' },
  { why: 'a page', type: 'html' },
  { why: 'a page that says that all is well', type: 'html', status: 200 },
  { why: 'half a body', type: 'truncate' },
  { why: 'a body that is no JSON', type: 'garbage' },
  { why: 'a large body', type: 'oversize', bytes: LIMIT / 2 },
  { why: 'a body that is too large', type: 'oversize', bytes: 2 * LIMIT },
  { why: 'a slow body', type: 'slow-body', everyMs: 1 },
];

const STRIKES = DISTORTIONS.flatMap((each) => (['before', 'after'] as const).map((when) => ({ ...each, when })));

test.each(STRIKES)('$why $when the effect is heard as over a socket', async ({ why, when, ...distortion }) => {
  const { both, requestOf } = await logi();
  await using twins = both;
  const request = requestOf(AT_LOGI.create);

  const deadline = new AbortController();
  const { hit } = twins.emulator.fault({ ...distortion, when });
  const overSocket = twins.wire(request, LIMIT, deadline.signal).then(seen, failureIn);
  await hit;
  if (distortion.type === 'timeout') deadline.abort();

  using visit = twins.simulated.admit(request);
  const answer = when === 'before' ? UNSERVED : visit.serve().answer;
  expect(outcomeOf(twins.simulated.hear(answer, distortion, LIMIT))).toEqual(await overSocket);
  expect(twins.core.applications()).toEqual(twins.emulator.applications());
});

function failureIn(error: unknown) {
  if (!(error instanceof WireError)) throw error;
  return { kind: error.kind, code: error.code };
}

function outcomeOf(heard: Heard) {
  return heard.type === 'response' ? seen(heard.response) : failureIn(heard.error);
}

test.each([
  { distortion: undefined, afterMs: 0 },
  { distortion: { type: 'reset' }, afterMs: 0 },
  { distortion: { type: 'timeout' }, afterMs: Number.POSITIVE_INFINITY },
  { distortion: { type: 'slow-body', everyMs: 1000 }, afterMs: '{"status":"ok"}'.length * 1000 },
] as const)('an answer that $distortion.type distorts is heard after $afterMs ms', async ({ distortion, afterMs }) => {
  await using twins = await logiTwins();
  expect(twins.simulated.hear(UNSERVED, distortion, LIMIT).afterMs).toBe(afterMs);
});

test.each([
  { distortion: undefined, maxBytes: 14 },
  { distortion: { type: 'truncate' }, maxBytes: 7 },
  { distortion: { type: 'slow-body', everyMs: 0 }, maxBytes: 14 },
] as const)('no more than $maxBytes bytes are read of an answer', async ({ distortion, maxBytes }) => {
  await using twins = await logiTwins();
  expect(outcomeOf(twins.simulated.hear(UNSERVED, distortion, maxBytes))).toMatchObject({ kind: 'too-large' });
  expect(outcomeOf(twins.simulated.hear(UNSERVED, distortion, maxBytes + 1))).not.toMatchObject({ kind: 'too-large' });
});

test('a request that something in front repeats is served twice, and the second answer is heard', async () => {
  const { both, requestOf } = await logi();
  await using twins = both;
  const request = requestOf(AT_LOGI.create);
  twins.emulator.fault({ type: 'repeat', when: 'before' });

  const overSocket = seen(await twins.wire(request, LIMIT, FOREVER));
  expect(seen(twins.simulated.serveTwice(request))).toEqual(overSocket);
  expect(twins.core.applications()).toEqual(twins.emulator.applications());
  expect(twins.core.applications()).toHaveLength(5);
});

/** The sockets of a process, by which it reaches a logi that lets one create pass at a time. */
function throughSockets() {
  const scheduler = createScheduler(seededChance(1));
  const shape = { ...drawScenario(1).shape, logi: 'one-passes' } as const;
  const chance = seededChance(2);
  const { sites } = createTenants({ scheduler, chance, startMs: 0, shape, tell: () => undefined });
  const strikes = createStrikes();
  const network = createNetwork({ scheduler, chance, strikes, onStruck: () => undefined, onFelled: () => undefined });
  const life = beginLife(
    scheduler,
    () => scheduler.now(),
    () => undefined,
  );
  const { wire } = providerSockets({ sites, life, network });
  const create = () => wire(requestTo(ORIGINS.logi, AT_LOGI.create, LOGI_KEY), LIMIT, FOREVER);
  return {
    strikes,
    async creates(count: number) {
      const answers = Promise.all(Array.from({ length: count }, create));
      await scheduler.run(scheduler.now() + 60_000);
      return (await answers).map(({ status }) => status).toSorted();
    },
  };
}

test('two creates of one developer at once are seen to be at once, and the next one is alone', async () => {
  const { creates, strikes } = throughSockets();
  const blow = { type: 'slow', thereMs: 1, backMs: 1_000 } as const;
  strikes.plant({ on: { side: 'provider', kind: 'logi create' }, skip: 0, blow });
  expect(await creates(2)).toEqual([201, 409]);
  expect(await creates(1)).toEqual([201]);
});

test('a create that something in front repeats is not in its own way', async () => {
  const { creates, strikes } = throughSockets();
  strikes.plant({ on: { side: 'provider', kind: 'logi create' }, skip: 0, blow: { type: 'twice' } });
  expect(await creates(1)).toEqual([201]);
});
