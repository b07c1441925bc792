import type { Switches } from './switches.ts';
import { atLeast } from './switches.ts';

const MOBILE_SCHEME = /^[a-z][a-z0-9+_-]*(\.[a-z0-9+_-]+)*:$/;

/**
 * Whether the Management API takes the URI as a redirect or a post-logout URI. The rule is the same for every type of
 * application, and laxer than what the OIDC layer makes of the URI later.
 */
export function isRedirectUri(uri: string, switches: Pick<Switches, 'version'>): boolean {
  const isWeb = /^https?:/i.test(uri.trim());
  if (isWeb && uri.includes('*')) return atLeast('1.36', switches) && isWildcardUri(uri);
  if (isWeb && atLeast('1.36', switches) && hasDotSegment(uri)) return false;

  const url = URL.parse(uri);
  if (url === null) return false;
  return isWeb || MOBILE_SCHEME.test(url.protocol);
}

/** A `*` may stand in host and path; then neither user information nor IPv6 may, and the host needs a dot. */
function isWildcardUri(uri: string): boolean {
  const parts = /^https?:\/\/([^/?#]*)(\/[^?#]*)?([?#].*)?$/i.exec(uri);
  const [, authority = '', path = '', rest = ''] = parts ?? [];
  if (parts === null || rest.includes('*') || /[@[\]]/.test(authority)) return false;

  const [host = '', port = ''] = authority.split(':');
  if (port.includes('*') || (host.includes('*') && !host.includes('.'))) return false;
  return !hasDotSegment(uri) && URL.canParse(`https://${host.replaceAll('*', 'w')}${path.replaceAll('*', 'w')}`);
}

function hasDotSegment(uri: string): boolean {
  const path = /^https?:\/\/[^/?#]*([^?#]*)/i.exec(uri)?.[1] ?? '';
  return path.split('/').some((segment) => segment === '.' || segment === '..');
}
