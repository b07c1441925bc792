import type { Switches } from './switches.ts';
import { atLeast } from './switches.ts';

/** What a call asks for. `unknown`: no such path. `wrong-method`: the path, but not with this method. */
export type Operation = (typeof ROUTES)[number]['operation'] | 'unknown' | 'wrong-method';

/** Where a call goes. `id` and `part` are what the path holds, decoded; empty where it holds none. */
export interface Route {
  readonly operation: Operation;
  /** The application's id. */
  readonly id: string;
  /** What comes after it: the name of a secret, the id of a role, a domain, a scope. */
  readonly part: string;
  /** Which kind of consent scope. */
  readonly kind: string;
  /** The methods that the path has, where the call's is not among them. */
  readonly allowed: readonly string[];
}

const APPLICATION = '/api/applications/(?<id>[^/]+)';

/** In the order in which Logto names the methods of a path. */
const ROUTES = [
  { method: 'GET', path: '/api/applications', operation: 'list' },
  { method: 'POST', path: '/api/applications', operation: 'create' },
  { method: 'GET', path: APPLICATION, operation: 'show' },
  { method: 'PATCH', path: APPLICATION, operation: 'update' },
  { method: 'DELETE', path: APPLICATION, operation: 'delete' },
  { method: 'PATCH', path: `${APPLICATION}/custom-data`, operation: 'merge-custom-data' },
  { method: 'DELETE', path: `${APPLICATION}/legacy-secret`, operation: 'delete-legacy-secret' },
  { method: 'GET', path: `${APPLICATION}/secrets`, operation: 'list-secrets' },
  { method: 'POST', path: `${APPLICATION}/secrets`, operation: 'create-secret' },
  { method: 'DELETE', path: `${APPLICATION}/secrets/(?<part>[^/]+)`, operation: 'delete-secret' },
  { method: 'PATCH', path: `${APPLICATION}/secrets/(?<part>[^/]+)`, operation: 'rename-secret' },
  { method: 'GET', path: `${APPLICATION}/roles`, operation: 'list-application-roles' },
  { method: 'POST', path: `${APPLICATION}/roles`, operation: 'add-roles' },
  { method: 'PUT', path: `${APPLICATION}/roles`, operation: 'replace-roles' },
  { method: 'DELETE', path: `${APPLICATION}/roles/(?<part>[^/]+)`, operation: 'remove-role' },
  { method: 'POST', path: `${APPLICATION}/user-consent-scopes`, operation: 'add-consent' },
  { method: 'GET', path: `${APPLICATION}/user-consent-scopes`, operation: 'show-consent' },
  {
    method: 'DELETE',
    path: `${APPLICATION}/user-consent-scopes/(?<kind>[^/]+)/(?<part>[^/]+)`,
    operation: 'remove-consent',
  },
  { method: 'GET', path: `${APPLICATION}/sign-in-experience`, operation: 'sign-in-experience' },
  { method: 'GET', path: `${APPLICATION}/protected-app-metadata/custom-domains`, operation: 'list-domains' },
  { method: 'POST', path: `${APPLICATION}/protected-app-metadata/custom-domains`, operation: 'add-domain' },
  {
    method: 'DELETE',
    path: `${APPLICATION}/protected-app-metadata/custom-domains/(?<part>[^/]+)`,
    operation: 'delete-domain',
  },
  { method: 'POST', path: '/api/saml-applications', operation: 'create-saml' },
  { method: 'DELETE', path: '/api/saml-applications/(?<id>[^/]+)', operation: 'delete-saml' },
  { method: 'GET', path: '/api/roles', operation: 'list-roles' },
  { method: 'GET', path: '/api/resources', operation: 'list-resources' },
  { method: 'GET', path: '/api/organization-scopes', operation: 'list-organization-scopes' },
  { method: 'GET', path: '/api/status', operation: 'status' },
  { method: 'GET', path: '/api/swagger.json', operation: 'swagger' },
  { method: 'POST', path: '/oidc/token', operation: 'token' },
  { method: 'POST', path: '/oidc/token/introspection', operation: 'introspect' },
  { method: 'GET', path: '/oidc/auth', operation: 'authorize' },
  { method: 'GET', path: '/oidc/.well-known/openid-configuration', operation: 'discovery' },
] as const satisfies readonly { readonly method: string; readonly path: string; readonly operation: string }[];

const PATTERNS = ROUTES.map((route) => ({ ...route, pattern: new RegExp(`^${route.path}$`) }));

/** The route of a method and path. */
export function routeOf(method: string, path: string, switches: Switches): Route {
  const matches = PATTERNS.filter(({ operation, pattern }) => pattern.test(path) && !isAbsent(operation, switches));
  const wanted = method === 'HEAD' ? 'GET' : method;
  const match = matches.find((candidate) => candidate.method === wanted);
  const allowed = matches.flatMap((candidate) => (candidate.method === 'GET' ? ['HEAD', 'GET'] : [candidate.method]));
  if (match === undefined) {
    const operation = matches.length === 0 ? 'unknown' : 'wrong-method';
    return { operation, id: '', part: '', kind: '', allowed };
  }
  const { id = '', part = '', kind = '' } = match.pattern.exec(path)?.groups ?? {};
  return { operation: match.operation, id: decoded(id), part: decoded(part), kind, allowed };
}

function isAbsent(operation: Operation, switches: Switches): boolean {
  if (operation === 'list-organization-scopes') return switches.organizationScopesRoute === 'absent';
  return (operation === 'create-saml' || operation === 'delete-saml') && !atLeast('1.22', switches);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
