import type { Planned, Shape } from './scenario/scenario.ts';

type Manifest = Readonly<Record<string, unknown>>;

export const OWN_NAMESPACE = 'oauthapp-system';
export const NAMESPACES_OF_TEAMS = ['store', 'depot'] as const;

/** Where the providers are. */
export const ORIGINS = { logi: 'https://logi.example.com', logto: 'https://logto.example.com' } as const;

/** Superseded secrets go soon, so that a story sees it. */
const OVERLAP_MS = 120_000;
const RETIRE_AFTER = '1h';

/** What the spec of every application says of it, ms. */
export const TIMES = { overlapMs: OVERLAP_MS } as const;

const LIMITS = {
  createsPerHour: 10_000,
  createsPerDay: 10_000,
  createsPerWeek: 10_000,
  requestsPerMinute: 10_000,
  automaticRotationsPerHour: 1_000,
};

/** The provider objects. Nobody may adopt; every namespace may use them. */
export function providerManifests(): readonly Manifest[] {
  const spec = { limits: LIMITS, access: [{}] };
  return [
    {
      metadata: { name: 'logi' },
      spec: {
        ...spec,
        logi: { apiUrl: ORIGINS.logi, apiKeySecretRef: { name: 'logi', namespace: OWN_NAMESPACE } },
      },
    },
    {
      metadata: { name: 'logto' },
      spec: {
        ...spec,
        logto: { endpoint: ORIGINS.logto, credentialsSecretRef: { name: 'logto', namespace: OWN_NAMESPACE } },
      },
    },
  ];
}

/** What a team applies. */
export function applicationManifest(planned: Planned, { previous }: Shape): Manifest {
  const { namespace, name, provider, type, deletionPolicy, onSecretLoss } = planned;
  const uris =
    type === 'MachineToMachine' ? {} : { redirectUris: [`https://${name}.example.com/${namespace}/callback`] };
  const keys = previous === 'kept' && provider === 'logto' ? { keys: { previousClientSecret: 'previous' } } : {};
  return {
    metadata: { namespace, name },
    spec: {
      providerRef: { kind: 'ClusterOAuthProvider', name: provider },
      displayName: displayNameOf(planned),
      type,
      ...uris,
      secret: { name: `${name}-oauth`, ...keys },
      rotation: {
        restart: 'None',
        onSecretLoss,
        ...(provider === 'logto' ? { overlap: `${OVERLAP_MS / 1_000}s`, retireAfter: RETIRE_AFTER } : {}),
      },
      deletionPolicy,
    },
  };
}

/** The same in two clusters, as with one manifest that is applied to both. */
function displayNameOf({ namespace, name }: Planned): string {
  return `${name} of ${namespace}`;
}
