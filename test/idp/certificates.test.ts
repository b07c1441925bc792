import { expect, test } from 'vitest';
import { certificateTrouble } from '../../src/idp/certificates.ts';
import { jsonCall, WireError } from '../../src/idp/http.ts';
import { manualClock } from '../support/manual-clock.ts';
import { failureOf } from './failure.ts';

const REQUEST = { method: 'GET', url: 'https://id.example.com/', headers: {}, body: undefined, secrets: [] } as const;

/** What is told of a connection that fails with this code. */
async function told(code: string | undefined): Promise<string> {
  const json = jsonCall(() => Promise.reject(new WireError('connect', code)), manualClock(0));
  const { code: problem, message, details } = await failureOf(json(REQUEST, new AbortController().signal));
  expect([problem, details.effect]).toEqual(['lost', 'unknown']);
  return message;
}

test.each([
  ['CERT_HAS_EXPIRED', 'has expired'],
  ['CERT_NOT_YET_VALID', 'is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'another host'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'signed by itself'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'authority'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'authority'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'authority'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'authority'],
])('%s is told in words, with the code behind them', async (code, words) => {
  const message = await told(code);
  expect(message).toContain('certificate of the provider is not trusted');
  expect(message).toContain(words);
  expect(message).toMatch(new RegExp(` \\(${code}\\)$`));
});

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
  ['SELF_SIGNED_CERT_IN_CHAIN', true],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
  ['CERT_HAS_EXPIRED', false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', false],
])('of %s, that an authority named in the spec helps is said: %s', async (code, isSaid) => {
  expect((await told(code)).includes('spec.tls.caSecretRef')).toBe(isSaid);
});

test.each(['ECONNREFUSED', undefined])('what is wrong otherwise is no trouble with a certificate: %s', async (code) => {
  expect(await told(code)).toMatch(/^No connection to the provider/);
});

test('a word that every object knows is no code of a certificate', () => {
  expect(certificateTrouble('constructor')).toBeUndefined();
});
