import type { ApplicationType } from '../provider.ts';

/** The longest URI that is sent. The API's own limit is not documented. */
const MAX_URI_CHARACTERS = 2048;

/** Schemes that run or read something in the browser instead of handing a code to an application. */
const DANGEROUS_SCHEMES: ReadonlySet<string> = new Set(['javascript', 'data', 'file', 'vbscript', 'blob', 'about']);

/** RFC 3986 sections 3.1 and 3.2. The authority is read from the text, since parsers repair too much. */
const SCHEME_AND_AUTHORITY = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#]*))?/i;

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/**
 * Why `uri` cannot be a redirect URI of an application of this type, as the end of a sentence that starts with the
 * field; `undefined`: it can.
 *
 * @see https://docs.1pass.dev/en/oauth/public-clients
 */
export function redirectUriProblem(uri: string, type: ApplicationType): string | undefined {
  return uriProblem(uri, type === 'Native' ? 'any-scheme' : 'web');
}

/** As {@link redirectUriProblem}, for the URL that logi reports to. @see https://docs.1pass.dev/en/guide/webhooks */
export function webhookUrlProblem(url: string): string | undefined {
  return uriProblem(url, 'web');
}

/** As {@link redirectUriProblem}, for the link that hands a login over to an installed application. */
export function appLinkUrlProblem(url: string): string | undefined {
  return uriProblem(url, 'web');
}

function uriProblem(uri: string, schemes: 'web' | 'any-scheme'): string | undefined {
  if (uri.length > MAX_URI_CHARACTERS) return `is longer than ${MAX_URI_CHARACTERS} characters`;
  if (/[\s\p{C}\\]/u.test(uri)) return 'must not contain whitespace, control characters or backslashes';
  if (uri.includes('*')) return 'must not contain *: logi compares the whole URI';
  if (uri.includes('#')) return 'must not have a fragment';
  const [, scheme, authority] = SCHEME_AND_AUTHORITY.exec(uri) ?? [];
  if (scheme === undefined || !URL.canParse(uri)) return 'must be an absolute URI';
  if (authority?.includes('@')) return 'must not carry user information';
  return schemeProblem(scheme.toLowerCase(), authority ?? '', schemes);
}

function schemeProblem(scheme: string, authority: string, schemes: 'web' | 'any-scheme'): string | undefined {
  if (scheme === 'https') return authority === '' ? 'must name a host' : undefined;
  if (scheme === 'http') {
    return LOOPBACK.test(authority)
      ? undefined
      : 'must use https: plain http is for localhost, 127.0.0.1 and [::1] alone';
  }
  if (schemes === 'web') return 'must use https, or http on localhost';
  return DANGEROUS_SCHEMES.has(scheme) ? `must not use the scheme ${scheme}` : undefined;
}
