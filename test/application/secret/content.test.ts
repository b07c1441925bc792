import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Blocked } from '../../../src/application/blocked.ts';
import { contentOf, contentText, render, type SecretValues } from '../../../src/application/secret/content.ts';
import { Redacted } from '../../../src/credentials.ts';
import { type ApplicationChange, applicationWith } from '../../support/applications.ts';

type Secret = NonNullable<NonNullable<ApplicationChange['spec']>['secret']>;
type Kind = 'confidential' | 'public';

const ISSUER = 'https://login.example.com';
const SECRET = 's3cret-of-the-shop';
const VALUES: SecretValues = {
  credentials: { clientId: 'c7', clientSecret: new Redacted(SECRET) },
  previousClientSecret: undefined,
  issuer: ISSUER,
};
const PUBLIC: SecretValues = { ...VALUES, credentials: { clientId: 'c7', clientSecret: undefined } };

function contentWith(secret: Secret, kind: Kind = 'confidential') {
  return contentOf(applicationWith({ spec: { secret } }).spec, kind);
}

function written(secret: Secret, kind: Kind = 'confidential', values: Partial<SecretValues> = {}) {
  const data = render(contentWith(secret, kind), { ...(kind === 'public' ? PUBLIC : VALUES), ...values });
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value.reveal()]));
}

interface Written {
  readonly secret: Secret;
  readonly kind: Kind;
  readonly want: Readonly<Record<string, string>>;
}

const FORMATS: readonly Written[] = [
  { secret: {}, kind: 'confidential', want: { client_id: 'c7', client_secret: SECRET } },
  { secret: {}, kind: 'public', want: { client_id: 'c7', issuer: ISSUER } },
  { secret: { format: 'Default' }, kind: 'confidential', want: { client_id: 'c7', client_secret: SECRET } },
  { secret: { format: 'Default' }, kind: 'public', want: { client_id: 'c7', issuer: ISSUER } },
  { secret: { format: 'Env' }, kind: 'confidential', want: { CLIENT_ID: 'c7', CLIENT_SECRET: SECRET, ISSUER } },
  { secret: { format: 'Env' }, kind: 'public', want: { CLIENT_ID: 'c7', ISSUER } },
  {
    secret: { format: 'Logi' },
    kind: 'confidential',
    want: { LOGI_CLIENT_ID: 'c7', LOGI_CLIENT_SECRET: SECRET, LOGI_API_URL: ISSUER },
  },
  {
    secret: { format: 'Logi', template: { data: { LOGI_REDIRECT_URI: 'https://shop.example.com/auth/callback' } } },
    kind: 'confidential',
    want: {
      LOGI_CLIENT_ID: 'c7',
      LOGI_CLIENT_SECRET: SECRET,
      LOGI_API_URL: ISSUER,
      LOGI_REDIRECT_URI: 'https://shop.example.com/auth/callback',
    },
  },
  { secret: { format: 'Logi' }, kind: 'public', want: { LOGI_CLIENT_ID: 'c7', LOGI_API_URL: ISSUER } },
  {
    secret: { format: 'OAuth2Proxy' },
    kind: 'confidential',
    want: {
      OAUTH2_PROXY_CLIENT_ID: 'c7',
      OAUTH2_PROXY_CLIENT_SECRET: SECRET,
      OAUTH2_PROXY_OIDC_ISSUER_URL: ISSUER,
    },
  },
  {
    secret: { format: 'OAuth2Proxy' },
    kind: 'public',
    want: { OAUTH2_PROXY_CLIENT_ID: 'c7', OAUTH2_PROXY_OIDC_ISSUER_URL: ISSUER },
  },
  {
    secret: { keys: { clientSecret: 'SECRET', issuer: 'ISSUER' } },
    kind: 'confidential',
    want: { client_id: 'c7', SECRET, ISSUER },
  },
  {
    secret: { format: 'Env', keys: { clientId: 'ID' } },
    kind: 'confidential',
    want: { ID: 'c7', CLIENT_SECRET: SECRET, ISSUER },
  },
];

test.each(FORMATS)('a $kind client with $secret finds each part where it looks for it', ({ secret, kind, want }) => {
  expect(written(secret, kind)).toEqual(want);
});

test('a public client gets no key for a secret, whatever the spec names', () => {
  const secret = { keys: { clientSecret: 'SECRET', previousClientSecret: 'OLD' } };
  expect(Object.keys(written(secret, 'public', { previousClientSecret: new Redacted('old') }))).toEqual([
    'client_id',
    'issuer',
  ]);
  expect(contentWith(secret, 'public').keys).toEqual({ clientId: 'client_id', issuer: 'issuer' });
});

test('the previous secret is written while there is one', () => {
  const secret: Secret = {
    keys: { previousClientSecret: 'OLD' },
    template: { data: { both: '${clientSecret} ${previousClientSecret}' } },
  };
  expect(written(secret)).toEqual({ client_id: 'c7', client_secret: SECRET, both: `${SECRET} ` });
  expect(written(secret, 'confidential', { previousClientSecret: new Redacted('old') })).toEqual({
    client_id: 'c7',
    client_secret: SECRET,
    OLD: 'old',
    both: `${SECRET} old`,
  });
});

test('templates come on top of the keys', () => {
  const data = { 'config.json': '{"secret": ${clientSecret|json}}', empty: '', constructor: '${clientId}' };
  expect(written({ template: { data } })).toEqual({
    client_id: 'c7',
    client_secret: SECRET,
    'config.json': `{"secret": "${SECRET}"}`,
    empty: '',
    constructor: 'c7',
  });
});

test('nothing covers the credentials, not even what slipped past admission', () => {
  const template = { data: { client_id: 'x', client_secret: '' } };
  expect(written({ template })).toEqual({ client_id: 'c7', client_secret: SECRET });
  const keys = render(contentWith({ keys: { clientSecret: '__proto__' } }), VALUES);
  expect(Object.keys(keys)).toEqual(['client_id', '__proto__']);
});

test.each<[why: string, secret: Secret, kind: Kind, values: SecretValues, reason: string]>([
  ['a key whose secret is not there', {}, 'confidential', PUBLIC, 'SecretLost'],
  [
    'a template whose secret is not there',
    { template: { data: { a: '${clientSecret}' } } },
    'public',
    PUBLIC,
    'SecretLost',
  ],
  ['a template that is none', { template: { data: { a: '${a}' } } }, 'confidential', VALUES, 'InvalidSpec'],
])('is never filled by half: %s', (_, secret, kind, values, reason) => {
  let blocked: unknown;
  try {
    render(contentWith(secret, kind), values);
  } catch (error) {
    blocked = error;
  }
  if (!(blocked instanceof Blocked)) throw new Error('it was filled', { cause: blocked });
  expect(blocked.reason).toBe(reason);
  expect(inspect(blocked, { showHidden: true })).not.toContain(SECRET);
});

test('what is rendered shows no value to whoever prints it', () => {
  const data = render(contentWith({ template: { data: { a: '${clientSecret|base64}' } } }), VALUES);
  const shown = [inspect(data, { showHidden: true, depth: 9 }), JSON.stringify(data), String(data['a'])].join();
  expect(shown).not.toContain(SECRET);
  expect(shown).not.toContain(Buffer.from(SECRET).toString('base64'));
});

test('the text of a content changes with everything that a Secret shows of it', () => {
  const labels = { team: 'a' };
  const annotations = { team: 'a' };
  const secrets: readonly Secret[] = [
    {},
    ...(['Env', 'Logi', 'OAuth2Proxy'] as const).map((format) => ({ format })),
    ...['clientId', 'clientSecret', 'issuer', 'previousClientSecret'].map((part) => ({ keys: { [part]: 'A' } })),
    { template: { data: { a: 'b' } } },
    { template: { data: { a: 'c' } } },
    { template: { data: { b: 'b' } } },
    { template: { metadata: { labels } } },
    { template: { metadata: { annotations } } },
    { template: { metadata: { labels, annotations } } },
  ];
  const texts = [
    ...secrets.map((secret) => contentText(contentWith(secret), ISSUER)),
    contentText(contentWith({}, 'public'), ISSUER),
    contentText(contentWith({}), 'https://other.example.com'),
  ];
  expect(new Set(texts).size).toBe(texts.length);
});

test('the text of a content is the same in whatever order the spec says it', () => {
  const one: Secret = { keys: { clientId: 'A', issuer: 'B' }, template: { data: { a: '1', b: '2' } } };
  const other: Secret = { template: { data: { b: '2', a: '1' } }, keys: { issuer: 'B', clientId: 'A' } };
  expect(contentText(contentWith(one), ISSUER)).toBe(contentText(contentWith(other), ISSUER));
  expect(contentText(contentWith({ format: 'Default' }), ISSUER)).toBe(contentText(contentWith({}), ISSUER));
});
