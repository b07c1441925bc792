import type { CallName } from '../blows.ts';
import type { Planned, Privileges } from './scenario.ts';

/** How often a call is struck, beside the others. */
export type Weighted = readonly (readonly [weight: number, kind: string])[];

/**
 * Every operation of each provider that the operator uses in any story; of what only some applications cause see
 * {@link PRIVILEGE_TARGETS}, and of what no story calls {@link NEVER_CALLED}.
 */
export const PROVIDER_TARGETS: Readonly<Record<Planned['provider'], Weighted>> = {
  logi: [
    [6, 'logi create'],
    [4, 'logi rotate'],
    [2, 'logi update'],
    [3, 'logi delete'],
    [2, 'logi list'],
    [2, 'logi show'],
    [1, 'logi token'],
  ],
  logto: [
    [6, 'logto create'],
    [3, 'logto create-secret'],
    [2, 'logto delete-secret'],
    [2, 'logto update'],
    [2, 'logto merge-custom-data'],
    [3, 'logto delete'],
    [2, 'logto list'],
    [2, 'logto show'],
    [1, 'logto list-secrets'],
    [1, 'logto list-application-roles'],
    [1, 'logto introspect'],
    [1, 'logto token'],
  ],
};

/** Every verb and resource of the API server that the operator uses in any story. */
export const API_TARGETS: Weighted = [
  [6, 'create secrets'],
  [4, 'replace secrets'],
  [2, 'dry-run secrets'],
  [2, 'get secrets'],
  [1, 'list secrets'],
  [1, 'delete secrets'],
  [8, 'replace oauthapplications/status'],
  [4, 'patch oauthapplications'],
  [1, 'get oauthapplications'],
  [1, 'list oauthapplications'],
  [2, 'replace clusteroauthproviders/status'],
  [1, 'patch clusteroauthproviders'],
  [1, 'get clusteroauthproviders'],
  [1, 'list clusteroauthproviders'],
  [1, 'list oauthproviders'],
  [1, 'get namespaces'],
  [1, 'list namespaces'],
  [1, 'list pods'],
  [1, 'create leases'],
  [1, 'get leases'],
  [2, 'replace leases'],
  [1, 'create events'],
  [1, 'patch events'],
  [1, 'watch secrets'],
  [1, 'watch oauthapplications'],
  [1, 'watch clusteroauthproviders'],
  [1, 'watch oauthproviders'],
  [1, 'watch namespaces'],
];

/** Those of the API server that come in few stories. */
export const SELDOM_TARGETS: Weighted = [
  [1, 'delete secrets'],
  [1, 'patch events'],
  [1, 'list pods'],
  [1, 'list secrets'],
  [1, 'get namespaces'],
];

/** Those of each provider that come in few stories, or late in them. */
export const SELDOM_AT_PROVIDER: Readonly<Record<Planned['provider'], Weighted>> = {
  logi: [
    [1, 'logi token'],
    [1, 'logi delete'],
  ],
  logto: [
    [1, 'logto delete'],
    [1, 'logto introspect'],
    [1, 'logto delete-secret'],
    [1, 'logto token'],
    [1, 'logto merge-custom-data'],
    [1, 'logto update'],
  ],
};

/** Those with which a process starts, or takes over from another. */
export const STARTING_TARGETS: Weighted = [
  [1, 'list namespaces'],
  [1, 'list clusteroauthproviders'],
  [1, 'patch clusteroauthproviders'],
  [1, 'list oauthproviders'],
  [1, 'create leases'],
  [1, 'get clusteroauthproviders'],
  [1, 'replace leases'],
];

/** What is called only where an application asks for such a thing; struck in no other story. */
export const PRIVILEGE_TARGETS: Readonly<Record<Privileges, Weighted>> = {
  roles: [
    [2, 'logto add-roles'],
    [2, 'logto remove-role'],
    [1, 'logto list-roles'],
    [1, 'logto list-application-roles'],
  ],
  consent: [
    [2, 'logto add-consent'],
    [2, 'logto remove-consent'],
    [1, 'logto show-consent'],
  ],
  uris: [
    [2, 'logi add-redirect'],
    [2, 'logi remove-redirect'],
    [1, 'logi update'],
    [1, 'logi show'],
  ],
};

/** Those of the API server that come where something runs with a Secret. */
export const WORKLOAD_TARGETS: Weighted = [
  [1, 'list deployments'],
  [1, 'list statefulsets'],
  [1, 'list daemonsets'],
  [2, 'list pods'],
  [3, 'patch deployments'],
  [2, 'patch statefulsets'],
  [2, 'patch daemonsets'],
];

/** What Logto is asked only of what runs without a person. */
export const MACHINE_TARGETS: Weighted = [[1, 'logto list-application-roles']];

/** All of them that a draw chooses from, with their weights. */
export const TARGETS: readonly (readonly [weight: number, target: CallName])[] = [
  ...targetsOn('provider', [...PROVIDER_TARGETS.logi, ...PROVIDER_TARGETS.logto]),
  ...targetsOn('api', API_TARGETS),
];

/** What the operator can call and no story has it call, and the test that sees it: its file, and its title. */
export const NEVER_CALLED: readonly {
  readonly kind: string;
  readonly why: string;
  /** From the root of the repository. */
  readonly in: string;
  readonly as: string;
}[] = [
  {
    kind: 'logto delete-legacy-secret',
    why: 'No application is older than its secrets: nobody adopts.',
    in: 'test/idp/logto/secrets.test.ts',
    as: 'is listed under a name of its own, and retired by it',
  },
  {
    kind: 'replace oauthproviders/status',
    why: 'Every provider object is one of the whole cluster.',
    in: 'test/kube/providers.test.ts',
    as: 'writes the status whole, and keeps the finalizers of others',
  },
  {
    kind: 'patch oauthproviders',
    why: 'Every provider object is one of the whole cluster.',
    in: 'test/kube/providers.test.ts',
    as: 'writes the status whole, and keeps the finalizers of others',
  },
  {
    kind: 'patch secrets',
    why: "Only what a namespace's own provider object needs is kept from going.",
    in: 'test/kube/secret-holds.test.ts',
    as: 'puts our finalizer on a Secret and takes it off, and leaves data and the finalizers of others alone',
  },
];

function targetsOn(side: CallName['side'], targets: Weighted): readonly (readonly [number, CallName])[] {
  return targets.map(([weight, kind]) => [weight, { side, kind }]);
}
