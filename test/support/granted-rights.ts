import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { startRelay } from '../../dev/plane/relay.ts';
import { divertedKubeconfig } from './diverted.ts';

/** `verb resource.group`, such as `list pods` or `update oauthapplications/status.oauthapp.dev`. */
export type RightName = string;

/** Stands between the operator and the API server, and writes down which rights it makes use of. */
export interface RightsRecorder extends AsyncDisposable {
  /** Those by which a request was let in so far. */
  used(): ReadonlySet<RightName>;
  /** Those of them that a Role in this namespace could not have given: used in another, or in all at once. */
  usedOutside(namespace: string): ReadonlySet<RightName>;
  divert(kubeconfig: string): Promise<string>;
}

/** One request's. */
interface Use {
  readonly right: RightName;
  /** Left out for all namespaces at once, and for what is in none. */
  readonly namespace: string | undefined;
}

const Rules = z.object({
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});

/**
 * `/api/v1/…` or `/apis/<group>/<version>/…`: group, namespace, resource, name, subresource. A namespace by itself has no
 * part before.
 */
const PATH =
  /^\/api(?:s\/([^/]+))?\/v[^/]+\/(?:namespaces\/([^/]+)\/(?=[a-z]))?([a-z]+)(?:\/([^/?]+))?(?:\/([^/?]+))?(?:\?|$)/;

const FORBIDDEN = 403;

const OWNER = 'OwnerReferencesPermissionEnforcement asks for it when a Secret names its owner';
const OLDER = 'a server that streams no lists is asked for one before a watch; test/kube/reflector.test.ts';

/** Rights that no request on this API server needs, each with the reason why they are given. */
export const UNSEEN: Readonly<Record<RightName, string>> = {
  'update oauthapplications/finalizers.oauthapp.dev': OWNER,
  'update oauthproviders/finalizers.oauthapp.dev': OWNER,
  'update clusteroauthproviders/finalizers.oauthapp.dev': OWNER,
  'list oauthproviders.oauthapp.dev': OLDER,
  'list clusteroauthproviders.oauthapp.dev': OLDER,
  'list secrets': OLDER,
  'list namespaces': OLDER,
};

/** Every right that a Role or a ClusterRole gives. */
export function grantedBy(role: unknown): ReadonlySet<RightName> {
  return new Set(
    Rules.parse(role).rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => nameOf(verb, group, resource)))),
    ),
  );
}

/** Starts a recorder in front of the plane on 127.0.0.1. */
export async function recordRights(plane: PlaneAccess): Promise<RightsRecorder> {
  const used = new Map<RightName, Set<Use['namespace']>>();
  const relay = await startRelay(plane, {
    onRequest(request) {
      const use = useIn(request);
      return (status) => {
        if (use === undefined || status === 'none' || status === FORBIDDEN) return;
        used.set(use.right, (used.get(use.right) ?? new Set()).add(use.namespace));
      };
    },
  });
  return {
    used: () => new Set(used.keys()),
    usedOutside: (namespace) =>
      new Set([...used].filter(([, where]) => where.difference(new Set([namespace])).size > 0).map(([right]) => right)),
    divert: (kubeconfig) => divertedKubeconfig(kubeconfig, plane.server, relay.url),
    [Symbol.asyncDispose]: () => relay.close(),
  };
}

/** As the API server's authorizer reads a request. */
function useIn({ method = 'GET', url = '' }: IncomingMessage): Use | undefined {
  const [, group = '', within, resource, name, subresource] = PATH.exec(url) ?? [];
  if (resource === undefined) return undefined;
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  const namespace = resource === 'namespaces' ? name : within;
  return { right: nameOf(verbOf(method, name, url), group, whole), namespace };
}

function verbOf(method: string, name: string | undefined, url: string): string {
  switch (method) {
    case 'GET':
      if (name !== undefined) return 'get';
      return /[?&]watch=(?:true|1)/.test(url) ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    default:
      return method.toLowerCase();
  }
}

function nameOf(verb: string, group: string, resource: string): RightName {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}
