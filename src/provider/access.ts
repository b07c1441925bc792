import type { OAuthProvider } from '../api/provider.ts';
import type { Access } from '../application/ports/provider.ts';
import { isValidExpression, type Labels, selects } from './selector.ts';

/**
 * What is known of a namespace's labels. `not-seen`: the cache does not hold the namespace yet. `unreadable`: an
 * operator with the rights of one namespace may not look.
 */
export type KnownLabels = Labels | 'not-seen' | 'unreadable';

type Rule = NonNullable<OAuthProvider['spec']['access']>[number];

/** Without rules an OAuthProvider lets its own namespace use it, and a ClusterOAuthProvider lets nobody. */
const BY_DEFAULT = { OAuthProvider: [{}], ClusterOAuthProvider: [] } as const satisfies Record<
  OAuthProvider['kind'],
  readonly Rule[]
>;

/**
 * What a provider object grants to a namespace: what its first rule says that matches. Pure.
 *
 * `unknown`: a rule asks for labels that have not been seen yet, so that nothing may be granted or denied.
 */
export function accessOf(
  { kind, metadata, spec }: Pick<OAuthProvider, 'kind' | 'metadata' | 'spec'>,
  namespace: string,
  labels: KnownLabels,
): Access | 'unknown' {
  const denied: Access = {
    type: 'denied',
    message: `${kind} ${metadata.name} does not grant access to namespace ${namespace}`,
  };
  if (kind === 'OAuthProvider' && metadata.namespace !== namespace) return denied;
  for (const rule of spec.access ?? BY_DEFAULT[kind]) {
    const match = matches(rule, namespace, labels);
    if (match === 'unknown') return labels === 'not-seen' ? 'unknown' : denied;
    if (match === 'yes') return grantOf(rule);
  }
  return denied;
}

/** The first expression in the rules that Kubernetes would refuse in a label selector, by its path. Pure. */
export function invalidExpression(access: readonly Rule[]): string | undefined {
  for (const [index, { namespaces }] of access.entries()) {
    const at = (namespaces?.selector?.matchExpressions ?? []).findIndex((expression) => !isValidExpression(expression));
    if (at !== -1) return `spec.access[${index}].namespaces.selector.matchExpressions[${at}]`;
  }
  return undefined;
}

/** The first selector in the rules, by its path. Pure. */
export function firstSelector(access: readonly Rule[]): string | undefined {
  const index = access.findIndex(({ namespaces }) => namespaces?.selector !== undefined);
  return index === -1 ? undefined : `spec.access[${index}].namespaces.selector`;
}

function grantOf({ uris, adoptable, allow, maxApplications }: Rule): Access {
  return { type: 'granted', uris, adoptable: new Set(adoptable), allow: new Set(allow), maxApplications };
}

/** What a rule says about namespaces must all hold. */
function matches({ namespaces }: Rule, namespace: string, labels: KnownLabels): 'yes' | 'no' | 'unknown' {
  if (namespaces?.names !== undefined && !namespaces.names.includes(namespace)) return 'no';
  if (namespaces?.selector === undefined) return 'yes';
  if (labels === 'not-seen' || labels === 'unreadable') return 'unknown';
  return selects(namespaces.selector, labels) ? 'yes' : 'no';
}
