import { expect, test } from 'vitest';
import { isRedirectUri } from '../../../../dev/emulators/logto/uris.ts';

test.each([
  'https://a.example.com/cb',
  'http://a.example.com:8080/cb?x=1',
  'http://[::1]/cb',
  'http://localhost:3000',
  'https://*.preview.example.com/cb',
  'https://pr-*.example.com/*/cb',
  'https://a.example.com/*',
  'https://*.com/cb',
  'https://example.*/cb',
  'https://a.example.com/cb#fragment',
  'https://user:pw@a.example.com/cb',
  'https://a.example.com/cb ',
  'com.example.app://cb',
  'my-app.x+1:/cb',
  'ftp://a.example.com',
  'urn:a:b',
  'javascript:alert(1)',
])('the Management API takes %j', (uri) => {
  expect(isRedirectUri(uri, { version: '1.42' })).toBe(true);
});

test.each([
  'notaurl',
  '',
  'https://*/cb',
  'https://localhost*/cb',
  '*://a.example.com/cb',
  'https://a.example.com:*/cb',
  'https://a.example.com/cb?x=*',
  'https://a.example.com/cb#*',
  'https://user@*.example.com/cb',
  'https://[::1]/*',
  'https://a.example.com/a/../cb',
  'https://a.example.com/./cb',
])('the Management API refuses %j', (uri) => {
  expect(isRedirectUri(uri, { version: '1.42' })).toBe(false);
});

test.each([
  ['https://*.preview.example.com/cb', '1.35', false],
  ['https://*.preview.example.com/cb', '1.36', true],
  ['https://a.example.com/a/../cb', '1.35', true],
  ['https://a.example.com/a/../cb', '1.36', false],
] as const)('%s in %s is taken: %j', (uri, version, want) => {
  expect(isRedirectUri(uri, { version })).toBe(want);
});
