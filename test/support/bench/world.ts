import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { DEFAULT_KEY } from '../../../dev/emulators/logi/keys.ts';
import type { EmulatedApplication } from '../../../dev/emulators/logi/registry.ts';
import type { Switches } from '../../../dev/emulators/logi/switches.ts';
import type { LogiEmulator } from '../../../dev/emulators/logi.ts';
import { startLogiEmulator } from '../../../dev/emulators/logi.ts';
import {
  OAuthApplication,
  type OAuthApplicationSpec,
  type OAuthApplicationStatus,
} from '../../../src/api/application.ts';
import { OAuthProvider } from '../../../src/api/provider.ts';
import { Redacted } from '../../../src/credentials.ts';
import { isNotFound } from '../../../src/kube/errors.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS, OAUTH_PROVIDERS, type Ref, type Resource, SECRETS } from '../../../src/kube/resources.ts';
import type { Installation } from '../../../src/seals.ts';
import { conditionProblems } from '../kstatus.ts';
import { type ManualClock, manualClock } from '../manual-clock.ts';
import type { Ground } from './ground.ts';

/** What a test says of an application's spec; the rest is that of a confidential web client. */
export type SpecChange = Partial<OAuthApplicationSpec>;

/** An OAuthApplication, and what tests do to it and see of it. Everything is read live. */
export interface App {
  readonly name: string;
  readonly secretName: string;
  /** @throws Error when it is gone */
  get(): Promise<OAuthApplication>;
  find(): Promise<OAuthApplication | undefined>;
  /** Merges into the spec; `null` takes a field away. */
  change(spec: Readonly<Record<string, unknown>>): Promise<void>;
  annotate(annotations: Readonly<Record<string, string | null>>): Promise<void>;
  /** As somebody with the right to write the status. */
  forge(status: Readonly<Record<string, unknown>> | null): Promise<void>;
  /** Takes the status away whole, as a restore from a backup does. */
  loseStatus(): Promise<void>;
  /** Takes the Secret away, as anybody can who may delete it. @throws Error when there is none */
  loseSecret(): Promise<void>;
  /** As anybody can who may change the object. */
  stripFinalizers(): Promise<void>;
  delete(): Promise<void>;
  /** From now on processes look at this Secret, too. */
  alsoUses(secretName: string): void;
  readonly secretNames: readonly string[];
}

/** A Secret as those see it who mount it. */
export interface MountedSecret {
  readonly object: KubeObject;
  readonly data: Readonly<Record<string, string>>;
}

/** An emulator, as far as every world has need of it. */
interface Emulator {
  readonly journal: readonly { readonly operation: string; readonly effect: string }[];
  close(): Promise<void>;
}

/** One identity provider with a provider object that leads to it, and a clock of its own. */
export interface WorldOf<Emulated extends Emulator, Postponed> {
  readonly ground: Ground;
  readonly emulator: Emulated;
  /** The operator's and the provider's. Stands still until a test, or a pass that waits, moves it. */
  readonly clock: ManualClock;
  readonly installation: Installation;
  readonly provider: string;
  /** Every application made in this world. */
  readonly apps: readonly App[];
  create(spec?: SpecChange, name?: string): Promise<App>;
  /** The same manifest once more, after the object is gone. */
  createAgain(app: App, annotations?: Readonly<Record<string, string>>): Promise<App>;
  /** As a backup tool does: finalizers, labels and annotations are kept; status, uid and owner references are not. */
  restore(app: App, extent: 'with-secret' | 'without-secret'): Promise<App>;
  secret(name: string): Promise<MountedSecret | undefined>;
  getProvider(): Promise<OAuthProvider>;
  changeProvider(patch: Readonly<Record<string, unknown>>): Promise<void>;
  deleteProvider(): Promise<void>;
  /** Registrations that nobody deleted. */
  live(): readonly Postponed[];
  /** The operations that changed something at the provider, in their order. */
  effects(): readonly string[];
  close(): Promise<void>;
}

/** A world whose identity provider is logi. */
export type World = WorldOf<LogiEmulator, EmulatedApplication>;

/** A world, whatever its identity provider is. */
export type AnyWorld = Omit<WorldOf<Emulator, unknown>, 'live'>;

/** What a world is made of. */
export interface Setting<Emulated extends Emulator, Postponed> {
  readonly emulator: Emulated;
  readonly clock: ManualClock;
  /** The provider object is called by it and a prefix. */
  readonly vendor: string;
  /** `stringData` of the Secret with the operator's credentials, which has the provider object's name. */
  readonly credentials: Readonly<Record<string, string>>;
  /** The block of the provider's spec; `name` is that of the Secret. */
  block(name: string): Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
  live(): readonly Postponed[];
}

export interface WorldOptions {
  readonly switches?: Partial<Switches> | undefined;
  readonly registrationName?: 'Temporary' | 'Final' | undefined;
  readonly limits?: Readonly<Record<string, number>> | undefined;
}

const REDIRECT = 'https://shop.example.com/cb';

const GENEROUS = {
  createsPerHour: 100_000,
  createsPerDay: 100_000,
  createsPerWeek: 100_000,
  requestsPerMinute: 100_000,
};

/** A world for one test, which closes it. */
export async function openWorld(ground: Ground, options: WorldOptions = {}): Promise<World> {
  const world = await createWorld(ground, options);
  onTestFinished(() => world.close());
  return world;
}

/** A world of its own on a ground that others share: its names and its provider are nobody else's. */
export async function createWorld(ground: Ground, options: WorldOptions = {}): Promise<World> {
  const clock = worldClock();
  const emulator = await startLogiEmulator({
    clock,
    switches: { limits: 'off', riskFlags: 'never', ...options.switches },
  });
  const { registrationName = 'Temporary', limits } = options;
  return worldOf(ground, {
    emulator,
    clock,
    vendor: 'logi',
    credentials: { apiKey: DEFAULT_KEY },
    block: (name) => ({ logi: { apiUrl: emulator.url, apiKeySecretRef: { name }, registrationName } }),
    spec: { limits: { ...GENEROUS, ...limits } },
    live: () => emulator.applications().filter(({ softDeleted }) => !softDeleted),
  });
}

/** A clock that stands still, at a whole second of today. */
export function worldClock(): ManualClock {
  return manualClock(Math.floor(Date.now() / 1000) * 1000);
}

/** A world around an identity provider; see {@link createWorld}. */
export async function worldOf<Emulated extends Emulator, Postponed>(
  ground: Ground,
  { emulator, clock, vendor, credentials, block, spec, live }: Setting<Emulated, Postponed>,
): Promise<WorldOf<Emulated, Postponed>> {
  const { client, namespace, signal } = ground;
  const prefix = `w${randomBytes(4).toString('hex')}`;
  const provider = `${prefix}-${vendor}`;
  const apps: App[] = [];
  const specs = new Map<string, Readonly<Record<string, unknown>>>();
  const metadata = { name: provider, namespace };
  await client.create(SECRETS, { metadata, stringData: credentials }, {}, signal);
  await client.create(OAUTH_PROVIDERS, { metadata, spec: { ...block(provider), ...spec } }, {}, signal);
  const providerRef = { resource: OAUTH_PROVIDERS, namespace, name: provider };

  return {
    ground,
    emulator,
    clock,
    installation: { id: 'installation', cluster: 'cluster', key: new Redacted('5ea1'.repeat(16)) },
    provider,
    apps,
    async create(change = {}, name = 'shop') {
      const app = handleOf(ground, `${prefix}-${name}`, change.secret?.name);
      const whole = {
        providerRef: { kind: 'OAuthProvider', name: provider },
        displayName: 'Shop',
        type: 'Web',
        redirectUris: [REDIRECT],
        ...change,
      };
      await client.create(OAUTH_APPLICATIONS, { metadata: { name: app.name, namespace }, spec: whole }, {}, signal);
      specs.set(app.name, whole);
      apps.push(app);
      return app;
    },
    async createAgain(app, annotations) {
      const spec = specs.get(app.name) ?? {};
      const metadata = { name: app.name, namespace, ...(annotations === undefined ? {} : { annotations }) };
      await client.create(OAUTH_APPLICATIONS, { metadata, spec }, {}, signal);
      return app;
    },
    async restore(app, extent) {
      const ref = { resource: OAUTH_APPLICATIONS, namespace, name: app.name };
      const { spec, metadata } = await client.get(ref, signal);
      const { labels, annotations, finalizers } = metadata;
      const secret = await find(ground, SECRETS, app.secretName);
      await client.patch(ref, { type: 'merge', body: { metadata: { finalizers: null } } }, {}, signal);
      await remove(ground, ref);
      // The garbage collector may have been quicker.
      const secretRef = { resource: SECRETS, namespace, name: app.secretName };
      if ((await find(ground, SECRETS, app.secretName)) !== undefined)
        await remove(ground, secretRef).catch(unlessGone);
      if (secret !== undefined && extent === 'with-secret') {
        const kept = {
          name: app.secretName,
          namespace,
          labels: secret.metadata.labels,
          annotations: secret.metadata.annotations,
        };
        await client.create(SECRETS, { metadata: kept, data: secret['data'], type: 'Opaque' }, {}, signal);
      }
      await client.create(
        OAUTH_APPLICATIONS,
        { metadata: { name: app.name, namespace, labels, annotations, finalizers }, spec },
        {},
        signal,
      );
      return app;
    },
    async secret(name) {
      const object = await find(ground, SECRETS, name);
      return object && { object, data: decoded(object['data']) };
    },
    getProvider: async () => OAuthProvider.parse(await client.get(providerRef, signal)),
    async changeProvider(body) {
      await client.patch(providerRef, { type: 'merge', body }, {}, signal);
    },
    deleteProvider: () => remove(ground, providerRef),
    live,
    effects: () => emulator.journal.filter(({ effect }) => effect === 'done').map(({ operation }) => operation),
    close: () => emulator.close(),
  };
}

function handleOf(ground: Ground, name: string, secretName = `${name}-oauth`): App {
  const { client, namespace, signal } = ground;
  const ref: Ref = { resource: OAUTH_APPLICATIONS, namespace, name };
  const patch = async (body: Readonly<Record<string, unknown>>): Promise<void> => {
    await client.patch(ref, { type: 'merge', body }, {}, signal);
  };
  const secretNames = [secretName];
  const app: App = {
    name,
    secretName,
    secretNames,
    alsoUses: (other) => void secretNames.push(other),
    async find() {
      const object = await find(ground, OAUTH_APPLICATIONS, name);
      const problems = object === undefined ? [] : conditionProblems(object);
      if (problems.length > 0) throw new Error(`${name}: ${problems.join('; ')}`);
      return object && OAuthApplication.parse(object);
    },
    async get() {
      const found = await app.find();
      if (found === undefined) throw new Error(`${name} is gone`);
      return found;
    },
    change: (spec) => patch({ spec }),
    annotate: (annotations) => patch({ metadata: { annotations } }),
    async forge(status) {
      await client.patch(ref, { type: 'merge', body: { status } }, { subresource: 'status' }, signal);
    },
    async loseStatus() {
      const { status: _, ...object } = await client.get(ref, signal);
      await client.replace(ref, { ...object, status: {} }, { subresource: 'status' }, signal);
    },
    loseSecret: () => remove(ground, { resource: SECRETS, namespace, name: secretName }),
    stripFinalizers: () => patch({ metadata: { finalizers: null } }),
    delete: () => remove(ground, ref),
  };
  return app;
}

/** Two applications, of which the older one has the better claim to whatever both can prove. */
export async function elderAndYounger(
  world: AnyWorld,
  spec: SpecChange = {},
): Promise<readonly [elder: App, younger: App]> {
  const [one, other] = [await world.create(spec, 'one'), await world.create(spec, 'other')];
  const age = async (app: App) => {
    const { creationTimestamp, uid } = (await app.get()).metadata;
    return `${creationTimestamp} ${uid}`;
  };
  return (await age(one)) < (await age(other)) ? [one, other] : [other, one];
}

/** The status of an application, empty where it has none. */
export async function statusOf(app: App): Promise<OAuthApplicationStatus> {
  return (await app.get()).status ?? {};
}

/** Reason of the `Ready` condition. */
export async function readyReason(app: App): Promise<string | undefined> {
  return (await statusOf(app)).conditions?.find(({ type }) => type === 'Ready')?.reason;
}

/** Message of the `Ready` condition. */
export async function readyMessage(app: App): Promise<string> {
  return (await statusOf(app)).conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
}

/** What of a world {@link logsIn} needs. */
interface Door {
  readonly emulator: { logsIn(clientId: string, clientSecret: string): boolean };
  secret(name: string): Promise<MountedSecret | undefined>;
}

/** Whether the credentials in this Secret, under their usual keys, authenticate the client now. */
export async function logsIn({ emulator, secret }: Door, secretName: string): Promise<boolean> {
  const { client_id: id = '', client_secret: value = '' } = (await secret(secretName))?.data ?? {};
  return emulator.logsIn(id, value);
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error;
}

/** One object of the ground's namespace, as it is now. */
export async function find(
  { client, namespace, signal }: Ground,
  resource: Resource,
  name: string,
): Promise<KubeObject | undefined> {
  try {
    return await client.get({ resource, namespace, name }, signal);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Deletes whatever has this name now. */
export async function remove({ client, signal }: Ground, ref: Ref): Promise<void> {
  const { metadata } = await client.get(ref, signal);
  await client.delete(ref, { uid: metadata.uid }, signal);
}

function decoded(data: unknown): Readonly<Record<string, string>> {
  if (typeof data !== 'object' || data === null) return {};
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString('utf8')]),
  );
}
