import type { UriPolicy } from '../../api/guarded.ts';

/** Visible ASCII without the backslash: everything else is dropped, turned round or translated by some reader of URLs. */
const UNEQUIVOCAL = /^[!-[\]-~]+$/;

const WEB: ReadonlySet<string> = new Set(['http:', 'https:']);

/** RFC 3986 section 3.2, as far as its end. */
const AUTHORITY = /^https?:\/\/([^/?#]+)/i;
const PORT = /:[0-9]*$/;

/** A domain name or IPv4 address, or an IPv6 address. The WHATWG parser lets more through, such as `*`. */
const HOST = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])$/;
const IPV4 = /^[0-9]+(?:\.[0-9]+){3}$/;

/** What `allowLoopback` is about (RFC 8252 section 7.3). */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Other ways to the own machine: RFC 6761 section 6.3, the rest of 127.0.0.0/8 and 0.0.0.0/8, the unspecified address,
 * and both of the forms in which IPv6 holds an IPv4 address.
 */
const BACK_DOORS: readonly RegExp[] = [
  /\.localhost$/,
  /^(?:127|0)(?:\.[0-9]+){3}$/,
  /^\[::\]$/,
  /^\[::(?:ffff:)?(?:7f[0-9a-f]{2}|0):[0-9a-f]{1,4}\]$/,
];

/** What a browser runs, reads or opens by itself: never the private-use scheme of an app (RFC 8252 section 7.1). */
const NO_APP: ReadonlySet<string> = new Set(
  ['javascript', 'vbscript', 'data', 'blob', 'file', 'filesystem', 'about', 'view-source', 'ftp', 'ws', 'wss'].map(
    (scheme) => `${scheme}:`,
  ),
);

/**
 * What the policy has against a URI, as the rest of a sentence that begins with its path. Pure.
 *
 * The URI is read as browsers read it (WHATWG URL), and by its text; where the two do not agree about the host it is
 * refused whatever is allowed, since who follows it may read it in the other way.
 */
export function objectionToUri(uri: string, policy: UriPolicy): string | undefined {
  if (!UNEQUIVOCAL.test(uri)) {
    return 'holds a space, backslash, control or other character that readers of URLs disagree about; a host in other letters is written in punycode (xn--)';
  }
  const url = URL.parse(uri);
  if (url === null) return 'is no absolute URL';
  if (!WEB.has(url.protocol)) return objectionToScheme(url.protocol, policy);

  const authority = AUTHORITY.exec(uri)?.[1];
  if (authority === undefined) return 'does not name a host after //';
  if (authority.includes('@')) return 'carries a user name or password before the host';
  const host = authority.replace(PORT, '').toLowerCase();
  if (host !== url.hostname || !HOST.test(host)) {
    return `does not name its host in the one form that all readers of URLs agree about: a browser takes it for ${url.hostname}`;
  }
  return objectionToHost(host, policy);
}

function objectionToScheme(scheme: string, { allowCustomSchemes }: UriPolicy): string | undefined {
  if (NO_APP.has(scheme)) return `uses the scheme ${scheme}, which belongs to no application`;
  return allowCustomSchemes === true
    ? undefined
    : `uses the scheme ${scheme}, and the provider object allows http and https alone`;
}

function objectionToHost(host: string, { allowedHosts, allowLoopback }: UriPolicy): string | undefined {
  if (LOOPBACK.has(host)) {
    return allowLoopback === true ? undefined : `names ${host}, and the provider object does not allow loopback hosts`;
  }
  if (BACK_DOORS.some((form) => form.test(host))) {
    return `names ${host}, which leads to the own machine: write localhost, 127.0.0.1 or [::1]`;
  }
  if (allowedHosts === undefined || allowedHosts.some((allowed) => covers(allowed, host))) return undefined;
  return `names ${host}, which is not among the hosts that the provider object allows`;
}

/** `*.` stands for one label or more, and not for none. An address has no labels. */
function covers(allowed: string, host: string): boolean {
  if (!allowed.startsWith('*.')) return host === allowed;
  return !IPV4.test(host) && host.endsWith(allowed.slice(1));
}
