import type { OAuthProvider } from '../api/provider.ts';
import type { Providers, ProviderView } from '../application/ports/provider.ts';
import { accessOf, type KnownLabels } from './access.ts';
import { keyOfProvider, keyWithin, type ProviderKey } from './key.ts';
import type { ProviderObjects } from './ports.ts';
import type { Sessions, Standing } from './sessions.ts';
import type { Shard } from './shard.ts';
import { isSuspended } from './suspension.ts';

type Missing = Extract<ProviderView, { type: 'missing' | 'out-of-sight' }>;
type Found = { readonly type: 'found'; readonly provider: OAuthProvider } | Missing;

/** More than this many defaults are one too many, and a message has an end. */
const MOST_NAMED = 5;

/**
 * Provider objects as applications find them: by name or as the default, and with what they grant to a namespace.
 *
 * Of a provider that another shard serves, only that shard says anything.
 */
export function createDirectory(
  objects: Pick<ProviderObjects, 'get' | 'defaults' | 'applicationsIn' | 'undecided'>,
  sessions: Pick<Sessions, 'standing'>,
  labelsOf: (namespace: string) => KnownLabels,
  shard: Shard,
): Providers {
  return {
    find(ref, namespace): ProviderView {
      const found = ref === undefined ? theDefault(namespace) : named(keyWithin(ref, namespace), namespace);
      if (found.type !== 'found') return shard.speaksForMissing ? found : { type: 'elsewhere' };
      if (!shard.serves(found.provider)) return { type: 'elsewhere' };
      const access = accessOf(found.provider, namespace, labelsOf(namespace));
      const standing = sessions.standing(keyOfProvider(found.provider));
      if (standing === undefined || access === 'unknown') return { type: 'warming-up' };
      if (standing.type === 'open' && isOutdated(standing, found.provider)) return { type: 'warming-up' };
      return standing.type === 'open'
        ? { type: 'ready', provider: standing.session, access }
        : { type: 'unready', name: found.provider.metadata.name, message: whyShut(found.provider, standing), access };
    },

    users(ref, namespace) {
      const chosen = theDefault(namespace);
      const { kind, name } = ref;
      const isDefault =
        chosen.type === 'found' && chosen.provider.kind === kind && chosen.provider.metadata.name === name;
      const known = objects.applicationsIn(namespace, keyWithin(ref, namespace));
      return isDefault ? [...known, ...objects.undecided(namespace)] : known;
    },
  };

  function named(key: ProviderKey, namespace: string): Found {
    const provider = objects.get(key);
    if (provider !== undefined) return { type: 'found', provider };
    const { kind, name } = key;
    if (kind === 'OAuthProvider' || !seesNamespaceAlone(namespace)) return missing(`there is no ${kind} ${name}`);
    const message = `ClusterOAuthProvider ${name} cannot be used: this operator serves one namespace and sees no cluster-wide object`;
    return { type: 'out-of-sight', message };
  }

  function seesNamespaceAlone(namespace: string): boolean {
    return labelsOf(namespace) === 'unreadable';
  }

  /** The nearer level counts, and on it there must be one. */
  function theDefault(namespace: string): Found {
    const [near, far] = [objects.defaults(namespace), objects.defaults(undefined)];
    const candidates = near.length > 0 ? near : far;
    const [only, ...others] = candidates;
    if (only === undefined) {
      const message =
        'no provider is named and none is the default: name one, or set the annotation oauthapp.dev/is-default to "true" on the provider object that is to be';
      return { type: seesNamespaceAlone(namespace) ? 'out-of-sight' : 'missing', message };
    }
    if (others.length === 0) return { type: 'found', provider: only };
    const names = candidates.map(({ metadata }) => metadata.name).toSorted();
    return missing(
      `no provider is named and ${only.kind}s ${names.slice(0, MOST_NAMED).join(', ')} are all marked as the default: leave the annotation oauthapp.dev/is-default on one of them`,
    );
  }
}

/**
 * Whether the object has been edited since: what was begun at a former address could not go on at the new one (protocol
 * I3), and one that is suspended no more was not listed yet, so that a mark that is not seen says nothing (R3).
 */
function isOutdated({ session, listing }: Extract<Standing, { type: 'open' }>, provider: OAuthProvider): boolean {
  return !session.isOf(provider) || (listing === 'none' && !isSuspended(provider));
}

/** Who may use a cluster-wide object learns nothing of the namespace that its credentials are in. */
function whyShut({ kind, metadata }: OAuthProvider, { reason, message }: Extract<Standing, { type: 'shut' }>): string {
  return kind === 'ClusterOAuthProvider' ? `${reason}, as ${kind} ${metadata.name} says in full` : message;
}

function missing(message: string): Found {
  return { type: 'missing', message };
}
