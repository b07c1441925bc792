import { GROUP, KINDS, VERSION } from '../api/names.ts';

/** One collection of the API, as discovery would name it. The table is static: what we use, we know. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly scope: 'Namespaced' | 'Cluster';
}

/** One object's place. `namespace` is `undefined` for cluster-scoped resources alone. */
export interface Ref {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
}

export type Subresource = 'status';

export const SECRETS = core('secrets', 'Secret', 'Namespaced');
export const PODS = core('pods', 'Pod', 'Namespaced');
export const NAMESPACES = core('namespaces', 'Namespace', 'Cluster');
export const LEASES = namespaced('coordination.k8s.io', 'v1', 'leases', 'Lease');
export const EVENTS = namespaced('events.k8s.io', 'v1', 'events', 'Event');
export const DEPLOYMENTS = namespaced('apps', 'v1', 'deployments', 'Deployment');
export const STATEFUL_SETS = namespaced('apps', 'v1', 'statefulsets', 'StatefulSet');
export const DAEMON_SETS = namespaced('apps', 'v1', 'daemonsets', 'DaemonSet');
export const OAUTH_APPLICATIONS = ours('application');
export const OAUTH_PROVIDERS = ours('provider');
export const CLUSTER_OAUTH_PROVIDERS = ours('clusterProvider');

/** The `apiVersion` of the resource's objects: `v1`, `coordination.k8s.io/v1`. */
function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `secrets`, `leases.coordination.k8s.io`: what a Role and an error message call the resource. */
export function nameOf({ group, plural }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** Path of a collection; of all namespaces' when `namespace` is `undefined`. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}/${resource.version}${scope}/${resource.plural}`;
}

/** Path of one object, or of its subresource. */
export function objectPath({ resource, namespace, name }: Ref, subresource: Subresource | undefined): string {
  const path = `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** `?a=b&c=d` of those that are given, or nothing. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** The type that the API server leaves out of list items. */
export function typeOf(resource: Resource): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind };
}

function core(plural: string, kind: string, scope: Resource['scope']): Resource {
  return { group: '', version: 'v1', plural, kind, scope };
}

function namespaced(group: string, version: string, plural: string, kind: string): Resource {
  return { group, version, plural, kind, scope: 'Namespaced' };
}

function ours(name: keyof typeof KINDS): Resource {
  const { plural, kind, scope } = KINDS[name];
  return { group: GROUP, version: VERSION, plural, kind, scope };
}
