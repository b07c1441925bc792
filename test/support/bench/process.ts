import { ANNOTATIONS, LABELS } from '../../../src/api/names.ts';
import type { Happening, Ports } from '../../../src/application/ports/ports.ts';
import { reconcile } from '../../../src/application/reconcile.ts';
import { isCertificateBundle } from '../../../src/idp/certificates.ts';
import { identityProvider } from '../../../src/idp/registry.ts';
import { applicationStore } from '../../../src/kube/application-store.ts';
import { kubeApplications } from '../../../src/kube/applications.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { credentialSecrets } from '../../../src/kube/credentials.ts';
import { kubeNamespaces } from '../../../src/kube/namespaces.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { createOwnWrites } from '../../../src/kube/own-writes.ts';
import { kubeProviders, providerStore } from '../../../src/kube/providers.ts';
import { OAUTH_APPLICATIONS, OAUTH_PROVIDERS, SECRETS } from '../../../src/kube/resources.ts';
import { rivalLeases } from '../../../src/kube/rival-leases.ts';
import { secretHolds } from '../../../src/kube/secret-holds.ts';
import { kubeSecrets, secretStore } from '../../../src/kube/secrets.ts';
import { kubeWorkloads } from '../../../src/kube/workloads.ts';
import { createBeginnings } from '../../../src/provider/beginnings.ts';
import { createDirectory } from '../../../src/provider/directory.ts';
import { identifiedWithin } from '../../../src/provider/identity.ts';
import type { ProviderKey } from '../../../src/provider/key.ts';
import { openSession } from '../../../src/provider/open-session.ts';
import type { ProviderPorts } from '../../../src/provider/ports.ts';
import { createProofs } from '../../../src/provider/proved.ts';
import { reconcileProvider } from '../../../src/provider/reconcile.ts';
import { createSessions } from '../../../src/provider/sessions.ts';
import { shardOf } from '../../../src/provider/shard.ts';
import { createStatusWriter, type StatusWriter } from '../../../src/provider/status-writer.ts';
import { randomHex, systemChance } from '../../../src/runtime/chance.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { Outcome } from '../../../src/runtime/outcome.ts';
import { createSettling } from '../../../src/runtime/settling.ts';
import { createSeals } from '../../../src/seals.ts';
import { Crash, createFuse, doomedClient, doomedWire, type Fuse } from './fuse.ts';
import { type AnyWorld, type App, find } from './world.ts';

/** As the operator is set by default. */
export const SETTLING_MS = 30_000;
export const CALL_DEADLINE_MS = 10_000;
const LEASE_MS = 15_000;

/** The queue's delay after a pass that asks for one; a constant here, since it decides nothing. */
const BACK_OFF_MS = 5_000;

/** What comes later than this is nothing that a test waits for. */
const SOON_MS = 50_000;

/** A pass that made a conflict of its own goes on in the next one. */
const MOST_PROVIDER_PASSES = 3;

/** More passes than any flow needs. */
const MOST_PASSES = 20;

/**
 * One process of the operator, as far as passes go: nothing of its memory outlives it, and nothing but passes runs.
 * Its caches are as fresh as the API server whenever a pass begins, unless they are told to `lag`.
 */
export interface Process {
  readonly ports: Ports;
  /** What was told in Events. */
  readonly happenings: readonly Happening[];
  /** Passes over the provider object, until it is in service or something stands in the way: claim, log in, list. */
  serve(): Promise<Outcome>;
  /** One pass over an application. */
  pass(app: App): Promise<Outcome>;
  /** Passes until nothing is left to wait for; lets time pass as they ask. Returns what the last one asked for. */
  settle(app: App): Promise<Outcome>;
  /** Passes until one has nothing more to do soon; lets only short times pass. Returns what the last one asked for. */
  calm(app: App): Promise<Outcome>;
  /** Looks at the cluster now, as the watches do. */
  look(): Promise<void>;
  /** One pass on what the caches hold. */
  passWithoutLooking(app: App): Promise<Outcome>;
}

export interface ProcessOptions {
  readonly fuse?: Fuse | undefined;
  /** Puts other ports in the place of the real ones. */
  readonly ports?: ((ports: Ports) => Ports) | undefined;
  readonly leaseRemainingMs?: (() => number) | undefined;
  readonly installationId?: string | undefined;
}

/** Starts a process in `world` and lets it look at the provider once. */
export async function startProcess(world: AnyWorld, options: ProcessOptions = {}): Promise<Process> {
  const process = createProcess(world, options);
  await process.serve();
  return process;
}

/** A process that has not looked at anything yet. */
export function createProcess(world: AnyWorld, options: ProcessOptions = {}): Process {
  const { ground, clock } = world;
  const { namespace, signal } = ground;
  const { fuse = createFuse(Number.POSITIVE_INFINITY, 'before'), leaseRemainingMs = () => LEASE_MS } = options;
  const client = doomedClient(ground.client, fuse);
  const stores = {
    applications: applicationStore(() => undefined),
    providers: providerStore(() => undefined),
    secrets: secretStore(),
  };
  const happenings: Happening[] = [];
  const providerPorts = providerPortsOf(world, client, fuse, stores, options.installationId ?? world.installation.id);
  const key: ProviderKey = { kind: 'OAuthProvider', namespace, name: world.provider };
  let writer: StatusWriter | undefined;

  const seals = createSeals(world.installation);
  const real: Ports = {
    applications: kubeApplications(client, { store: stores.applications, writes: createOwnWrites() }, namespace),
    secrets: kubeSecrets(client, stores.secrets),
    workloads: kubeWorkloads({ client, clock, digest: seals.digest }),
    providers: createDirectory(providerPorts.providers, providerPorts.sessions, () => 'unreadable', shardOf(undefined)),
    namespaces: kubeNamespaces(client),
    seals,
    settling: createSettling(clock, SETTLING_MS),
    events: { record: (_, happening) => void happenings.push(happening) },
    clockSkewMs: () => 0,
    clusterTime: () => clock.now(),
    pause: (ms) => clock.advance(ms),
    leaseRemainingMs,
    holder: randomHex(systemChance, 4),
    operationId: () => randomHex(systemChance, 8),
    monotonicMs: () => clock.monotonic(),
  };
  const ports = options.ports?.(real) ?? real;

  async function look(): Promise<void> {
    const get = (resource: typeof SECRETS, name: string) => find(ground, resource, name);
    const [applications, providers, secrets] = await Promise.all([
      Promise.all(world.apps.map(({ name }) => get(OAUTH_APPLICATIONS, name))),
      Promise.all([get(OAUTH_PROVIDERS, world.provider)]),
      Promise.all([...new Set(world.apps.flatMap(({ secretNames }) => secretNames))].map((name) => get(SECRETS, name))),
    ]);
    stores.applications.replace(applications.filter(exists));
    stores.providers.replace(providers.filter(exists));
    stores.secrets.replace(secrets.filter(exists).filter(isLabelled));
  }

  async function passWithoutLooking({ name }: App): Promise<Outcome> {
    const outcome = await reconcile({ namespace, name }, ports, signal);
    mourn();
    return outcome;
  }

  /** Where the death looked like a lost answer and nothing was written after it. */
  function mourn(): void {
    if (fuse.state === 'blown') throw new Crash('died and did not notice');
  }

  async function serve(): Promise<Outcome> {
    for (let passes = 1; ; passes++) {
      const outcome = await serveOnce();
      mourn();
      if (outcome.type !== 'back-off' || passes === MOST_PROVIDER_PASSES) return outcome;
    }
  }

  const beginnings = createBeginnings();

  async function serveOnce(): Promise<Outcome> {
    await look();
    const provider = stores.providers.list()[0];
    if (provider === undefined) return { type: 'await-change' };
    writer ??= createStatusWriter(provider, providerPorts.providers);
    const surroundings = { clock, chance: systemChance, callDeadlineMs: CALL_DEADLINE_MS, leaseRemainingMs };
    return reconcileProvider({ key, provider, ports: providerPorts, writer, signal }, (pass, adapter, refused) =>
      openSession(pass, adapter, refused, { ...surroundings, wake: () => undefined, beginnings }),
    );
  }

  const process: Process = {
    ports,
    happenings,
    look,
    passWithoutLooking,
    serve,
    async pass(app) {
      await look();
      return passWithoutLooking(app);
    },
    async settle(app) {
      for (let passes = 1; ; passes++) {
        const outcome = await process.pass(app);
        if (outcome.type === 'await-change' || passes === MOST_PASSES) return outcome;
        await clock.advance(outcome.type === 'again' ? outcome.afterMs : BACK_OFF_MS);
      }
    },
    async calm(app) {
      for (let passes = 1; ; passes++) {
        const outcome = await process.pass(app);
        const isSoon = outcome.type === 'back-off' || (outcome.type === 'again' && outcome.afterMs <= SOON_MS);
        if (!isSoon || passes === MOST_PASSES) return outcome;
        await clock.advance(outcome.type === 'again' ? outcome.afterMs : BACK_OFF_MS);
      }
    },
  };
  return process;
}

interface Stores {
  readonly applications: ReturnType<typeof applicationStore>;
  readonly providers: ReturnType<typeof providerStore>;
  readonly secrets: ReturnType<typeof secretStore>;
}

function providerPortsOf(
  { ground, clock, installation }: AnyWorld,
  client: KubeClient,
  fuse: Fuse,
  { applications, providers, secrets }: Stores,
  id: string,
): ProviderPorts {
  const stores = { OAuthProvider: providers, ClusterOAuthProvider: undefined };
  const objects = kubeProviders(client, stores, { store: applications, writes: createOwnWrites() });
  const { transport, signal } = ground;
  const reflecting = {
    transport,
    clock: systemClock,
    chance: systemChance,
    features: { watchList: 'assumed' } as const,
  };
  const wire = doomedWire(ground.wire, fuse);
  return {
    providers: objects,
    sessions: createSessions(),
    reach: 'namespace',
    credentials: credentialSecrets(
      client,
      reflecting,
      () => 'fingerprint',
      () => undefined,
      signal,
    ),
    adapter(key, spec, { credentials }) {
      const adapter = identityProvider(spec, credentials, { wire, clock });
      return adapter && identifiedWithin(key, adapter);
    },
    isCertificateBundle,
    holds: secretHolds(client),
    secrets: kubeSecrets(client, secrets),
    leases: rivalLeases(client, clock, 30_000),
    namespaces: kubeNamespaces(client),
    seals: createSeals(installation),
    proofs: createProofs(createSeals(installation)),
    shard: shardOf(undefined),
    isUnderWay: () => false,
    queue: () => undefined,
    renew: () => undefined,
    installation: { id, cluster: installation.cluster, lease: 'test/lease' },
    clusterTime: () => clock.now(),
    monotonicMs: () => clock.monotonic(),
  };
}

function exists(object: KubeObject | undefined): object is KubeObject {
  return object !== undefined;
}

/** As the watch selects. */
function isLabelled({ metadata }: KubeObject): boolean {
  return metadata.labels?.[LABELS.applicationUid] !== undefined;
}

export const ROTATE = ANNOTATIONS.rotateRequestedAt;
export const RETIRE = ANNOTATIONS.retireRequestedAt;
export const REGISTER_ANEW = ANNOTATIONS.registerAnew;
export const RECHECK = ANNOTATIONS.reconcileRequestedAt;
