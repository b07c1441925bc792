import type { OAuthApplication } from '../api/application.ts';
import type { Providers } from '../application/ports/provider.ts';
import { isCertificateBundle } from '../idp/certificates.ts';
import { identityProvider } from '../idp/registry.ts';
import { type CredentialSecrets, credentialSecrets } from '../kube/credentials.ts';
import { knownLabels, knownUid, kubeNamespaces } from '../kube/namespaces.ts';
import type { OwnWrites } from '../kube/own-writes.ts';
import { kubeProviders, providersBySecret } from '../kube/providers.ts';
import { rivalLeases } from '../kube/rival-leases.ts';
import { secretHolds } from '../kube/secret-holds.ts';
import { kubeSecrets } from '../kube/secrets.ts';
import { createBeginnings } from '../provider/beginnings.ts';
import { createDirectory } from '../provider/directory.ts';
import { identifiedWithin } from '../provider/identity.ts';
import { keyOfProvider, providerKeyOf, textOf } from '../provider/key.ts';
import { openSession } from '../provider/open-session.ts';
import type { ProviderPorts } from '../provider/ports.ts';
import { createProofs } from '../provider/proved.ts';
import { reconcileProvider } from '../provider/reconcile.ts';
import { createSessions } from '../provider/sessions.ts';
import { createStatusWriter, type StatusWriter } from '../provider/status-writer.ts';
import type { Reconcile } from '../runtime/controller.ts';
import { createSeals } from '../seals.ts';
import { observerOf, providerStores } from './caches.ts';
import type { Footing, Queues } from './footing.ts';
import { measuredProvider } from './measured.ts';
import type { Wires } from './wires.ts';

const FINGERPRINT_LENGTH = 32;

/** The passes over provider objects, and what they leave for those over applications. */
export interface ProviderPasses {
  readonly pass: Reconcile;
  readonly directory: Providers;
  readonly credentials: CredentialSecrets;
}

/** What both kinds of passes share in a term of office. */
export interface Shared {
  readonly queues: Queues;
  readonly wires: Wires;
  readonly writes: OwnWrites<OAuthApplication>;
  /** Keys of the applications over which a pass is running. */
  readonly underWay: ReadonlySet<string>;
}

export function providerPasses(footing: Footing, shared: Shared, signal: AbortSignal): ProviderPasses {
  const { queues, wires } = shared;
  const { base, leadership } = footing;
  const { clock, chance, config } = base;
  const ports = portsOf(footing, shared, signal);
  const { providers, sessions } = ports;
  const writers = new Map<string, { readonly uid: string; readonly writer: StatusWriter }>();
  const surroundings = {
    clock,
    chance,
    callDeadlineMs: config.callDeadlineMs,
    leaseRemainingMs: () => leadership.remainingMs(),
    wake: (claimant: string) => wake(claimant, queues),
    beginnings: createBeginnings(),
  };

  return {
    directory: createDirectory(
      providers,
      sessions,
      (namespace) => knownLabels(footing.caches.namespaces, namespace),
      footing.shard,
    ),
    credentials: ports.credentials,
    async pass(text, limit) {
      const key = providerKeyOf(text);
      const provider = providers.get(key);
      if (provider === undefined) {
        sessions.drop(key);
        wires.drop(key);
        writers.delete(text);
        return { type: 'await-change' };
      }
      if (!footing.shard.serves(provider)) wires.drop(key);
      const { uid } = provider.metadata;
      const known = writers.get(text);
      const writer = known?.uid === uid ? known.writer : createStatusWriter(provider, providers);
      writers.set(text, { uid, writer });
      return reconcileProvider({ key, provider, ports, writer, signal: limit }, (pass, adapter, refused) =>
        openSession(pass, adapter, refused, surroundings),
      );
    },
  };
}

function portsOf(
  footing: Footing,
  { queues, wires, writes, underWay }: Shared,
  signal: AbortSignal,
): ProviderPorts & { readonly credentials: CredentialSecrets } {
  const { base, caches, reflecting, installation, client, shard } = footing;
  const { clock, namespace, config } = base;
  const seals = createSeals(installation);
  const stores = { OAuthProvider: caches.providers, ClusterOAuthProvider: caches.clusterProviders };
  const providers = kubeProviders(client, stores, { store: caches.applications, writes });
  return {
    providers,
    sessions: createSessions(),
    reach: base.watched === undefined ? 'cluster' : 'namespace',
    credentials: credentialSecrets(
      client,
      { ...reflecting, observerOf: (target) => observerOf(target, base.log) },
      (value) => seals.keyed('provider-credentials', value).slice(0, FINGERPRINT_LENGTH),
      (secretNamespace, name) => {
        for (const store of providerStores(caches)) {
          for (const provider of providersBySecret(store, secretNamespace, name)) {
            queues.providers.renew(textOf(keyOfProvider(provider)), 'change');
          }
        }
      },
      signal,
    ),
    adapter(key, spec, { credentials, ca }) {
      const wire = wires.open(key, { ca, proxy: spec.proxy?.url });
      const adapter = identityProvider(spec, credentials, { wire, clock });
      return adapter && identifiedWithin(key, measuredProvider(adapter, textOf(key), base));
    },
    isCertificateBundle,
    holds: secretHolds(client),
    secrets: kubeSecrets(client, caches.secrets),
    leases: rivalLeases(client, clock, config.settlingMs),
    namespaces: {
      ...kubeNamespaces(client),
      uid: (name, limit) => knownUid(caches.namespaces, client, name, limit),
    },
    seals,
    proofs: createProofs(seals),
    shard,
    isUnderWay: (application) => underWay.has(application),
    queue(keys) {
      for (const key of keys) queues.applications.add(key, 'resync');
    },
    renew(keys) {
      for (const key of keys) queues.applications.renew(key, 'resync');
    },
    installation: { id: installation.id, cluster: installation.cluster, lease: `${namespace}/${config.lease.name}` },
    clusterTime: () => client.serverNow(),
    monotonicMs: () => clock.monotonic(),
  };
}

/** The budget has a place for whoever this names: an application, or a provider object for its listing. */
function wake(claimant: string, { applications, providers }: Queues): void {
  if (claimant.includes(' ')) providers.add(claimant, 'requested');
  else applications.add(claimant, 'requested');
}
