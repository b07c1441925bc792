import type { Rule } from './schema.ts';
import { list, text } from './schema.ts';

const MAX_URI = 2048;
const MAX_URIS = 100;

/** `scheme://authority`, as far as a `@` or a `*` in the authority; kept apart from path and query. */
const AUTHORITY = '^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?]*';

const LOOPBACK = '^http://(localhost|127[.]0[.]0[.]1|\\\\[::1\\\\])(:[0-9]{1,5})?([/?].*)?$';

const ABSOLUTE: Rule = {
  rule: "self.matches('^[a-zA-Z][a-zA-Z0-9+.-]*:[!-~]+$') && isURL(self)",
  message: 'must be an absolute URI without spaces, such as https://www.example.com/path',
};
const NO_FRAGMENT: Rule = { rule: "!self.contains('#')", message: 'must not have a fragment (#)' };
const NO_USERINFO: Rule = {
  rule: `!self.matches('${AUTHORITY}@')`,
  message: 'must not carry a user name or password before the host',
};
/**
 * One provider would match it. Whoever gets hold of a forgotten host below the domain is then sent the codes, which is
 * why RFC 9700 section 2.1 has redirect URIs compared exactly.
 */
const NO_WILDCARD_HOST: Rule = {
  rule: `!self.matches('${AUTHORITY}[*]')`,
  message: 'must name one host: a * in it would stand for hosts that nobody has looked at',
};
const PLAIN_HTTP_IS_LOCAL: Rule = {
  rule: `!self.lowerAscii().startsWith('http:') || self.lowerAscii().matches('${LOOPBACK}')`,
  message: 'must use https: plain http is for localhost, 127.0.0.1 and [::1] alone',
};
const HAS_HOST: Rule = {
  rule: "!self.lowerAscii().startsWith('https:') || self.lowerAscii().matches('^https://[^/?:]+')",
  message: 'must name a host after https://',
};
const NO_SCRIPT: Rule = {
  rule: "!self.lowerAscii().matches('^(javascript|data|vbscript|file|blob|about):')",
  message: 'must not use a scheme that a browser runs or reads by itself (javascript:, data:, file: and the like)',
};
const WEB: Rule = {
  rule: "self.lowerAscii().matches('^https?://')",
  message: 'must be an http or https URL, such as https://www.example.com/',
};
const ORIGIN: Rule = {
  rule: "self.matches('^https?://[^/?#@*]+$')",
  message: 'must be an origin, scheme, host and port alone, such as https://shop.example.com',
};

const COMMON = [ABSOLUTE, NO_FRAGMENT, NO_USERINFO, NO_WILDCARD_HOST, HAS_HOST, PLAIN_HTTP_IS_LOCAL];

/** URIs to which a browser is sent back: web addresses, and private-use schemes (RFC 8252 section 7.1). */
export function redirectUris(description: string) {
  const item = text('An absolute URI without fragment.', { max: MAX_URI, rules: [...COMMON, NO_SCRIPT] });
  return list(description, item, { max: MAX_URIS, type: 'atomic' });
}

/** Origins (RFC 6454) that may call from a browser. */
export function origins(description: string) {
  const item = text('An origin such as https://shop.example.com.', {
    max: MAX_URI,
    rules: [ORIGIN, PLAIN_HTTP_IS_LOCAL],
  });
  return list(description, item, { max: MAX_URIS, type: 'atomic' });
}

/** One address on the web; plain http for the own machine alone. */
export function webUrl(description: string) {
  return text(description, { max: MAX_URI, rules: [...COMMON, WEB] });
}

/** The address of a server that we call ourselves. Plain http is left to whoever runs the provider inside the cluster. */
export function endpointUrl(description: string) {
  return text(description, { max: MAX_URI, rules: [ABSOLUTE, NO_FRAGMENT, NO_USERINFO, NO_WILDCARD_HOST, WEB] });
}
