import type { ClientMetadata } from '../provider.ts';

/** Names that resolve inside a cluster or a site alone, and the private addresses of RFC 1918 and RFC 4193. */
const PRIVATE_HOST =
  /^(?:[a-z0-9-]+|.*\.(?:svc|local|internal|cluster\.local)|(?:10|127)\.[\d.]+|192\.168\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|169\.254\.[\d.]+|\[(?:::1|f[cd].*|fe80.*)\])$/i;

/** What a user has to know of Logto and can't see in the registration. Pure. */
export function logtoRemarks({ options }: ClientMetadata): readonly string[] {
  const uri = options['backchannelLogout.uri'];
  const host = uri === undefined ? undefined : URL.parse(uri)?.hostname;
  if (host === undefined || !PRIVATE_HOST.test(host)) return [];
  return [
    'spec.backchannelLogout.uri leads into a private network, where Logto 1.42 and later sends no logout unless it runs with OIDC_PROVIDER_SSRF_PROTECTION_DISABLED=true',
  ];
}
