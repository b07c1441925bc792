import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../../../dev/emulators/logto/console.ts';
import { startLogtoEmulator } from '../../../../dev/emulators/logto.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import type { Seen } from './client.ts';
import { basic, send, sendForm, tokenIn } from './client.ts';
import type { Exchange } from './replay.ts';
import { bindings, Recording } from './replay.ts';

/**
 * Every recorded exchange of a real Logto 1.42.0, in order, against one emulator.
 *
 * All 87 are replayed. What the recording leaves out the console does in between (see INTERLUDES). The death of the
 * server together with its PostgreSQL, which the notes tell of, is no exchange: the `reset` fault stands for it.
 */
const { exchanges } = Recording.parse(
  JSON.parse(readFileSync(new URL('../../../golden/logto-recorded.json', import.meta.url), 'utf8')),
);

const URIS = { redirectUris: ['https://app.example.com/cb'], postLogoutRedirectUris: ['https://app.example.com/'] };

const clock = manualClock(1_795_312_225_500);
const logto = await startLogtoEmulator({ clock });
afterAll(() => logto.close());

const words = bindings(new URL(logto.url).host);
const tokens = { whole: '', scopeless: '' };
/** Secrets of the machine application, also those that are gone by now. */
const machineSecrets = new Map<string, string>();

test('the recording is whole', () => {
  expect(exchanges).toHaveLength(87);
  const labels = exchanges.map(({ label }) => label);
  expect(
    [...Object.keys(INTERLUDES), ...Object.keys(LOGINS)].filter((label) => !labels.includes(label)),
    'what was prepared for an exchange that there is not',
  ).toEqual([]);
});

test.each(exchanges)('$label', async (exchange) => {
  await INTERLUDES[exchange.label]?.();
  await clock.advance(50);
  const answer = await replay(exchange);

  expect(answer.status).toBe(exchange.status);
  for (const [name, value] of Object.entries(exchange.headers ?? {})) {
    expect(answer.headers.get(name), name).toBe(words.text(value));
  }
  if (exchange.response !== undefined) {
    expect(answer.json).toEqual(words.expected(exchange.response, answer.json));
  }
  if (exchange.responseText !== undefined) expect(answer.text).toBe(exchange.responseText);
  if (exchange.note === '(text/plain)') expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  if (exchange.note === '(empty body)') expect(answer.text).toBe('');
  remember(exchange, answer);
});

test('what had different ids in the recording has different ids here', () => {
  const ids = [...words.all()].filter(([word]) => word.startsWith('<id')).map(([, id]) => id);
  expect(ids).toHaveLength(11);
  expect(new Set(ids).size).toBe(ids.length);
});

test('what was made later in the recording was made no earlier here', () => {
  const times = [...words.all()].filter(([word]) => word.startsWith('<time')).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const made = times.map(([, at]) => Number(at));
  expect(made).toEqual(made.toSorted((a, b) => a - b));
  expect(new Set(made).size).toBeGreaterThan(made.length / 2);
});

/** What happened between the exchange before and this one. */
const INTERLUDES: Readonly<Record<string, () => void | Promise<unknown>>> = {
  'create: with id/secret in body'() {
    const types = { name: 'probe-Traditional', type: 'Traditional' } as const;
    words.bind('<id8>', logto.createByHand(types).id);
    words.bind('<id6>', thirdPartyApplication());
  },
  async 'patch {}'() {
    const path = words.text(`${logto.url}/api/applications/<id3>/custom-data`);
    await send(path, 'PATCH', { body: { y: null }, headers: { authorization: `Bearer ${tokens.whole}` } });
  },
  'create 2nd secret, no expiry': () => clock.advance(1_795_312_330_000 - clock.now()),
  'token M 3rd (short) AFTER expiry (basic)': () => clock.advance(1_795_312_334_087 - clock.now()),
  'list after all deleted': () => logto.edit(words.get('<id4>'), { secrets: [] }),
  'POST role': () => words.bind('<id7>', logto.addRole({ name: 'probe-role' }).id),
  'DELETE role again': () => logto.revoke(words.get('<id4>'), words.get('<id7>')),
  'list ?page=2&page_size=2': () => void logto.createByHand({ name: 'probe-last', type: 'SPA' }),
  '3p consent GET'() {
    const id = words.get('<id6>');
    const { consent } = logto.applications().find((one) => one.id === id) ?? {};
    expect(consent).toMatchObject({ userScopes: ['profile', 'email'] });
    logto.edit(id, {
      consent: { userScopes: [], resourceScopes: [], organizationScopes: [], organizationResourceScopes: [] },
    });
  },
  'patch device app ttl only'() {
    const metadata = { customClientMetadata: { isDeviceFlow: true } };
    words.bind('<id10>', logto.createByHand({ name: 'probe-device', type: 'Native', ...metadata }).id);
  },
  'authorize with it'() {
    const oidcClientMetadata = { redirectUris: ['https://a.example.com/cb#frag'], postLogoutRedirectUris: [] };
    words.bind('<id11>', logto.createByHand({ name: 'probe-fragment', type: 'SPA', oidcClientMetadata }).id);
  },
};

/** Who asks for a token: client and secret. The operator where nothing is said. */
const LOGINS: Readonly<Record<string, () => readonly [string, string | undefined]>> = {
  'token: wrong secret': () => [OPERATOR_ID, 'wrong'],
  'token: unknown client': () => ['nosuchclient', 'whatever'],
  'token M default secret': () => [words.get('<id4>'), machineSecrets.get('Default secret')],
  'token M 2nd secret at the same time': () => [words.get('<id4>'), machineSecrets.get('rotated-1')],
  'token M 3rd (short) AFTER expiry (basic)': () => [words.get('<id4>'), machineSecrets.get('short')],
  'token with deleted secret, at once': () => [words.get('<id4>'), machineSecrets.get('Default secret')],
  'token with remaining secret': () => [words.get('<id4>'), machineSecrets.get('rotated-2')],
  'token after app delete': () => [words.get('<id4>'), machineSecrets.get('ownvalue')],
};

/** The header of a call that is not the operator's usual one. */
const AUTHORIZATIONS: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
  'list w/o auth': () => ({}),
  'list w/ bad token': () => ({ authorization: 'Bearer garbage' }),
  'list w/ Basic': () => basic(OPERATOR_ID, OPERATOR_SECRET),
  'API call w/o scope (403)': () => ({ authorization: `Bearer ${tokens.scopeless}` }),
};

function replay({ label, method, path, request, requestText }: Exchange): Promise<Seen> {
  const url = logto.url + words.text(path);
  if (path === '/oidc/token') {
    const [clientId, clientSecret = 'none'] = LOGINS[label]?.() ?? [OPERATOR_ID, OPERATOR_SECRET];
    const form = Object.fromEntries(Object.entries(request ?? {}).map(([key, value]) => [key, String(value)]));
    return sendForm(url, form, basic(clientId, clientSecret));
  }
  const headers = AUTHORIZATIONS[label]?.() ?? { authorization: `Bearer ${tokens.whole}` };
  const body = requestText ?? (request === undefined ? undefined : JSON.parse(words.text(JSON.stringify(request))));
  return send(url, method, { headers, ...(body === undefined ? {} : { body }) });
}

function remember({ label }: Exchange, answer: Seen): void {
  if (label === 'token: ok (basic)') tokens.whole = tokenIn(answer);
  if (label === 'token: no scope') tokens.scopeless = tokenIn(answer);
  const machine = logto.applications().find(({ name }) => name === 'probe-MachineToMachine');
  for (const { name, value } of machine?.secrets ?? []) machineSecrets.set(name, value);
}

function thirdPartyApplication(): string {
  return logto.createByHand({ name: 'probe-3p', type: 'Traditional', isThirdParty: true, oidcClientMetadata: URIS }).id;
}
