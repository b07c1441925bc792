import type { EmulatedApplication } from './registry.ts';

const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
const DANGEROUS_SCHEMES: readonly string[] = ['javascript:', 'data:'];

/**
 * What the OIDC layer finds wrong with a client, at every request of it: one bad URI takes all of its flows down.
 * `undefined` where it finds nothing.
 */
export function clientFault({ type, oidcClientMetadata }: EmulatedApplication): string | undefined {
  const { redirectUris, postLogoutRedirectUris, backchannelLogoutUri, logoUri } = oidcClientMetadata;
  if (redirectUris.length === 0 && needsRedirectUri(type)) return 'redirect_uris must contain members';

  for (const uri of redirectUris) {
    const fault = redirectFault(uri, type);
    if (fault !== undefined) return `redirect_uris ${fault}`;
  }
  if (type !== 'Native') {
    for (const uri of postLogoutRedirectUris) {
      const fault = redirectFault(uri, type);
      if (fault !== undefined) return `post_logout_redirect_uris ${fault}`;
    }
  }
  if (backchannelLogoutUri !== undefined && !isWeb(backchannelLogoutUri)) {
    return 'backchannel_logout_uri must be a web uri';
  }
  if (logoUri !== undefined && !isWeb(logoUri)) return 'logo_uri must be a web uri';
  return undefined;
}

/** Whether `uri` is one of the client's, a `*` standing for anything but a slash or, in the host, a dot. */
export function isRegistered(uri: string, { oidcClientMetadata: { redirectUris } }: EmulatedApplication): boolean {
  return redirectUris.some((registered) => registered === uri || matchesWildcard(uri, registered));
}

function needsRedirectUri(type: EmulatedApplication['type']): boolean {
  return type === 'Traditional' || type === 'SPA' || type === 'Native';
}

function redirectFault(uri: string, type: EmulatedApplication['type']): string | undefined {
  // A wildcard is no URL in every place where it may stand; it is checked as if it were a name.
  const url = URL.parse(uri.replaceAll('*', 'w'));
  if (uri.includes('#')) return 'must not contain fragments';
  if (url === null || DANGEROUS_SCHEMES.includes(url.protocol)) return 'must only contain valid uris';
  const isLoopback = LOOPBACK_HOSTS.includes(url.hostname);
  switch (url.protocol) {
    case 'https:':
      return type === 'Native' && isLoopback ? 'for native clients using https must not use loopback' : undefined;
    case 'http:':
      return type === 'Native' && !isLoopback ? 'for native clients using http must use loopback' : undefined;
    default:
      return type === 'Native' ? undefined : 'must only contain web uris';
  }
}

function isWeb(uri: string): boolean {
  const protocol = URL.parse(uri)?.protocol;
  return protocol === 'https:' || protocol === 'http:';
}

/** A `*` so near the top of the host that it would stand for everybody's domain is stored and never matches. */
function matchesWildcard(uri: string, pattern: string): boolean {
  const host = /^https?:\/\/([^/:]*)/.exec(pattern)?.[1] ?? '';
  const top = host.split('.').slice(-2);
  if (!pattern.includes('*') || top.some((label) => label.includes('*'))) return false;
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[\\^$.|?*+()[\]{}/-]/g, '\\$&'))
    .join('[^/.?#]+');
  return new RegExp(`^${source}$`).test(uri);
}
