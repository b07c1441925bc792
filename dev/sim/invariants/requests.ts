import type { Answer } from '../../emulators/delivery.ts';
import type { ProviderRequest } from '../sightings.ts';
import type { SiteName } from '../tenants.ts';

/** Operations of both providers that change something, the reading of secrets among them: nobody else's is to be read. */
const TOUCHING: ReadonlySet<string> = new Set([
  'create',
  'update',
  'add-redirect',
  'remove-redirect',
  'rotate',
  'delete',
  'merge-custom-data',
  'delete-legacy-secret',
  'list-secrets',
  'create-secret',
  'delete-secret',
  'rename-secret',
  'add-roles',
  'replace-roles',
  'remove-role',
  'add-consent',
  'remove-consent',
]);

/** Whether the request is more than a look at what every listing shows. */
export function touches({ operation }: Pick<ProviderRequest, 'operation'>): boolean {
  return TOUCHING.has(operation);
}

const ID = {
  logi: /^\/api\/v1\/applications\/(\d+)/,
  logto: /^\/api\/applications\/([^/]+)/,
} as const satisfies Record<SiteName, RegExp>;

/** The id of the registration that the request names, if it names one. */
export function idIn({ site, request }: Pick<ProviderRequest, 'site' | 'request'>): string | undefined {
  return ID[site].exec(new URL(request.url).pathname)?.[1];
}

/** The name under which a secret is asked for at Logto. */
export function madeIn({ request }: Pick<ProviderRequest, 'request'>): string {
  return /"name":"([^"]*)"/.exec(request.body ?? '')?.[1] ?? '';
}

/** The name of the secret that a request deletes. */
export function deletedIn({ request }: Pick<ProviderRequest, 'request'>): string {
  return decodeURIComponent(request.url.split('/').at(-1) ?? '');
}

/** Whether a secret at Logto that is called so was made for an object, and not by a person. */
export function isOurs(name: string): boolean {
  return name.startsWith('k8s-') || name === 'Default secret';
}

const SHOWN = /"(?:client_secret|secret|value|access_token)":"([^"]{8,})"/g;

/** Secret values that a provider's answer shows. */
export function shownIn({ body }: Pick<Answer, 'body'>): readonly string[] {
  return [...body.matchAll(SHOWN)].flatMap(([, value]) => (value === undefined ? [] : [value]));
}
