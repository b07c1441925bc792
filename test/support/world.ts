import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import type { EmulatedApplication } from '../../dev/emulators/logi/registry.ts';
import type { Switches } from '../../dev/emulators/logi/switches.ts';
import { type LogiEmulator, startLogiEmulator } from '../../dev/emulators/logi.ts';
import type { KubectlResult } from '../../dev/kubectl.ts';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { OAuthApplication } from '../../src/api/application.ts';
import type { Condition } from '../../src/api/conditions.ts';
import { OAuthProvider } from '../../src/api/provider.ts';
import { groupPath, type Manifest, OURS, openAdminApi, pathTo, refusalIn, taken } from './admin-api.ts';
import { freshNamespace, sharedControlPlane } from './control-plane.ts';
import { applyRights, type Operator, operatorKubeconfig, startOperator } from './operator.ts';

/** A Secret with its data decoded. */
export interface ShownSecret {
  readonly metadata: z.infer<typeof SecretMetadata>;
  readonly data: Readonly<Record<string, string>>;
}

/** An Event as far as people read it. */
export type ShownEvent = z.infer<typeof ShownEvent>;

/** A namespace of a real API server, a logi of its own, and whatever operators are started in it. */
export interface World extends AsyncDisposable {
  readonly namespace: string;
  readonly plane: PlaneAccess;
  readonly emulator: LogiEmulator;
  /** Starts an operator with the rights of deploy/base. Those that still run are stopped with the world. */
  startOperator(...flags: readonly string[]): Promise<Operator>;
  /** kubectl in this namespace, as the cluster admin. */
  kubectl(...args: readonly string[]): Promise<KubectlResult>;
  /** Server-side apply. @throws Error with the API server's words when it is refused */
  apply(manifest: Manifest): Promise<void>;
  /** The API server's words on a manifest that it must refuse. */
  refusal(manifest: Manifest): Promise<string>;
  /** A merge patch (RFC 7396). @throws Error when it is refused */
  patch(kind: Kind, name: string, change: unknown): Promise<void>;
  /** Asks for deletion and does not wait for it. */
  remove(kind: Kind, name: string): Promise<void>;
  /**
   * An object as the API server shows it; the conditions of one of our kinds are held against kstatus at each read.
   *
   * @throws Error when they do not hold, or when an operator of this world has ended by itself
   */
  read(kind: Kind, name: string): Promise<unknown>;
  /** Every object of a resource, such as `v1` and `secrets`. */
  list(apiVersion: string, plural: string): Promise<readonly unknown[]>;
  application(name: string): Promise<OAuthApplication | undefined>;
  provider(name?: string): Promise<OAuthProvider | undefined>;
  secret(name: string): Promise<ShownSecret | undefined>;
  /** Resolves when the application is Ready with its present spec. */
  ready(name: string): Promise<OAuthApplication>;
  /** Resolves with the Ready condition when it has this reason for the present spec. */
  reason(name: string, reason: string): Promise<Condition>;
  /** Changes the provider's spec so that its registrations are listed anew, sooner than the shortest interval would. */
  askForListing(): Promise<void>;
  /** {@link askForListing}, and resolves when the listing was looked over. */
  relist(): Promise<void>;
}

type Kind = 'OAuthApplication' | 'OAuthProvider' | 'Secret' | 'ResourceQuota' | 'Lease';

const VERSIONS = {
  OAuthApplication: OURS,
  OAuthProvider: OURS,
  Secret: 'v1',
  ResourceQuota: 'v1',
  Lease: 'coordination.k8s.io/v1',
} as const satisfies Record<Kind, string>;

const SecretMetadata = z.object({
  uid: z.string(),
  resourceVersion: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  ownerReferences: z.array(z.record(z.string(), z.unknown())).default([]),
});
const ShownSecret = z.object({ metadata: SecretMetadata, data: z.record(z.string(), z.string()).default({}) });
const ShownEvent = z.object({
  type: z.string(),
  reason: z.string(),
  /** Other controllers leave it out. */
  action: z.string().default(''),
  note: z.string(),
  reportingController: z.string(),
  regarding: z.object({ name: z.string() }),
});
const Items = z.object({ items: z.array(z.unknown()) });

const WAIT_LIMIT_MS = 90_000;
const COLLECTED_WITHIN_MS = 90_000;
const POLL_MS = 50;

/** No issued secret may reach a test report. */
const ISSUED = /logi_secret_[0-9a-f]+/g;

/** Makes a world with a provider `logi` that nothing limits, unless it is to be `absent`. */
export async function createWorld({
  provider = 'applied',
  switches = {},
}: {
  readonly provider?: 'applied' | 'absent' | undefined;
  readonly switches?: Partial<Switches> | undefined;
} = {}): Promise<World> {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();
  await applyRights(plane, namespace, ['serviceaccount', 'role', 'rolebinding']);
  const kubeconfig = await operatorKubeconfig(plane, namespace);
  const emulator = await startLogiEmulator({ switches: { limits: 'off', riskFlags: 'never', ...switches } });
  const world = await worldOver(plane, namespace, kubeconfig, emulator);
  if (provider === 'applied') {
    await world.apply(credentials());
    await world.apply(logi(emulator.url));
  }
  return world;
}

/** The Secret with an API key that the emulator knows. */
export function credentials(apiKey: string = DEFAULT_KEY): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'logi-key' }, stringData: { apiKey } };
}

/** A provider object that leads to `apiUrl`. */
export function logi(apiUrl: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  const limits = { createsPerHour: 10_000, createsPerDay: 10_000, createsPerWeek: 10_000, requestsPerMinute: 10_000 };
  return {
    apiVersion: OURS,
    kind: 'OAuthProvider',
    metadata: { name: 'logi' },
    spec: { logi: { apiUrl, apiKeySecretRef: { name: 'logi-key' } }, limits, ...spec },
  };
}

/** A good web application; `spec` is what is different. */
export function web(name: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  return {
    apiVersion: OURS,
    kind: 'OAuthApplication',
    metadata: { name },
    spec: { providerRef: { name: 'logi' }, type: 'Web', redirectUris: ['https://shop.example.com/callback'], ...spec },
  };
}

/** Resolves with what `read` gives as soon as `holds` holds of it. @throws Error with the last value, when it never does */
export async function until<T>(
  what: string,
  read: () => T | Promise<T>,
  holds: (value: Awaited<T>) => boolean,
  limitMs = WAIT_LIMIT_MS,
): Promise<Awaited<T>> {
  const start = performance.now();
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() - start > limitMs) {
      const shown = JSON.stringify(value, undefined, 1)?.replaceAll(ISSUED, 'logi_secret_…');
      throw new Error(`still not so: ${what}\n${shown}`);
    }
    await delay(POLL_MS);
  }
}

/** Whether the credentials in this Secret, under their usual keys, authenticate the client now. */
export async function logsIn({ secret, emulator }: World, name: string): Promise<boolean> {
  const { client_id: clientId, client_secret: clientSecret } = (await secret(name))?.data ?? {};
  return clientId !== undefined && clientSecret !== undefined && emulator.logsIn(clientId, clientSecret);
}

/**
 * Resolves when the controller-manager collects what our kinds own: it looks for new kinds every half a minute, and
 * until then a Secret outlives its application.
 */
export async function garbageIsCollected({ apply, secret }: World): Promise<void> {
  const owner = { apiVersion: OURS, kind: 'OAuthApplication', name: 'nobody', uid: randomUUID() };
  await apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'orphan', ownerReferences: [owner] } });
  await until(
    'what has lost its owner is collected',
    () => secret('orphan'),
    (orphan) => orphan === undefined,
    COLLECTED_WITHIN_MS,
  );
}

/** The registrations that stand at the provider under this name, or under the temporary one made from it. */
export function keptUnder({ emulator }: World, displayName: string): readonly EmulatedApplication[] {
  return emulator.applications.filter(
    ({ name, softDeleted }) => !softDeleted && (name === displayName || name.startsWith(`${displayName} [`)),
  );
}

/** The emulator's id of the registration that the status names. @throws Error when it names none */
export function idOf(application: OAuthApplication | undefined): number {
  const id = application?.status?.applicationId;
  if (id === undefined) throw new Error(`${application?.metadata.name} is not registered`);
  return Number(id);
}

/** The Events about the object of this name. */
export async function eventsAbout({ list }: World, name: string): Promise<readonly ShownEvent[]> {
  const events = z.array(ShownEvent).parse(await list('events.k8s.io/v1', 'events'));
  return events.filter(({ regarding }) => regarding.name === name);
}

/** The condition of this type. */
export function conditionOf(
  object: { readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined } | undefined,
  type: string,
): Condition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type);
}

async function worldOver(
  plane: PlaneAccess,
  namespace: string,
  kubeconfig: string,
  emulator: LogiEmulator,
): Promise<World> {
  const operators: Operator[] = [];
  let fallen: string | undefined;
  let askings = 0;
  const api = await openAdminApi(plane);

  const world: World = {
    namespace,
    plane,
    emulator,

    async startOperator(...flags) {
      const operator = await startOperator({ namespace, kubeconfig, flags });
      operators.push(operator);
      void operator.fallen.then((text) => {
        fallen = text;
      });
      return operator;
    },

    kubectl: (...args) => plane.kubectl(['--namespace', namespace, ...args]),

    async apply(manifest) {
      taken(await api.apply(manifest, namespace));
    },

    async refusal(manifest) {
      const { status, body } = await api.apply(manifest, namespace);
      if (status < 300) throw new Error(`${manifest.kind} ${manifest.metadata.name} was admitted`);
      return refusalIn(body);
    },

    async patch(kind, name, change) {
      taken(await api.send('PATCH', pathOf(kind, name), 'application/merge-patch+json', change));
    },

    async remove(kind, name) {
      await api.send('DELETE', pathOf(kind, name));
    },

    async read(kind, name) {
      if (fallen !== undefined) throw new Error(fallen);
      return api.read(VERSIONS[kind], kind, name, namespace);
    },

    async list(apiVersion, plural) {
      const { body } = await api.send('GET', `${groupPath(apiVersion)}/namespaces/${namespace}/${plural}`);
      return Items.parse(body).items;
    },

    async application(name) {
      const object = await world.read('OAuthApplication', name);
      return object === undefined ? undefined : OAuthApplication.parse(object);
    },

    async provider(name = 'logi') {
      const object = await world.read('OAuthProvider', name);
      return object === undefined ? undefined : OAuthProvider.parse(object);
    },

    async secret(name) {
      const object = await world.read('Secret', name);
      if (object === undefined) return undefined;
      const { metadata, data } = ShownSecret.parse(object);
      const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
      return { metadata, data: Object.fromEntries(decoded) };
    },

    async ready(name) {
      const application = await until(
        `${name} is Ready`,
        () => world.application(name),
        (shown) => isOfPresentSpec(shown) && conditionOf(shown, 'Ready')?.status === 'True',
      );
      return present(application, name);
    },

    async reason(name, reason) {
      const application = await until(
        `${name} is ${reason}`,
        () => world.application(name),
        (shown) => isOfPresentSpec(shown) && conditionOf(shown, 'Ready')?.reason === reason,
      );
      return present(conditionOf(application, 'Ready'), name);
    },

    async askForListing() {
      askings += 1;
      await world.patch('OAuthProvider', 'logi', { spec: { limits: { requestsPerMinute: 10_000 + askings } } });
    },

    async relist() {
      const listings = (): number => emulator.journal.filter(({ operation }) => operation === 'list').length;
      const before = listings();
      await world.askForListing();
      await until(
        'the registrations were listed',
        () => world.provider(),
        (provider) => listings() > before && provider?.status?.observedGeneration === provider?.metadata.generation,
      );
    },

    async [Symbol.asyncDispose]() {
      await Promise.all(operators.map((operator) => operator.kill()));
      await emulator.close();
      await api.close();
    },
  };
  return world;

  function pathOf(kind: Kind, name: string): string {
    return pathTo(VERSIONS[kind], kind, name, namespace);
  }
}

function isOfPresentSpec(application: OAuthApplication | undefined): boolean {
  return application !== undefined && application.status?.observedGeneration === application.metadata.generation;
}

function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`${name} is gone`);
  return value;
}
