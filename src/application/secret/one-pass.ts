import type { SecretHead, Secrets, StoredSecret } from '../ports/secrets.ts';

/** What one pass knows of a Secret by the API server's own word: newer than any cache. */
type Known =
  | { readonly type: 'read'; readonly stored: StoredSecret | undefined }
  | { readonly type: 'written'; readonly head: SecretHead };

/**
 * The Secrets as one pass sees them: what it has read or written is not asked for again, though the cache may not show
 * it yet. A write that fails says that this was the past, so that the next look is live; and every write carries the
 * version that it stands on (protocol I7), so that nothing is permitted by this that a live look would forbid.
 */
export function secretsOfOnePass(secrets: Secrets): Secrets {
  const known = new Map<string, Known>();
  return {
    ...secrets,

    head(namespace, name) {
      const word = known.get(keyOf(namespace, name));
      if (word === undefined) return secrets.head(namespace, name);
      return word.type === 'read' ? word.stored : word.head;
    },

    async read(namespace, name, signal) {
      const key = keyOf(namespace, name);
      const word = known.get(key);
      if (word?.type === 'read') return word.stored;
      const stored = await secrets.read(namespace, name, signal);
      known.set(key, { type: 'read', stored });
      return stored;
    },

    async write(owner, draft, over, mode, signal) {
      const key = keyOf(owner.metadata.namespace, draft.name);
      try {
        const head = await secrets.write(owner, draft, over, mode, signal);
        if (mode === 'commit') known.set(key, { type: 'written', head });
        return head;
      } catch (error) {
        known.delete(key);
        throw error;
      }
    },

    async disown(owner, name, signal) {
      const key = keyOf(owner.metadata.namespace, name);
      known.delete(key);
      const stored = await secrets.disown(owner, name, signal);
      known.set(key, { type: 'read', stored });
      return stored;
    },

    async remove(namespace, head, signal) {
      known.delete(keyOf(namespace, head.name));
      await secrets.remove(namespace, head, signal);
    },
  };
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
