import type { ApplicationType } from '../provider.ts';

/** Schemes that run or read something in the browser instead of handing a code to an application. */
const DANGEROUS: ReadonlySet<string> = new Set(['javascript:', 'data:', 'file:', 'vbscript:', 'blob:', 'about:']);

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** RFC 3986 section 3.2. The authority is read from the text, since parsers repair too much. */
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/** What the Management API takes for the scheme of an app: labels, of which the first begins with a letter. */
const APP_SCHEME = /^[a-z][a-z0-9+_-]*(?:\.[a-z0-9+_-]+)*:/i;

/** Left of a path's query: the Management API takes no `.` and `..` there. */
const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;

/**
 * Why `uri` cannot be a redirect URI of an application of this type, as the end of a sentence that starts with the
 * field; `undefined`: it can. It holds for where a browser goes after a logout, too.
 *
 * The Management API takes more than this, by one rule for all types. The OpenID Connect side reads all URIs of a client
 * on each of its requests, by a rule for each type, and one that it does not accept fails them all: nobody logs in any
 * more.
 */
export function redirectUriProblem(uri: string, type: ApplicationType): string | undefined {
  const malformed = formProblem(uri);
  if (malformed !== undefined) return malformed;
  const { protocol, hostname } = new URL(uri);
  if (protocol === 'http:' || protocol === 'https:') {
    return webProblem(uri) ?? (type === 'Native' ? nativeWebProblem(protocol, hostname) : undefined);
  }
  if (type !== 'Native') return 'must be an http or https URL: a scheme of its own is for type Native alone';
  if (DANGEROUS.has(protocol)) return `must not use the scheme ${protocol}`;
  return APP_SCHEME.test(uri) ? undefined : 'must have a scheme of letters, digits, +, - and _ in labels';
}

/** As {@link redirectUriProblem}, for an address that Logto itself calls or shows. */
export function webUrlProblem(uri: string): string | undefined {
  const malformed = formProblem(uri);
  if (malformed !== undefined) return malformed;
  if (!/^https?:\/\//i.test(uri)) return 'must be an http or https URL';
  return uri.includes('*') ? 'must not contain *' : undefined;
}

function formProblem(uri: string): string | undefined {
  if (/[\s\p{C}\\]/u.test(uri)) return 'must not contain whitespace, control characters or backslashes';
  if (uri.includes('#')) return 'must not have a fragment';
  if (!URL.canParse(uri)) return 'must be an absolute URI';
  return AUTHORITY.exec(uri)?.[1]?.includes('@') ? 'must not carry user information' : undefined;
}

/** A * in the path is matched from Logto 1.36 on. One in the host never comes this far: the schema refuses it. */
function webProblem(uri: string): string | undefined {
  const authority = AUTHORITY.exec(uri)?.[1] ?? '';
  if (authority === '' || authority.startsWith(':')) return 'must name a host';
  const [address = ''] = uri.split('?');
  if (DOT_SEGMENT.test(address)) return 'must not contain the path segments . and ..';
  if (!uri.includes('*')) return undefined;
  if (uri.slice(address.length).includes('*')) return 'must not contain * in the query';
  return authority.startsWith('[') ? 'must not contain * beside an IPv6 address' : undefined;
}

/** RFC 8252 sections 7.2 and 7.3. */
function nativeWebProblem(protocol: string, hostname: string): string | undefined {
  const isLoopback = LOOPBACK.has(hostname);
  if (protocol === 'http:' && !isLoopback) {
    return 'must use https for type Native: plain http is for localhost, 127.0.0.1 and [::1] alone';
  }
  if (protocol === 'https:' && isLoopback)
    return 'must use plain http for localhost, 127.0.0.1 and [::1] with type Native';
  return undefined;
}
