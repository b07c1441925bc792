import { z } from 'zod';
import { Redacted } from '../credentials.ts';
import type { FoundCredentials } from '../provider/ports.ts';
import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { unlessNotFound } from './errors.ts';
import { createReflector, type ReflectorOptions } from './reflector.ts';
import { SECRETS } from './resources.ts';
import { createStore } from './store.ts';

const DATA = z.record(z.string(), z.string()).optional();

/** Reads the Secrets that provider objects name, and notices when they change. */
export interface CredentialSecrets {
  read(namespace: string, name: string, key: string, signal: AbortSignal): Promise<FoundCredentials>;
  /** Watches exactly these Secrets, `namespace/name` each, by name and as metadata; no others any more. */
  watch(secrets: ReadonlySet<string>): void;
}

/**
 * @param fingerprint keyed digest of a value, so that a change shows without the value being kept
 * @param changed told of `namespace` and `name` whenever a watched Secret is made, changed or deleted
 */
export function credentialSecrets(
  client: KubeClient,
  reflecting: Omit<ReflectorOptions, 'target' | 'store' | 'client'>,
  fingerprint: (value: string) => string,
  changed: (namespace: string, name: string) => void,
  signal: AbortSignal,
): CredentialSecrets {
  const watched = new Map<string, AbortController>();
  const stopAll = (): void => {
    for (const stop of watched.values()) stop.abort(signal.reason);
  };
  signal.addEventListener('abort', stopAll, { once: true });

  return {
    async read(namespace, name, key, limit) {
      const ref = { resource: SECRETS, namespace, name };
      const secret = await inWordsOfThePorts('forbidden', () => client.get(ref, limit).catch(unlessNotFound));
      if (secret === undefined) return { type: 'no-secret' };
      const data = DATA.safeParse(secret['data']).data ?? {};
      const encoded = Object.hasOwn(data, key) ? data[key] : undefined;
      const value = Buffer.from(encoded ?? '', 'base64')
        .toString('utf8')
        .trim();
      if (value === '') return { type: 'no-key' };
      return { type: 'found', value: new Redacted(value), fingerprint: fingerprint(value) };
    },

    watch(secrets) {
      for (const [key, stop] of watched) {
        if (secrets.has(key)) continue;
        stop.abort();
        watched.delete(key);
      }
      for (const key of secrets) if (!watched.has(key)) begin(key);
    },
  };

  function begin(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const store = createStore<string>({ decode: ({ metadata }) => metadata.resourceVersion });
    store.subscribe(() => changed(namespace, name));
    const stop = new AbortController();
    if (signal.aborted) return;
    watched.set(key, stop);
    const target = {
      resource: SECRETS,
      representation: 'metadata',
      namespace,
      fieldSelector: `metadata.name=${name}`,
    } as const;
    void createReflector({ ...reflecting, client, target, store }).run(stop.signal);
  }
}
