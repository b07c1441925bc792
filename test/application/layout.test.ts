import { expect, test } from 'vitest';
import { layoutOf, layoutText, render } from '../../src/application/layout.ts';
import { Redacted } from '../../src/credentials.ts';
import { applicationWith } from '../support/applications.ts';

const ISSUER = 'https://login.example.com';
const CREDENTIALS = { clientId: 'c7', clientSecret: new Redacted('s3cret-of-the-shop') };

function keysOf(keys: Readonly<Record<string, string>>, kind: 'public' | 'confidential') {
  return layoutOf(applicationWith({ spec: { secret: { keys } } }).spec, kind);
}

function plain(data: Readonly<Record<string, Redacted>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value.reveal()]));
}

test('a confidential client gets id and secret, a public one id and issuer', () => {
  const confidential = render(keysOf({}, 'confidential'), CREDENTIALS, ISSUER);
  expect(plain(confidential)).toEqual({ client_id: 'c7', client_secret: 's3cret-of-the-shop' });
  const open = render(keysOf({}, 'public'), { clientId: 'c7', clientSecret: undefined }, ISSUER);
  expect(plain(open)).toEqual({ client_id: 'c7', issuer: ISSUER });
});

test('single keys can be named', () => {
  const layout = keysOf({ clientSecret: 'SECRET', issuer: 'ISSUER' }, 'confidential');
  expect(plain(render(layout, CREDENTIALS, ISSUER))).toEqual({
    client_id: 'c7',
    SECRET: 's3cret-of-the-shop',
    ISSUER,
  });
});

test('a public client has no place for a secret, whatever is named', () => {
  expect(keysOf({ clientSecret: 'SECRET' }, 'public').clientSecret).toBeUndefined();
});

test('the text of a layout changes with every key and with the issuer', () => {
  const texts = [
    layoutText(keysOf({}, 'confidential'), ISSUER),
    layoutText(keysOf({}, 'confidential'), 'https://other.example.com'),
    layoutText(keysOf({ clientId: 'A' }, 'confidential'), ISSUER),
    layoutText(keysOf({ clientSecret: 'A' }, 'confidential'), ISSUER),
    layoutText(keysOf({ issuer: 'A' }, 'confidential'), ISSUER),
    layoutText(keysOf({}, 'public'), ISSUER),
  ];
  expect(new Set(texts).size).toBe(texts.length);
});
