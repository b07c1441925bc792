import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Redacted } from '../src/credentials.ts';
import { createSeals, type Installation } from '../src/seals.ts';

const KEY = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
const INSTALLATION: Installation = { id: 'i', cluster: 'c', key: new Redacted(KEY) };
const CLAIMS = {
  namespaceUid: 'uid',
  namespace: 'shop',
  name: 'web',
  identity: 'logi|https://logi.example.com',
  applicationId: '42',
};
const seals = createSeals(INSTALLATION);

test('knows its own seal again, after a restart too', () => {
  const seal = seals.seal(CLAIMS);

  expect(createSeals({ ...INSTALLATION, id: 'another' }).verify(seal, { ...CLAIMS })).toBe('valid');
});

test('makes the seals that earlier releases made', () => {
  expect(seals.seal(CLAIMS)).toBe('v1:29be4fa4a89efc1519fa70ff0cc4656b76f8c4fa80b8be3e45109e8692635dd8');
});

test.each<[claim: string, claims: typeof CLAIMS]>([
  ['namespace of the same name, made anew', { ...CLAIMS, namespaceUid: 'other' }],
  ['namespace', { ...CLAIMS, namespace: 'other' }],
  ['name', { ...CLAIMS, name: 'other' }],
  ['provider', { ...CLAIMS, identity: 'other' }],
  ['registration', { ...CLAIMS, applicationId: '43' }],
  ['place of the border between two claims', { ...CLAIMS, namespace: 'shopw', name: 'eb' }],
])('vouches for no other %s', (_, claims) => {
  expect(seals.verify(seals.seal(CLAIMS), claims)).toBe('invalid');
});

test.each<[what: string, installation: Installation]>([
  ['another key', { ...INSTALLATION, key: new Redacted(KEY.replace('00', '01')) }],
  ['a copy of the cluster', { ...INSTALLATION, cluster: 'copy' }],
])('is not vouched for by %s', (_, installation) => {
  expect(createSeals(installation).verify(seals.seal(CLAIMS), CLAIMS)).toBe('invalid');
});

test.each<[what: string, forge: (seal: string) => string | undefined, verdict: 'invalid' | 'foreign-version']>([
  ['none', () => undefined, 'invalid'],
  ['an empty one', () => '', 'invalid'],
  ['one that is cut off', (seal) => seal.slice(0, -1), 'invalid'],
  ['one that goes on', (seal) => `${seal}0`, 'invalid'],
  ['one of another length in bytes', (seal) => `${seal.slice(0, -1)}é`, 'invalid'],
  ['one in capitals', (seal) => seal.toUpperCase(), 'invalid'],
  ['one with another last digit', (seal) => seal.slice(0, -1) + (seal.endsWith('0') ? '1' : '0'), 'invalid'],
  ['one without a version', (seal) => seal.slice('v1:'.length), 'invalid'],
  ['one of a later release', (seal) => seal.replace('v1:', 'v2:'), 'foreign-version'],
  ['a word', () => 'value', 'invalid'],
])('refuses a forged seal: %s', (_, forge, verdict) => {
  expect(seals.verify(forge(seals.seal(CLAIMS)), CLAIMS)).toBe(verdict);
});

test('gives a fingerprint of client id and secret, the same after a restart, and nobody else the same', () => {
  const credentials = { clientId: 'a', clientSecret: new Redacted('s') };
  const fingerprint = seals.fingerprint(credentials);

  expect(createSeals(INSTALLATION).fingerprint({ ...credentials })).toBe(fingerprint);
  const others = [
    seals.fingerprint({ ...credentials, clientSecret: new Redacted('t') }),
    seals.fingerprint({ ...credentials, clientId: 'b' }),
    seals.fingerprint({ clientId: 'as', clientSecret: new Redacted('') }),
    seals.fingerprint({ clientId: 'a', clientSecret: undefined }),
    createSeals({ ...INSTALLATION, key: new Redacted(KEY.replace('00', '01')) }).fingerprint(credentials),
  ];
  expect(new Set([fingerprint, ...others]).size).toBe(6);
});

test('does not let a keyed digest of one use stand for another', () => {
  expect(seals.keyed('a', 'b')).not.toBe(seals.keyed('b', 'a'));
  expect(seals.keyed('seal', 'x')).not.toBe(seals.keyed('credentials', 'x'));
});

test('shows its key to nobody', () => {
  const shown = [
    inspect(seals, { depth: 9, showHidden: true }),
    JSON.stringify(seals),
    inspect(INSTALLATION),
    JSON.stringify(INSTALLATION),
  ];

  expect(shown.join()).not.toContain(KEY.slice(0, 8));
});
