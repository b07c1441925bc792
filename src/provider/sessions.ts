import type { Providers, ProviderView } from '../application/ports.ts';
import type { ProviderKey } from './ports.ts';
import type { Session } from './session.ts';

/** How a provider object stands, as far as applications are concerned. */
export type Standing =
  | { readonly type: 'open'; readonly session: Session; readonly credentials: string; readonly generation: number }
  /** It can't be worked with now. What is known of its registrations is kept, with the session, for when it can. */
  | { readonly type: 'shut'; readonly message: string; readonly last: Extract<Standing, { type: 'open' }> | undefined };

/** The sessions with all providers that this process serves. Knowledge, not state: a new process makes them anew. */
export interface Sessions extends Providers {
  standing(key: ProviderKey): Standing | undefined;
  set(key: ProviderKey, standing: Standing): void;
  drop(key: ProviderKey): void;
}

/** @param exists whether the cache holds the provider object */
export function createSessions(exists: (key: ProviderKey) => 'there' | 'missing'): Sessions {
  const standings = new Map<string, Standing>();

  return {
    standing: (key) => standings.get(textOf(key)),
    set: (key, standing) => void standings.set(textOf(key), standing),
    drop: (key) => void standings.delete(textOf(key)),

    find({ kind, name }, namespace): ProviderView {
      const key: ProviderKey = { kind, name, namespace: kind === 'OAuthProvider' ? namespace : undefined };
      const standing = standings.get(textOf(key));
      if (exists(key) === 'missing') return { type: 'missing' };
      if (kind === 'ClusterOAuthProvider') {
        return {
          type: 'denied',
          message: `ClusterOAuthProvider ${name} grants nobody access: this release has no access rules yet`,
        };
      }
      if (standing === undefined) return { type: 'warming-up' };
      return standing.type === 'open' ? standing.session : { type: 'unready', message: standing.message };
    },
  };
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
