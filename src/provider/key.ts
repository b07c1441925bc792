import type { OAuthProvider } from '../api/provider.ts';

/** Names one provider object. `namespace` is `undefined` for a ClusterOAuthProvider. */
export interface ProviderKey {
  readonly kind: OAuthProvider['kind'];
  readonly namespace: string | undefined;
  readonly name: string;
}

/** The key of a provider object. */
export function keyOfProvider({ kind, metadata }: Pick<OAuthProvider, 'kind' | 'metadata'>): ProviderKey {
  return { kind, namespace: metadata.namespace, name: metadata.name };
}

/** The key of the provider object that `ref` names to an application of `namespace`. */
export function keyWithin({ kind, name }: Pick<ProviderKey, 'kind' | 'name'>, namespace: string): ProviderKey {
  return { kind, namespace: kind === 'OAuthProvider' ? namespace : undefined, name };
}

/** `Kind namespace/name`, or `Kind name`: how a provider object is named in the queue. */
export function textOf({ kind, namespace, name }: ProviderKey): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** The inverse of {@link textOf}. */
export function providerKeyOf(text: string): ProviderKey {
  const [kind, path = ''] = text.split(' ');
  const [first = '', second] = path.split('/');
  return {
    kind: kind === 'ClusterOAuthProvider' ? 'ClusterOAuthProvider' : 'OAuthProvider',
    namespace: second === undefined ? undefined : first,
    name: second ?? first,
  };
}
