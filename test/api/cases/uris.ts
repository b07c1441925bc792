import { MACHINE, NATIVE } from './good.ts';
import type { Refused } from './refused.ts';

const ABSOLUTE = 'must be an absolute URI without spaces, such as https://www.example.com/path';
const FRAGMENT = 'must not have a fragment (#)';
const PLAIN_HTTP = 'must use https: plain http is for localhost, 127.0.0.1 and [::1] alone';
const NO_HOST = 'must name a host after https://';
const SCRIPT = 'must not use a scheme that a browser runs or reads by itself (javascript:, data:, file: and the like)';
const NONE = 'redirectUris needs at least one URI for this type';
const ORIGIN = 'must be an origin, scheme, host and port alone, such as https://shop.example.com';

export const URI_REFUSALS: readonly Refused[] = [
  {
    name: 'a relative redirect URI',
    spec: { redirectUris: ['/callback'] },
    field: 'spec.redirectUris[0]',
    message: ABSOLUTE,
  },
  {
    name: 'a space',
    spec: { redirectUris: ['https://shop.example.com/a b'] },
    field: 'spec.redirectUris[0]',
    message: ABSOLUTE,
  },
  {
    name: 'a host without scheme',
    spec: { redirectUris: ['shop.example.com/callback'] },
    field: 'spec.redirectUris[0]',
    message: ABSOLUTE,
  },
  {
    name: 'a fragment',
    spec: { redirectUris: ['https://shop.example.com/#x'] },
    field: 'spec.redirectUris[0]',
    message: FRAGMENT,
  },
  {
    name: 'a user and password',
    spec: { redirectUris: ['https://u:p@shop.example.com/'] },
    field: 'spec.redirectUris[0]',
    message: 'must not carry a user name or password before the host',
  },
  {
    name: 'a wildcard host',
    spec: { redirectUris: ['https://*.example.com/'] },
    field: 'spec.redirectUris[0]',
    message: 'must name one host: a * in it would stand for hosts that nobody has looked at',
  },
  {
    name: 'plain http elsewhere',
    spec: { redirectUris: ['http://shop.example.com/'] },
    field: 'spec.redirectUris[0]',
    message: PLAIN_HTTP,
  },
  {
    name: 'plain http to a host that begins like the loopback',
    spec: { redirectUris: ['http://localhost.example.com/'] },
    field: 'spec.redirectUris[0]',
    message: PLAIN_HTTP,
  },
  {
    name: 'plain http in capitals',
    spec: { redirectUris: ['HTTP://shop.example.com/'] },
    field: 'spec.redirectUris[0]',
    message: PLAIN_HTTP,
  },
  {
    name: 'https without a host',
    spec: { redirectUris: ['https:///callback'] },
    field: 'spec.redirectUris[0]',
    message: NO_HOST,
  },
  {
    name: 'https without slashes',
    spec: { redirectUris: ['https:callback'] },
    field: 'spec.redirectUris[0]',
    message: NO_HOST,
  },
  {
    name: 'a script',
    spec: { ...NATIVE, redirectUris: ['JavaScript://x/%0aalert(1)'] },
    field: 'spec.redirectUris[0]',
    message: SCRIPT,
  },
  {
    name: 'data',
    spec: { ...NATIVE, redirectUris: ['data:/text'] },
    field: 'spec.redirectUris[0]',
    message: SCRIPT,
  },
  {
    name: 'the second of two',
    spec: { redirectUris: ['https://shop.example.com/', 'https://shop.example.com/#'] },
    field: 'spec.redirectUris[1]',
    message: FRAGMENT,
  },
  {
    name: '101 redirect URIs',
    spec: { redirectUris: Array.from({ length: 101 }, (_, i) => `https://shop.example.com/${i}`) },
    field: 'spec.redirectUris',
    message: 'must have at most 100 items',
  },
  {
    name: 'a URI of 2049 characters',
    spec: { redirectUris: ['https://shop.example.com/'.padEnd(2049, 'x')] },
    field: 'spec.redirectUris[0]',
    message: 'may not be more than 2048',
  },
  {
    name: 'a web client without redirect URI',
    spec: { redirectUris: undefined },
    field: 'spec',
    message: NONE,
  },
  {
    name: 'a native client with none',
    spec: { type: 'Native', redirectUris: [] },
    field: 'spec',
    message: NONE,
  },
  {
    name: 'a machine with redirect URIs',
    spec: { type: 'MachineToMachine' },
    field: 'spec',
    message: 'redirectUris must be left out for MachineToMachine: nobody is sent back to it',
  },
  {
    name: 'a machine with logout URIs',
    spec: { ...MACHINE, postLogoutRedirectUris: ['https://shop.example.com/'] },
    field: 'spec',
    message: 'postLogoutRedirectUris must be left out for MachineToMachine: nobody is sent back to it',
  },
  {
    name: 'a web client with a scheme of its own',
    spec: { redirectUris: ['com.example.shop:/callback'] },
    field: 'spec',
    message: 'redirectUris must be http or https URLs: a scheme of its own is for type Native alone',
  },
  {
    name: 'a web client with a logout scheme of its own',
    spec: { postLogoutRedirectUris: ['com.example.shop:/bye'] },
    field: 'spec',
    message: 'postLogoutRedirectUris must be http or https URLs: a scheme of its own is for type Native alone',
  },
  {
    name: 'an origin with a path',
    spec: { corsAllowedOrigins: ['https://shop.example.com/'] },
    field: 'spec.corsAllowedOrigins[0]',
    message: ORIGIN,
  },
  {
    name: 'any origin',
    spec: { corsAllowedOrigins: ['*'] },
    field: 'spec.corsAllowedOrigins[0]',
    message: ORIGIN,
  },
  {
    name: 'a logo that is no web address',
    spec: { logoUri: 'ftp://shop.example.com/logo' },
    field: 'spec.logoUri',
    message: 'must be an http or https URL, such as https://www.example.com/',
  },
];
