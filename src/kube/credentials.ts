import { z } from 'zod';
import { Redacted } from '../credentials.ts';
import type { FoundCredentials } from '../provider/ports.ts';
import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { unlessNotFound } from './errors.ts';
import { createReflector, type ReflectorObserver, type ReflectorOptions } from './reflector.ts';
import { SECRETS } from './resources.ts';
import { createStore } from './store.ts';
import type { Target } from './watch.ts';

const DATA = z.record(z.string(), z.string()).optional();

/** Reads the Secrets that provider objects name, and notices when they change. */
export interface CredentialSecrets {
  read(namespace: string, name: string, keys: readonly string[], signal: AbortSignal): Promise<FoundCredentials>;
  /** Watches exactly these Secrets, `namespace/name` each, by name and as metadata; no others any more. */
  watch(secrets: ReadonlySet<string>): void;
}

/** What the watches of all these Secrets share, and who is told of each. */
export interface CredentialWatches extends Omit<ReflectorOptions, 'target' | 'store' | 'client' | 'observer'> {
  readonly observerOf?: ((target: Target) => ReflectorObserver) | undefined;
}

/**
 * @param fingerprint keyed digest of a text, so that a change shows without the values being kept
 * @param changed told of `namespace` and `name` whenever a watched Secret is made, changed or deleted
 */
export function credentialSecrets(
  client: KubeClient,
  { observerOf, ...reflecting }: CredentialWatches,
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
    async read(namespace, name, keys, limit) {
      const ref = { resource: SECRETS, namespace, name };
      const secret = await inWordsOfThePorts('forbidden', () => client.get(ref, limit).catch(unlessNotFound));
      if (secret === undefined) return { type: 'no-secret' };
      const data = DATA.safeParse(secret['data']).data ?? {};
      const values = keys.map((key) => [key, valueIn(data, key)] as const);
      const missing = values.find(([, value]) => value === '');
      if (missing !== undefined) return { type: 'no-key', key: missing[0] };
      return {
        type: 'found',
        values: Object.fromEntries(values.map(([key, value]) => [key, new Redacted(value)])),
        fingerprint: fingerprint(textOf(values.map(([, value]) => value))),
      };
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
    const observer = observerOf?.(target);
    void createReflector({ ...reflecting, client, target, store, observer }).run(stop.signal);
  }
}

/** Empty where there is none: nobody logs in with nothing. */
function valueIn(data: Readonly<Record<string, string>>, key: string): string {
  const encoded = Object.hasOwn(data, key) ? data[key] : undefined;
  return Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .trim();
}

/** One value stands for itself, so that its fingerprint is the one that earlier releases wrote into a status. */
function textOf(values: readonly string[]): string {
  const [only = '', ...others] = values;
  return others.length === 0 ? only : JSON.stringify(values);
}
