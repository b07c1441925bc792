import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { KubectlResult } from '../../dev/kubectl.ts';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { OAuthApplication } from '../../src/api/application.ts';
import type { Condition } from '../../src/api/conditions.ts';
import { OAuthProvider } from '../../src/api/provider.ts';
import { groupPath, type Manifest, OURS, openAdminApi, pathTo, refusalIn, taken } from './admin-api.ts';
import { freshNamespace, sharedControlPlane } from './control-plane.ts';
import { applyRights, type Operator, operatorKubeconfig, startOperator } from './operator.ts';
import { until } from './until.ts';

/** A Secret with its data decoded. */
export interface ShownSecret {
  readonly metadata: z.infer<typeof SecretMetadata>;
  readonly data: Readonly<Record<string, string>>;
}

/** An Event as far as people read it. */
export type ShownEvent = z.infer<typeof ShownEvent>;

/** A namespace of a real API server, an emulator of its own, and whatever operators are started in it. */
export interface NamespaceWorld<Emulator> extends AsyncDisposable {
  readonly namespace: string;
  readonly plane: PlaneAccess;
  readonly emulator: Emulator;
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
  /** Resolves when the application is there no more. */
  gone(name: string): Promise<void>;
  /** Resolves with the Ready condition of the provider object when it has this reason for the present spec. */
  providerReason(reason: string, name?: string): Promise<Condition>;
  /** Changes the provider's spec so that its registrations are listed anew, sooner than the shortest interval would. */
  askForListing(): Promise<void>;
  /** {@link askForListing}, and resolves when the listing was looked over. */
  relist(): Promise<void>;
  /** Asks for a look at an application, and resolves when it was taken: the operator has seen all that was written before. */
  look(name: string): Promise<void>;
}

/** What of an emulator its world needs. */
interface Emulated {
  readonly journal: readonly { readonly operation: string }[];
  close(): Promise<void>;
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

const COLLECTED_WITHIN_MS = 90_000;

/**
 * Makes a namespace with the rights of deploy/base, over the emulator that the provider object of this name leads to.
 * The emulator ends with the world.
 */
export async function namespaceWorld<Emulator extends Emulated>(
  providerName: string,
  emulator: Emulator,
): Promise<NamespaceWorld<Emulator>> {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();
  await applyRights(plane, namespace, ['serviceaccount', 'role', 'rolebinding']);
  // Of a namespace that is going nobody gets a token.
  const kubeconfig = await operatorKubeconfig(plane, namespace);
  return worldIn({ plane, namespace, kubeconfig }, providerName, emulator);
}

/** Where a world is. `kubeconfig`: the operator's, where the world starts one. */
interface Place {
  readonly plane: PlaneAccess;
  readonly namespace: string;
  readonly kubeconfig?: string | undefined;
}

/** The same over a namespace as it is, of any plane. */
export async function worldIn<Emulator extends Emulated>(
  { plane, namespace, kubeconfig }: Place,
  providerName: string,
  emulator: Emulator,
): Promise<NamespaceWorld<Emulator>> {
  const operators: Operator[] = [];
  let fallen: string | undefined;
  let askings = 0;
  let looks = 0;
  const api = await openAdminApi(plane);

  const world: NamespaceWorld<Emulator> = {
    namespace,
    plane,
    emulator,

    async startOperator(...flags) {
      if (kubeconfig === undefined) throw new Error('this world has no kubeconfig for an operator');
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

    async provider(name = providerName) {
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

    async gone(name) {
      await until(
        `${name} is gone`,
        () => world.application(name),
        (shown) => shown === undefined,
      );
    },

    async providerReason(reason, name = providerName) {
      const provider = await until(
        `provider ${name} is ${reason}`,
        () => world.provider(name),
        (shown) => isOfPresentSpec(shown) && conditionOf(shown, 'Ready')?.reason === reason,
      );
      return present(conditionOf(provider, 'Ready'), name);
    },

    async askForListing() {
      askings += 1;
      await world.patch('OAuthProvider', providerName, { spec: { limits: { requestsPerMinute: 10_000 + askings } } });
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

    async look(name) {
      looks += 1;
      const token = `look-${looks}`;
      const annotations = { 'oauthapp.dev/reconcile-requested-at': token };
      await world.patch('OAuthApplication', name, { metadata: { annotations } });
      await until(
        `${name} was looked at`,
        () => world.application(name),
        (shown) => shown?.status?.served?.reconcile === token,
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

/**
 * Resolves when the controller-manager collects what our kinds own: it looks for new kinds every half a minute, and
 * until then a Secret outlives its application.
 */
export async function garbageIsCollected({
  apply,
  secret,
}: Pick<NamespaceWorld<unknown>, 'apply' | 'secret'>): Promise<void> {
  const owner = { apiVersion: OURS, kind: 'OAuthApplication', name: 'nobody', uid: randomUUID() };
  await apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'orphan', ownerReferences: [owner] } });
  await until(
    'what has lost its owner is collected',
    () => secret('orphan'),
    (orphan) => orphan === undefined,
    COLLECTED_WITHIN_MS,
  );
}

/** The Events about the object of this name. */
export async function eventsAbout(
  { list }: Pick<NamespaceWorld<unknown>, 'list'>,
  name: string,
): Promise<readonly ShownEvent[]> {
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

function isOfPresentSpec(object: OAuthApplication | OAuthProvider | undefined): boolean {
  return object !== undefined && object.status?.observedGeneration === object.metadata.generation;
}

function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`${name} is gone`);
  return value;
}
