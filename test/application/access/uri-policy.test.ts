import { describe, expect, test } from 'vitest';
import type { UriPolicy } from '../../../src/api/guarded.ts';
import { objectionToUri } from '../../../src/application/access/uri-policy.ts';

const OURS: UriPolicy = { allowedHosts: ['shop.example.com', '*.example.org', '10.0.0.7', 'xn--mnchen-3ya.example'] };
const ANY_HOST: UriPolicy = {};
const LOOPBACK: UriPolicy = { ...OURS, allowLoopback: true };
/** The widest there is, but for custom schemes. */
const ANY_LOOPBACK: UriPolicy = { allowLoopback: true };
const CUSTOM: UriPolicy = { ...OURS, allowCustomSchemes: true };

interface Case {
  readonly uri: string;
  readonly why: string;
  readonly policy?: UriPolicy;
}

describe('lets through', () => {
  test.each<Case>([
    { uri: 'https://shop.example.com/callback?a=b', why: 'its host is listed' },
    { uri: 'http://shop.example.com', why: 'http and https are both web addresses' },
    { uri: 'https://SHOP.Example.COM/', why: 'hosts have no case' },
    { uri: 'HTTPS://shop.example.com/', why: 'schemes have no case' },
    { uri: 'https://shop.example.com:8443/', why: 'a host stands for all of its ports' },
    { uri: 'https://shop.example.com:/', why: 'an empty port is the usual one' },
    { uri: 'https://shop.example.com?next=https://evil.example', why: 'a query is no host' },
    { uri: 'https://shop.example.com/@evil.example', why: 'a path is no host' },
    { uri: 'https://a.example.org/', why: 'a wildcard covers one label' },
    { uri: 'https://a.b.c.example.org/', why: 'a wildcard covers any depth' },
    { uri: 'https://10.0.0.7/', why: 'an address in its usual form can be listed' },
    { uri: 'https://xn--mnchen-3ya.example/', why: 'punycode is what a host of other letters is' },
    { uri: 'https://anything.example.net/', why: 'without a list every host is allowed', policy: ANY_HOST },
    { uri: 'https://[2001:db8::1]/', why: 'an IPv6 address is a host as well', policy: ANY_HOST },
    { uri: 'http://localhost:3000/cb', why: 'loopback is allowed', policy: LOOPBACK },
    { uri: 'http://127.0.0.1:3000/cb', why: 'loopback is allowed', policy: LOOPBACK },
    { uri: 'http://[::1]:3000/cb', why: 'loopback is allowed', policy: LOOPBACK },
    { uri: 'com.example.app:/callback', why: 'private-use schemes are allowed', policy: CUSTOM },
    {
      uri: 'myapp://anywhere/callback',
      why: 'what follows a private-use scheme is no host of the web',
      policy: CUSTOM,
    },
  ])('$uri', ({ uri, why, policy = OURS }) => {
    expect(objectionToUri(uri, policy), why).toBeUndefined();
  });
});

describe('refuses', () => {
  test.each<Case>([
    { uri: 'https://evil.example/', why: 'its host is not listed' },
    { uri: 'https://shop.example.com.evil.example/', why: 'a listed host is no beginning of another' },
    { uri: 'https://evil-shop.example.com/', why: 'a listed host covers nothing below it' },
    { uri: 'https://example.org/', why: 'a wildcard does not cover its own domain' },
    { uri: 'https://evilexample.org/', why: 'a wildcard ends at a label' },
    { uri: 'https://*.example.org/', why: 'a host is one host' },
    { uri: 'https://.example.org/', why: 'a label is not empty' },
    { uri: 'https://a..example.org/', why: 'a label is not empty' },
    { uri: 'https://shop.example.com./', why: 'with the dot it is another origin' },
    { uri: 'https://anything.example.net./', why: 'with the dot it is another origin', policy: ANY_HOST },
    { uri: 'https://10.0.0.8/', why: 'it is another address' },
    { uri: 'https://10.0.0.7/', why: 'an address has no labels', policy: { allowedHosts: ['*.0.0.7'] } },
    { uri: 'https://1.10.0.0.7/', why: 'it is no address' },
    { uri: 'https://evil.example#@shop.example.com/', why: 'the fragment begins at #' },
    { uri: 'https://evil.example?@shop.example.com/', why: 'the query begins at ?' },
    { uri: 'https://evil.example/@shop.example.com', why: 'the path begins at /' },
    { uri: 'https://shop.example.com@evil.example/', why: 'what stands before @ is a user' },
    { uri: 'https://shop.example.com:443@evil.example/', why: 'what stands before @ is a user and a password' },
    { uri: 'https://evil.example@shop.example.com/', why: 'a user is not to be in it, whatever the host' },
    { uri: 'https://@shop.example.com/', why: 'an empty user is one', policy: ANY_HOST },
    { uri: 'https://shop.example.com\\@evil.example/', why: 'browsers turn the backslash round, libraries do not' },
    { uri: 'https://evil.example\\.shop.example.com/', why: 'browsers turn the backslash round, libraries do not' },
    { uri: 'https:\\\\evil.example/', why: 'browsers turn the backslash round, libraries do not', policy: ANY_HOST },
    { uri: 'https://evil.exa\tmple/', why: 'browsers drop a tab', policy: ANY_HOST },
    { uri: 'https://shop.example.com\n.evil.example/', why: 'browsers drop a line break' },
    { uri: ' https://shop.example.com/', why: 'browsers drop a space in front' },
    { uri: 'https://shop.example.com/\u0000', why: 'a control character is nothing that is meant' },
    { uri: 'https://shop.example.com/\u007f', why: 'a control character is nothing that is meant' },
    { uri: 'https://münchen.example/', why: 'in other letters a host is one of several' },
    { uri: 'https://shop。example。com/', why: 'browsers read other full stops as dots' },
    { uri: 'https://ｓhop.example.com/', why: 'browsers fold wide letters' },
    { uri: 'https://sh\u00adop.example.com/', why: 'browsers drop a soft hyphen' },
    { uri: 'https://shop%2eexample%2ecom/', why: 'browsers decode a host and libraries do not' },
    { uri: 'https://%65vil.example/', why: 'browsers decode a host and libraries do not', policy: ANY_HOST },
    { uri: 'https:shop.example.com/', why: 'browsers do without slashes' },
    { uri: 'https:/shop.example.com/', why: 'browsers do with one slash' },
    { uri: 'https:///shop.example.com/', why: 'browsers do with three slashes' },
    { uri: 'https://shop.example.com:99999/', why: 'there is no such port' },
    { uri: 'https://', why: 'it names no host', policy: ANY_HOST },
    { uri: '//shop.example.com/', why: 'it is not absolute' },
    { uri: 'shop.example.com', why: 'it is not absolute' },
    { uri: '', why: 'it is nothing' },
    { uri: 'null', why: 'an opaque origin is none' },
    { uri: 'http://localhost/', why: 'loopback is not allowed' },
    { uri: 'http://localhost/', why: 'loopback is a matter of its own', policy: { allowedHosts: ['localhost'] } },
    { uri: 'http://LOCALHOST/', why: 'hosts have no case', policy: ANY_HOST },
    { uri: 'http://127.0.0.1/', why: 'loopback is not allowed', policy: ANY_HOST },
    { uri: 'http://[::1]/', why: 'loopback is not allowed', policy: ANY_HOST },
    { uri: 'http://localhost./', why: 'with the dot it is localhost still', policy: ANY_LOOPBACK },
    { uri: 'http://a.localhost/', why: 'it is the own machine (RFC 6761)', policy: ANY_LOOPBACK },
    { uri: 'http://127.0.0.2/', why: 'it is the own machine', policy: ANY_HOST },
    { uri: 'http://127.1/', why: 'it is 127.0.0.1 in another form', policy: ANY_LOOPBACK },
    { uri: 'http://0x7f.1/', why: 'it is 127.0.0.1 in another form', policy: ANY_LOOPBACK },
    { uri: 'http://0177.0.0.1/', why: 'it is 127.0.0.1 in another form', policy: ANY_LOOPBACK },
    { uri: 'http://2130706433/', why: 'it is 127.0.0.1 in another form', policy: ANY_LOOPBACK },
    { uri: 'http://0x7f000001/', why: 'it is 127.0.0.1 in another form', policy: ANY_LOOPBACK },
    { uri: 'http://0.0.0.0/', why: 'a connection to it ends at the own machine', policy: ANY_LOOPBACK },
    { uri: 'http://0/', why: 'a connection to it ends at the own machine', policy: ANY_HOST },
    { uri: 'http://[::]/', why: 'a connection to it ends at the own machine', policy: ANY_LOOPBACK },
    { uri: 'http://[0:0:0:0:0:0:0:1]/', why: 'it is ::1 in another form', policy: ANY_LOOPBACK },
    { uri: 'http://[::ffff:127.0.0.1]/', why: 'it is 127.0.0.1 within IPv6', policy: ANY_LOOPBACK },
    { uri: 'http://[::ffff:7f00:1]/', why: 'it is 127.0.0.1 within IPv6', policy: ANY_HOST },
    { uri: 'http://[::7f00:1]/', why: 'it is 127.0.0.1 within IPv6', policy: ANY_HOST },
    { uri: 'http://[::ffff:0:0]/', why: 'it is 0.0.0.0 within IPv6', policy: ANY_HOST },
    { uri: 'https://0xa.0.0.7/', why: 'a listed address is listed in one form' },
    { uri: 'com.example.app:/callback', why: 'private-use schemes are not allowed' },
    { uri: 'com.example.app:/callback', why: 'an absent field says no', policy: ANY_HOST },
    { uri: 'myapp:\\\\evil', why: 'a backslash is refused in every scheme', policy: CUSTOM },
    ...[
      'javascript:alert(1)',
      'JavaScript:alert(1)',
      'data:text/html,hi',
      'file:///etc/passwd',
      'blob:https://a/b',
    ].map((uri) => ({ uri, why: 'it is what a browser runs or reads by itself', policy: CUSTOM })),
    ...['ftp://evil.example/', 'ws://evil.example/', 'wss://evil.example/', 'view-source:https://evil.example/'].map(
      (uri) => ({ uri, why: 'a browser opens it, and no app', policy: CUSTOM }),
    ),
  ])('$uri', ({ uri, why, policy = OURS }) => {
    expect(objectionToUri(uri, policy), why).toEqual(expect.any(String));
  });
});

test('names the host that it refuses, and none of those that are allowed', () => {
  const objection = objectionToUri('https://evil.example/', OURS);
  expect(objection).toContain('evil.example');
  expect(objection).not.toContain('example.com');
});

test('a list without hosts allows none', () => {
  expect(objectionToUri('https://shop.example.com/', { allowedHosts: [] })).toContain('shop.example.com');
});

test.each([
  ['https://user@shop.example.com/', 'user name'],
  ['https:/shop.example.com/', 'host after //'],
  ['https://shop.example.com\\@evil.example/', 'backslash'],
  ['http://0x7f.1/', 'takes it for 127.0.0.1'],
  ['http://a.localhost/', 'own machine'],
  ['myapp:/callback', 'http and https alone'],
  ['ws://shop.example.com/', 'belongs to no application'],
])('says of %s what is wrong with it', (uri, said) => {
  expect(objectionToUri(uri, OURS)).toContain(said);
});
