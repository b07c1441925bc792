import { partsOf } from '../api-calls.ts';
import type { Life } from '../life.ts';
import { OWN_NAMESPACE } from '../manifests.ts';
import type { Sighting } from '../sightings.ts';
import type { SiteName } from '../tenants.ts';
import { idIn } from './requests.ts';

/** A request that a process makes. */
export interface Call {
  readonly atMs: number;
  readonly cluster: number;
  readonly life: Life;
  /** The same of each request for the same. */
  readonly what: string;
  readonly kind: CallKind;
  /** What of an application it names; `undefined`: nothing of any. */
  readonly about: About | undefined;
}

/**
 * `told-of-listing`: what a provider's status says of it, and Events, which nothing has to change for. `users`: Pods and
 * workloads, which may use a Secret.
 */
type CallKind = 'list' | 'told-of-listing' | 'namespace' | 'users' | 'credentials' | 'other' | 'write';

type About =
  | { readonly type: 'registration'; readonly site: SiteName; readonly id: string }
  | { readonly type: 'object' | 'secret'; readonly namespace: string; readonly name: string };

/** The pages of a listing count as one. */
const LATER_PAGE = /[?&]page=(?!1\b)/;

/** The request of a process in which it asks for something, or writes. Leases are renewed for as long as it lives. */
export function callIn(sighting: Sighting, atMs: number): Call | undefined {
  if (sighting.type !== 'sent' && sighting.type !== 'api') return undefined;
  if (sighting.by.type !== 'process') return undefined;
  const { cluster } = sighting;
  const { life } = sighting.by;
  const where = `cluster ${cluster}`;
  if (sighting.type === 'sent') {
    const { operation, site, request } = sighting;
    if (operation === 'list' && LATER_PAGE.test(request.url)) return undefined;
    const id = idIn(sighting);
    const what = `${where}: ${operation} ${id === undefined ? '' : `of ${id} `}at ${site}`;
    const about = id === undefined ? undefined : ({ type: 'registration', site, id } as const);
    return { atMs, cluster, life, what, kind: operation === 'list' ? 'list' : 'other', about };
  }
  const { plural } = partsOf(sighting);
  if (plural === 'leases') return undefined;
  const what = `${where}: ${sighting.method} ${sighting.path.replace(/\?.*/, '')}`;
  return { atMs, cluster, life, what, kind: kindOf(sighting), about: aboutIn(sighting) };
}

const USERS: ReadonlySet<string> = new Set(['pods', 'deployments', 'statefulsets', 'daemonsets']);

function kindOf({ method, path }: Extract<Sighting, { type: 'api' }>): CallKind {
  const { plural, name, namespace, subresource } = partsOf({ path });
  if (plural === 'clusteroauthproviders' && subresource === 'status') return 'told-of-listing';
  if (plural === 'events') return 'told-of-listing';
  if (method !== 'GET') return 'write';
  if (plural === 'namespaces' && name !== undefined) return 'namespace';
  if (USERS.has(plural)) return 'users';
  return plural === 'secrets' && name !== undefined && namespace === OWN_NAMESPACE ? 'credentials' : 'other';
}

function aboutIn({ path }: Extract<Sighting, { type: 'api' }>): About | undefined {
  const { plural, namespace, name } = partsOf({ path });
  if (namespace === undefined || name === undefined) return undefined;
  if (plural === 'oauthapplications') return { type: 'object', namespace, name };
  return plural === 'secrets' ? { type: 'secret', namespace, name } : undefined;
}
