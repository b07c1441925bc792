import { onTestFinished } from 'vitest';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import type { Switches } from '../../dev/emulators/logi/switches.ts';
import { type LogiEmulator, startLogiEmulator } from '../../dev/emulators/logi.ts';
import { OAuthApplication, type OAuthApplicationStatus } from '../../src/api/application.ts';
import { FINALIZERS } from '../../src/api/names.ts';
import { OAuthProvider, type OAuthProviderStatus } from '../../src/api/provider.ts';
import { ClusterError } from '../../src/application/ports/errors.ts';
import type { ProviderView, ReadyProvider } from '../../src/application/ports/provider.ts';
import { Redacted } from '../../src/credentials.ts';
import { isCertificateBundle } from '../../src/idp/certificates.ts';
import { identityProvider } from '../../src/idp/registry.ts';
import { undiciWire } from '../../src/idp/wire.ts';
import { applicationStore } from '../../src/kube/application-store.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { credentialSecrets } from '../../src/kube/credentials.ts';
import { isAlreadyExists } from '../../src/kube/errors.ts';
import { kubeNamespaces } from '../../src/kube/namespaces.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { createOwnWrites } from '../../src/kube/own-writes.ts';
import { kubeProviders, providerStore } from '../../src/kube/providers.ts';
import { OAUTH_APPLICATIONS, OAUTH_PROVIDERS, type Ref, type Resource, SECRETS } from '../../src/kube/resources.ts';
import { rivalLeases } from '../../src/kube/rival-leases.ts';
import { secretHolds } from '../../src/kube/secret-holds.ts';
import { kubeSecrets, secretStore } from '../../src/kube/secrets.ts';
import type { Undecodable } from '../../src/kube/store.ts';
import { createBeginnings } from '../../src/provider/beginnings.ts';
import { createDirectory } from '../../src/provider/directory.ts';
import { identifiedWithin } from '../../src/provider/identity.ts';
import type { ProviderKey } from '../../src/provider/key.ts';
import { openSession } from '../../src/provider/open-session.ts';
import type { ProviderPorts } from '../../src/provider/ports.ts';
import { createProofs } from '../../src/provider/proved.ts';
import { reconcileProvider } from '../../src/provider/reconcile.ts';
import { type ProviderSelector, selectorFrom } from '../../src/provider/selector.ts';
import type { Session } from '../../src/provider/session.ts';
import { createSessions } from '../../src/provider/sessions.ts';
import { shardOf } from '../../src/provider/shard.ts';
import { createStatusWriter } from '../../src/provider/status-writer.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import type { Outcome } from '../../src/runtime/outcome.ts';
import { createSeals } from '../../src/seals.ts';
import { clusterClient } from '../support/cluster-client.ts';
import { freshNamespace } from '../support/control-plane.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';

const OURS = { id: 'ours', cluster: 'here', lease: 'oauthapp-system/oauthapp-operator' };

const SEALS = createSeals({ id: 'i', cluster: 'c', key: new Redacted('0f'.repeat(32)) });

export const MINUTE = 60_000;

/** What a test changes in an object; `null` takes a field away, as in a JSON merge patch. */
export interface Patch {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string | null>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec?: object;
}

/** A real API server and an emulated logi, with one provider object, `logi`, between them. */
export interface World {
  readonly namespace: string;
  readonly key: ProviderKey;
  readonly emulator: LogiEmulator;
  /** Of a provider object of this namespace that leads to the emulator, or to this address. */
  identity(apiUrl?: string): string;
  readonly clock: ManualClock;
  /** As the cluster admin. */
  readonly client: KubeClient;
  readonly signal: AbortSignal;
  /** A process of the operator: what it knows dies with it. */
  operator(installation?: Partial<typeof OURS>, selector?: string): Operator;
  provider(name?: string): Promise<OAuthProvider>;
  patch(patch: Patch, name?: string): Promise<void>;
  /** Another provider object that leads to the same place with the same Secret. */
  sibling(name: string): Promise<void>;
  writeStatus(status: OAuthProviderStatus): Promise<void>;
  /** Starts the deletion of the object. */
  remove(name?: string): Promise<void>;
  /** A Secret of the namespace, `logi` unless said otherwise. */
  secret(name?: string): Promise<KubeObject | undefined>;
  setKey(apiKey: string | undefined): Promise<void>;
  /** The Secret as it was at first, whatever became of it. */
  restoreKey(): Promise<void>;
  /** An application that is registered at the provider and says so. */
  registered(name: string): Promise<OAuthApplication>;
  application(name: string, status?: OAuthApplicationStatus, finalizers?: readonly string[]): Promise<OAuthApplication>;
  /** The status of the application of this name with a valid seal over what it says. */
  sealed(name: string, status: OAuthApplicationStatus): Promise<OAuthApplicationStatus>;
  /** Of the namespace of all this. */
  namespaceUid(): Promise<string>;
  /** Starts the deletion of an application that has our finalizer. */
  leave(name: string): Promise<void>;
  removeApplication(name: string): Promise<void>;
}

export interface Operator {
  /** One pass over `logi`, or the object of this name, with caches that are up to date but for what comes `meanwhile`. */
  pass(name?: string, meanwhile?: () => Promise<void>): Promise<Passed>;
  /** The provider as an application finds it. */
  find(): ProviderView;
  /** The same, which has to be ready. */
  ready(): ReadyProvider;
  session(): Session;
  /** Applications that were asked for since the last look. */
  queued(): readonly string[];
  /** Those of all that were asked for whose pauses begin anew. */
  readonly renewed: string[];
  /** Applications over which a pass is running. */
  readonly underWay: Set<string>;
  /** Keys that the budget woke. */
  readonly woken: string[];
  /** Milliseconds left of the lease. */
  lease: number;
  /** How far the API server's clock is ahead of the own one, ms. */
  aheadMs: number;
  /** What the API server holds beside, and this release cannot read. */
  readonly ofLaterReleases: KubeObject[];
  /** Whether the API server answers what is asked about namespaces. */
  namespaces: 'known' | 'unavailable';
}

export interface Passed {
  readonly outcome: Outcome;
  readonly provider: OAuthProvider;
  /** Of the condition Ready. */
  readonly ready: string | undefined;
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

export async function world(
  options: { readonly switches?: Partial<Switches>; readonly spec?: object } = {},
): Promise<World> {
  const [namespace, { client, transport, signal }] = await Promise.all([freshNamespace(), clusterClient()]);
  const emulator = await startLogiEmulator({ switches: { riskFlags: 'never', ...options.switches } });
  onTestFinished(() => emulator.close());
  const { wire, close } = undiciWire({ ca: undefined, proxy: undefined, reach: { type: 'anywhere' } });
  onTestFinished(close);
  const clock = manualClock(Date.UTC(2026, 5, 1, 12, 2));
  const key: ProviderKey = { kind: 'OAuthProvider', namespace, name: 'logi' };
  const ref = { resource: OAUTH_PROVIDERS, namespace, name: 'logi' };

  const secret = { metadata: { name: 'logi', namespace }, stringData: { apiKey: DEFAULT_KEY } };
  const secretRef = { resource: SECRETS, namespace, name: 'logi' };
  await client.create(SECRETS, secret, {}, signal);
  const spec = { logi: { apiUrl: emulator.url, apiKeySecretRef: { name: 'logi' } }, ...options.spec };
  await client.create(OAUTH_PROVIDERS, { metadata: { name: 'logi', namespace }, spec }, {}, signal);

  const identity = (apiUrl = emulator.url): string => `logi|${apiUrl}|namespace/${namespace}`;

  async function all(resource: Resource) {
    return (await client.list(resource, { namespace }, signal)).items;
  }

  async function versionOf(at: Ref) {
    const { uid } = (await client.get(at, signal)).metadata;
    return { uid };
  }

  const refTo = (name: string): Ref => ({ ...ref, name });

  async function provider(name = 'logi'): Promise<OAuthProvider> {
    return OAuthProvider.parse(await client.get(refTo(name), signal));
  }

  async function application(name: string, status?: OAuthApplicationStatus, finalizers: readonly string[] = []) {
    const redirectUris = ['https://a.example.com/cb'];
    const manifest = {
      metadata: { name, namespace, finalizers },
      spec: { type: 'Web', redirectUris, scopes: ['openid'], providerRef: { name: 'logi' } },
    };
    const made = await client.create(OAUTH_APPLICATIONS, manifest, {}, signal);
    if (status === undefined) return OAuthApplication.parse(made);
    const at = { resource: OAUTH_APPLICATIONS, namespace, name };
    return OAuthApplication.parse(await client.replace(at, { ...made, status }, { subresource: 'status' }, signal));
  }

  const namespaceUidNow = () => kubeNamespaces(client).uid(namespace, signal);

  async function sealed(name: string, status: OAuthApplicationStatus): Promise<OAuthApplicationStatus> {
    const { provider: bound, applicationId = '', clientId = `client of ${applicationId}` } = status;
    const namespaceUid = await namespaceUidNow();
    const claims = { namespaceUid, namespace, name, identity: bound?.identity ?? '', applicationId, clientId };
    return { ...status, clientId, seal: SEALS.seal(claims) };
  }

  return {
    namespace,
    key,
    emulator,
    identity,
    clock,
    client,
    signal,
    provider,
    application,
    sealed,
    namespaceUid: namespaceUidNow,
    operator: (installation, selector) => operator({ ...OURS, ...installation }, selector),
    async patch(body, name = 'logi') {
      await client.patch(refTo(name), { type: 'merge', body: { ...body } }, {}, signal);
    },
    async sibling(name) {
      await client.create(OAUTH_PROVIDERS, { metadata: { name, namespace }, spec }, {}, signal);
    },
    async writeStatus(status) {
      const live = await client.get(ref, signal);
      await client.replace(ref, { ...live, status }, { subresource: 'status' }, signal);
    },
    async remove(name = 'logi') {
      await client.delete(refTo(name), await versionOf(refTo(name)), signal);
    },
    async secret(name = 'logi') {
      const { items } = await client.list(SECRETS, { namespace }, signal);
      return items.find(({ metadata }) => metadata.name === name);
    },
    async setKey(apiKey) {
      if (apiKey === undefined) await client.delete(secretRef, await versionOf(secretRef), signal);
      else await client.patch(secretRef, { type: 'merge', body: { stringData: { apiKey } } }, {}, signal);
    },
    async restoreKey() {
      const { stringData } = secret;
      await client.create(SECRETS, secret, {}, signal).catch(async (error: unknown) => {
        if (!isAlreadyExists(error)) throw error;
        await client.patch(secretRef, { type: 'merge', body: { stringData } }, {}, signal);
      });
    },
    async registered(name) {
      const { application: made } = emulator.createByHand(name, {
        allowedScopes: ['openid'],
        redirectUris: ['https://a.example.com/cb'],
      });
      const { uid } = (await provider()).metadata;
      const { tier, organization } = made;
      const createdAt = new Date(made.createdAt).toISOString();
      const bound = { kind: 'OAuthProvider', name: 'logi', uid, identity: identity() } as const;
      const status = await sealed(name, { provider: bound, applicationId: String(made.id), clientId: made.clientId });
      return application(name, {
        ...status,
        registration: { approval: 'usable', status: 'approved', environment: 'test', tier, organization, createdAt },
      });
    },
    async leave(name) {
      const at = { resource: OAUTH_APPLICATIONS, namespace, name };
      const finalizers = [FINALIZERS.registration];
      await client.patch(at, { type: 'merge', body: { metadata: { finalizers } } }, {}, signal);
      await client.delete(at, await versionOf(at), signal);
    },
    async removeApplication(name) {
      const at = { resource: OAUTH_APPLICATIONS, namespace, name };
      const { metadata } = await client.get(at, signal);
      if (metadata.deletionTimestamp === undefined) await client.delete(at, { uid: metadata.uid }, signal);
      if (metadata.finalizers === undefined) return;
      await client.patch(at, { type: 'merge', body: { metadata: { finalizers: null } } }, {}, signal);
    },
  };

  function operator(installation: typeof OURS, selector: string | undefined): Operator {
    const undecodable = ({ uid, error }: Undecodable): void => {
      if (!self.ofLaterReleases.some(({ metadata }) => metadata.uid === uid)) throw error;
    };
    const stores = {
      applications: applicationStore(undecodable),
      providers: providerStore(undecodable),
      secrets: secretStore(),
    };
    const providers = kubeProviders(
      client,
      { OAuthProvider: stores.providers, ClusterOAuthProvider: undefined },
      { store: stores.applications, writes: createOwnWrites() },
    );
    const queued: string[] = [];
    const underWay = new Set<string>();
    const shard = shardOf(selector === undefined ? undefined : selected(selector));
    const ports: ProviderPorts = {
      providers,
      sessions: createSessions(),
      reach: 'namespace',
      credentials: credentialSecrets(
        client,
        { transport, clock, chance: systemChance, features: { watchList: 'assumed' } },
        (value) => SEALS.keyed('provider-credentials', value),
        () => undefined,
        signal,
      ),
      adapter(at, block, { credentials }) {
        const adapter = identityProvider(block, credentials, { wire, clock });
        return adapter && identifiedWithin(at, adapter);
      },
      isCertificateBundle,
      holds: secretHolds(client),
      secrets: kubeSecrets(client, stores.secrets),
      leases: rivalLeases(client, clock, 30_000),
      namespaces: {
        ...kubeNamespaces(client),
        async uid(name, asked) {
          if (self.namespaces === 'known') return kubeNamespaces(client).uid(name, asked);
          throw new ClusterError('unavailable', 'away');
        },
      },
      seals: SEALS,
      proofs: createProofs(SEALS),
      shard,
      isUnderWay: (application) => underWay.has(application),
      queue: (keys) => void queued.push(...keys),
      renew(keys) {
        queued.push(...keys);
        self.renewed.push(...keys);
      },
      installation,
      clusterTime: () => clock.now() + self.aheadMs,
      monotonicMs: () => clock.monotonic(),
    };
    const directory = createDirectory(providers, ports.sessions, () => 'unreadable', shard);
    const writers = new Map<string, ReturnType<typeof createStatusWriter>>();

    const self: Operator = {
      underWay,
      renewed: [],
      woken: [],
      lease: 15_000,
      aheadMs: 0,
      ofLaterReleases: [],
      namespaces: 'known',
      async pass(name = 'logi', meanwhile = async () => undefined) {
        const at: ProviderKey = { ...key, name };
        stores.applications.replace([...(await all(OAUTH_APPLICATIONS)), ...self.ofLaterReleases]);
        stores.providers.replace(await all(OAUTH_PROVIDERS));
        stores.secrets.replace(await all(SECRETS));
        await meanwhile();
        const cached = providers.get(at);
        if (cached === undefined) throw new Error('there is no provider object');
        const { uid } = cached.metadata;
        const writer = writers.get(uid) ?? createStatusWriter(cached, providers);
        writers.set(uid, writer);
        const outcome = await reconcileProvider(
          { key: at, provider: cached, ports, writer, signal },
          (pass, adapter, refused) =>
            openSession(pass, adapter, refused, {
              clock,
              chance: { fraction: () => 0, bytes: (count) => new Uint8Array(count) },
              callDeadlineMs: 10_000,
              leaseRemainingMs: () => self.lease,
              wake: (claimant) => void self.woken.push(claimant),
              beginnings: createBeginnings(),
            }),
        );
        const after = await provider(name).catch(() => cached);
        const ready = after.status?.conditions?.find(({ type }) => type === 'Ready');
        return { outcome, provider: after, ready: ready?.status, reason: ready?.reason, message: ready?.message };
      },
      find: () => directory.find({ kind: 'OAuthProvider', name: 'logi' }, namespace),
      ready() {
        const view = self.find();
        if (view.type !== 'ready') throw new Error(`the provider is ${view.type}`);
        return view.provider;
      },
      session() {
        const attempt = ports.sessions.attempt(key);
        if (attempt === undefined) throw new Error('there is no session');
        return attempt.session;
      },
      queued: () => queued.splice(0).sort(),
    };
    return self;
  }
}

/** A selector as the command line gives it. @throws Error when it would not take it */
function selected(text: string): ProviderSelector {
  const selector = selectorFrom(text);
  if (selector === undefined) throw new Error(`${text} is no selector`);
  return { text, selector };
}

/** Calls that reached the provider, by operation. */
export function calls({ emulator }: World, operation: string): number {
  return emulator.journal.filter((call) => call.operation === operation).length;
}
