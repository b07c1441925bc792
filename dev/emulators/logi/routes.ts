import type { Switches } from './switches.ts';

/** What a call asks for. `unknown`: no such route. */
export type Operation =
  | 'list'
  | 'show'
  | 'create'
  | 'update'
  | 'add-redirect'
  | 'remove-redirect'
  | 'rotate'
  | 'delete'
  | 'token'
  | 'me'
  | 'discovery'
  | 'health'
  | 'unknown';

/** Where a call goes. `id` is 0, which no application has, where the path does not hold a number. */
export interface Route {
  readonly operation: Operation;
  readonly id: number;
}

const APPLICATIONS = '/api/v1/applications';

const ROUTES: readonly { readonly method: string; readonly pattern: RegExp; readonly operation: Operation }[] = [
  { method: 'GET', pattern: new RegExp(`^${APPLICATIONS}$`), operation: 'list' },
  { method: 'POST', pattern: new RegExp(`^${APPLICATIONS}$`), operation: 'create' },
  { method: 'GET', pattern: new RegExp(`^${APPLICATIONS}/([^/]+)$`), operation: 'show' },
  { method: 'PATCH', pattern: new RegExp(`^${APPLICATIONS}/([^/]+)$`), operation: 'update' },
  { method: 'DELETE', pattern: new RegExp(`^${APPLICATIONS}/([^/]+)$`), operation: 'delete' },
  { method: 'POST', pattern: new RegExp(`^${APPLICATIONS}/([^/]+)/rotate_secret$`), operation: 'rotate' },
  { method: 'POST', pattern: new RegExp(`^${APPLICATIONS}/([^/]+)/redirect_uris$`), operation: 'add-redirect' },
  { method: 'DELETE', pattern: new RegExp(`^${APPLICATIONS}/([^/]+)/redirect_uris$`), operation: 'remove-redirect' },
  { method: 'GET', pattern: /^\/api\/v1\/me$/, operation: 'me' },
  { method: 'POST', pattern: /^\/oauth\/token$/, operation: 'token' },
  { method: 'GET', pattern: /^\/\.well-known\/openid-configuration$/, operation: 'discovery' },
  { method: 'GET', pattern: /^\/(up|healthz)$/, operation: 'health' },
];

/** The route of a method and path. */
export function routeOf(method: string, path: string, switches: Switches): Route {
  for (const { pattern, operation, ...route } of ROUTES) {
    if (route.method !== method || isAbsent(operation, switches)) continue;
    const match = pattern.exec(path);
    if (match !== null) return { operation, id: /^\d{1,15}$/.test(match[1] ?? '') ? Number(match[1]) : 0 };
  }
  return { operation: 'unknown', id: 0 };
}

function isAbsent(operation: Operation, { redirectRoutes, rotateRoute, meRoute }: Switches): boolean {
  switch (operation) {
    case 'add-redirect':
    case 'remove-redirect':
      return redirectRoutes === 'absent';
    case 'rotate':
      return rotateRoute === 'absent';
    case 'me':
      return meRoute === 'absent';
    case 'list':
    case 'show':
    case 'create':
    case 'update':
    case 'delete':
    case 'token':
    case 'discovery':
    case 'health':
    case 'unknown':
      return false;
  }
}
