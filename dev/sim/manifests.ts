import { privilegesIn } from './privileges.ts';
import type { Planned, Shape } from './scenario/scenario.ts';

type Manifest = Readonly<Record<string, unknown>>;

export const OWN_NAMESPACE = 'oauthapp-system';
export const NAMESPACES_OF_TEAMS = ['store', 'depot'] as const;

/** Where the providers are. */
export const ORIGINS = { logi: 'https://logi.example.com', logto: 'https://logto.example.com' } as const;

/** Superseded secrets go soon, so that a story sees it. */
const OVERLAP_MS = 120_000;
const HOUR_MS = 3_600_000;

/** What the spec of every application says of it, ms. */
export const TIMES = {
  overlapMs: OVERLAP_MS,
  retireAfterMs: HOUR_MS,
  /** A Secret of a former name has the overlap, and an hour where the spec says nothing of one. */
  formerSecretMs: { logi: HOUR_MS, logto: OVERLAP_MS },
} as const;

const LIMITS = {
  createsPerHour: 10_000,
  createsPerDay: 10_000,
  createsPerWeek: 10_000,
  requestsPerMinute: 10_000,
  automaticRotationsPerHour: 1_000,
};

/** From one listing to the next, ms. Soon, so that what only a listing shows comes to light in a short story. */
export const RESYNC_MS = 300_000;

const CONNECTIONS = {
  logi: { apiUrl: ORIGINS.logi, apiKeySecretRef: { name: 'logi', namespace: OWN_NAMESPACE } },
  logto: { endpoint: ORIGINS.logto, credentialsSecretRef: { name: 'logto', namespace: OWN_NAMESPACE } },
} as const;

/** What has to be allowed by name: of what logi has nothing. */
const ACCESS = { logi: [{}], logto: [{ allow: ['Roles', 'ThirdParty'] }] } as const;

/** The object of a provider. Nobody may adopt; every namespace may use it. */
export function providerManifest(name: Planned['provider']): Manifest {
  const resyncInterval = `${RESYNC_MS / 1_000}s`;
  return {
    metadata: { name },
    spec: { [name]: CONNECTIONS[name], limits: LIMITS, access: ACCESS[name], resyncInterval },
  };
}

/** What a team applies. */
export function applicationManifest(planned: Planned, shape: Shape): Manifest {
  const { previous, intervalDays } = shape;
  const { namespace, name, provider, type, deletionPolicy, onSecretLoss, workload } = planned;
  const uris =
    type === 'MachineToMachine' ? {} : { redirectUris: [`https://${name}.example.com/${namespace}/callback`] };
  const keys = previous === 'kept' && provider === 'logto' ? { keys: { previousClientSecret: 'previous' } } : {};
  return {
    metadata: { namespace, name },
    spec: {
      providerRef: { kind: 'ClusterOAuthProvider', name: provider },
      displayName: displayNameOf(planned, shape),
      type,
      ...uris,
      ...privilegesIn(planned, 'first'),
      secret: { name: `${name}-oauth`, ...keys },
      rotation: {
        restart: workload === undefined ? 'None' : 'Referencing',
        onSecretLoss,
        ...(intervalDays === undefined ? {} : { interval: `${24 * intervalDays}h` }),
        ...(provider === 'logto' ? { overlap: `${OVERLAP_MS / 1_000}s`, retireAfter: `${HOUR_MS / 1_000}s` } : {}),
      },
      deletionPolicy,
    },
  };
}

/** The same in two clusters, and where a story says so in two namespaces, as with one manifest that is applied to both. */
export function displayNameOf({ namespace, name }: Planned, { names }: Pick<Shape, 'names'>): string {
  switch (names) {
    case 'apart':
      return `${name} of ${namespace}`;
    case 'alike':
      return name;
  }
}
