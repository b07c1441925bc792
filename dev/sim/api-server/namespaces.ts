import { NAMESPACES } from '../../../src/kube/resources.ts';
import type { Kind } from './kinds.ts';
import type { ObjectRoute } from './paths.ts';
import { namespaceTerminating, notFound } from './refusal.ts';
import type { Store } from './store.ts';

/** Those that every cluster has, as far as anybody asks for them. */
export const FIRST_NAMESPACES = ['default', 'kube-system'] as const;

/** Keeps new objects out of namespaces that are not there or going away. */
export function namespaceGuard(store: Store, namespaces: Kind): (route: ObjectRoute) => void {
  return ({ kind, namespace, name }) => {
    if (namespace === undefined) return;
    const stored = store.get(namespaces, namespace);
    if (stored === undefined) throw notFound({ resource: NAMESPACES, name: namespace });
    if (stored.object.metadata.deletionTimestamp !== undefined)
      throw namespaceTerminating({ resource: kind.resource, name }, namespace);
  };
}
