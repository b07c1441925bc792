import { BlockList, isIP } from 'node:net';
import { invalid } from './refusal.ts';
import type { Switches } from './switches.ts';

const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
const WEBHOOK_LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1'];
/** Names inside a cluster or a private network, and RFC 2606's reserved ones: nothing public answers to them. */
const NEVER_RESOLVED = /(^|\.)(svc|local|internal|localhost|test|invalid|example)$/;
const DANGEROUS_SCHEMES: readonly string[] = ['javascript:', 'data:', 'file:', 'vbscript:'];
const REVERSE_DNS_SCHEME = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/;

const KNOWN_SCOPES: readonly string[] = [
  'openid',
  'profile',
  'profile:basic',
  'email',
  'phone',
  'address',
  'identity:level',
  'admin',
];
const CUSTOM_SCOPE = /^[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+$/;

/** Ranges that a webhook may not point to: private, shared, link-local, multicast, loopback. */
const REFUSED_RANGES = new BlockList();
for (const [network, prefix, family] of [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
] as const) {
  REFUSED_RANGES.addSubnet(network, prefix, family);
}

/** @throws Refusal unless the name can be shown to users */
export function checkName(name: string, { maxNameLength }: Switches): void {
  if (name.trim() === '') throw invalid('name', 'name_required', "Name can't be blank");
  if (name.length > maxNameLength) throw invalid('name', 'name_too_long', `Name is longer than ${maxNameLength}`);
}

/** How a name is kept: as it was sent, or with one blank between its words and none around them. */
export function storedName(name: string, { nameBlanks }: Switches): string {
  switch (nameBlanks) {
    case 'kept':
      return name;
    case 'tidied':
      return name.trim().replaceAll(/\s+/g, ' ');
  }
}

/** @throws Refusal unless every URI may be a redirect URI and their number is right, without twins */
export function checkRedirectUris(uris: readonly string[], switches: Switches): void {
  const refuse = (code: string, text: string) => invalid('redirect_uris', code, text);
  if (uris.length === 0 && switches.noRedirectUris === 'refused') {
    throw refuse('redirect_uri_required', "Redirect URIs can't be empty");
  }
  if (uris.length > switches.maxRedirectUris) throw refuse('too_many_redirect_uris', 'Too many redirect URIs');
  if (new Set(uris).size < uris.length && switches.duplicateRedirectUri === 'refused') {
    throw refuse('duplicate_redirect_uri', 'Redirect URI has already been taken');
  }
  if (!uris.every((uri) => mayRedirect(uri, switches))) throw refuse('invalid_redirect_uri', 'Redirect URI is invalid');
}

function mayRedirect(uri: string, switches: Switches): boolean {
  if (uri.length > switches.maxUriLength || /\s/.test(uri)) return false;

  const url = URL.parse(uri);
  if (url === null || DANGEROUS_SCHEMES.includes(url.protocol)) return false;
  if (switches.oddRedirectUris === 'refused' && isOdd(uri, url)) return false;

  switch (url.protocol) {
    case 'https:':
      return true;
    case 'http:':
      return LOOPBACK_HOSTS.includes(url.hostname);
    default:
      return switches.customSchemes === 'any' || REVERSE_DNS_SCHEME.test(url.protocol);
  }
}

/** @throws Refusal unless every scope is a known one or of the form `<namespace>:<key>` */
export function checkScopes(scopes: readonly string[], { offlineAccess }: Switches): void {
  for (const scope of scopes) {
    if (KNOWN_SCOPES.includes(scope) || CUSTOM_SCOPE.test(scope)) continue;
    if (scope === 'offline_access' && offlineAccess === 'accepted') continue;
    throw invalid('allowed_scopes', 'invalid_scope', 'Allowed scopes is invalid');
  }
}

/** @throws Refusal unless the webhook's host is public, or loopback over http */
export function checkWebhookUrl(webhookUrl: string, switches: Switches): void {
  if (mayBeCalled(webhookUrl, switches)) return;
  throw invalid('webhook_url', 'invalid_webhook_url', 'Webhook URL is invalid');
}

function mayBeCalled(webhookUrl: string, { unresolvableHosts }: Switches): boolean {
  const url = URL.parse(webhookUrl);
  if (url?.protocol === 'http:') return WEBHOOK_LOOPBACK_HOSTS.includes(url.hostname);
  if (url?.protocol !== 'https:') return false;

  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  if (family !== 0) return !REFUSED_RANGES.check(host, family === 6 ? 'ipv6' : 'ipv4');
  return host.includes('.') && !NEVER_RESOLVED.test(host) && !unresolvableHosts.includes(host);
}

/** @throws Refusal unless the link is an absolute https URL */
export function checkAppLinkUrl(appLinkUrl: string): void {
  if (URL.parse(appLinkUrl)?.protocol === 'https:') return;
  throw invalid('app_link_url', 'invalid_app_link_url', 'App link URL is invalid');
}

function isOdd(uri: string, url: URL): boolean {
  const isHttpsLiteral = url.protocol === 'https:' && isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0;
  return uri.includes('#') || url.username !== '' || url.password !== '' || isHttpsLiteral;
}
