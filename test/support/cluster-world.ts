import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from '../../dev/control-plane.ts';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import { type LogiEmulator, startLogiEmulator } from '../../dev/emulators/logi.ts';
import { OAuthApplication } from '../../src/api/application.ts';
import type { Condition } from '../../src/api/conditions.ts';
import { OAuthProvider } from '../../src/api/provider.ts';
import { type AdminApi, type Manifest, OURS, openAdminApi, taken } from './admin-api.ts';
import { installCrds } from './crds.ts';
import { conditionOf } from './namespace-world.ts';
import { type Operator, operatorKubeconfig, startOperator } from './operator.ts';
import { until } from './until.ts';

/** A control plane of its own, on which deploy/cluster is installed and serves every namespace, and a logi. */
export interface ClusterWorld extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly emulator: LogiEmulator;
  readonly operator: Operator;
  /** Makes a namespace with these labels. */
  namespace(name: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** kubectl as the cluster admin. @throws Error with what kubectl says when it fails */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Server-side apply, without a namespace for what has none. @throws Error when it is refused */
  apply(manifest: Manifest, namespace?: string): Promise<void>;
  /** An application; its conditions are held against kstatus at each read. */
  application(namespace: string, name: string): Promise<OAuthApplication | undefined>;
  clusterProvider(name: string): Promise<OAuthProvider | undefined>;
  /** Resolves when the application is Ready with its present spec. */
  ready(namespace: string, name: string): Promise<OAuthApplication>;
  /** Resolves with the Ready condition when it has this reason for the present spec. */
  reason(namespace: string, name: string, reason: string): Promise<Condition>;
  /** Resolves when the application is there no more. */
  gone(namespace: string, name: string): Promise<void>;
}

const ROOT = join(import.meta.dirname, '../..');

/** What deploy/cluster installs the operator into, and where its provider's credentials are kept here. */
export const SYSTEM = 'oauthapp-system';

/**
 * Makes the world. An operator that serves every namespace would serve those of other test files on the shared control
 * plane, too, so that it gets a plane to itself.
 */
export async function createClusterWorld(): Promise<ClusterWorld> {
  const plane = await startControlPlane();
  const emulator = await startLogiEmulator({ switches: { limits: 'off', riskFlags: 'never' } });
  try {
    await installCrds(plane);
    await run(plane, ['create', 'namespace', SYSTEM]);
    await run(plane, ['apply', '-k', join(ROOT, 'deploy/cluster')]);
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'logi-key' },
      stringData: { apiKey: DEFAULT_KEY },
    };
    await run(plane, ['apply', '-n', SYSTEM, '-f', '-'], secret);
    const kubeconfig = await operatorKubeconfig(plane, SYSTEM);
    const operator = await startOperator({ namespace: SYSTEM, kubeconfig, flags: ['--scope=cluster'] });
    return worldOver(plane, emulator, operator, await openAdminApi(plane));
  } catch (error) {
    await emulator.close();
    await plane.stop();
    throw error;
  }
}

/** A ClusterOAuthProvider that leads to `apiUrl`, with the credentials in {@link SYSTEM}. */
export function clusterLogi(apiUrl: string, name: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  const limits = { createsPerHour: 10_000, createsPerDay: 10_000, createsPerWeek: 10_000, requestsPerMinute: 10_000 };
  return {
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind: 'ClusterOAuthProvider',
    metadata: { name },
    spec: { logi: { apiUrl, apiKeySecretRef: { name: 'logi-key', namespace: SYSTEM } }, limits, ...spec },
  };
}

function worldOver(plane: ControlPlane, emulator: LogiEmulator, operator: Operator, api: AdminApi): ClusterWorld {
  let fallen: string | undefined;
  void operator.fallen.then((text) => {
    fallen = text;
  });
  const world: ClusterWorld = {
    plane,
    emulator,
    operator,

    async namespace(name, labels = {}) {
      taken(await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, undefined));
    },

    kubectl: (...args) => run(plane, args),

    async apply(manifest, namespace) {
      taken(await api.apply(manifest, namespace));
    },

    async application(namespace, name) {
      const object = await shown('OAuthApplication', name, namespace);
      return object === undefined ? undefined : OAuthApplication.parse(object);
    },

    async clusterProvider(name) {
      const object = await shown('ClusterOAuthProvider', name);
      return object === undefined ? undefined : OAuthProvider.parse(object);
    },

    async ready(namespace, name) {
      await until(
        `${namespace}/${name} is Ready`,
        () => world.application(namespace, name),
        (one) => isOfPresentSpec(one) && conditionOf(one, 'Ready')?.status === 'True',
      );
      return present(await world.application(namespace, name), name);
    },

    async reason(namespace, name, reason) {
      const application = await until(
        `${namespace}/${name} is ${reason}`,
        () => world.application(namespace, name),
        (one) => isOfPresentSpec(one) && conditionOf(one, 'Ready')?.reason === reason,
      );
      return present(conditionOf(application, 'Ready'), name);
    },

    async gone(namespace, name) {
      await until(
        `${namespace}/${name} is gone`,
        () => world.application(namespace, name),
        (one) => one === undefined,
      );
    },

    async [Symbol.asyncDispose]() {
      await operator.kill();
      await emulator.close();
      await api.close();
      await plane.stop();
    },
  };
  return world;

  async function shown(kind: string, name: string, namespace?: string): Promise<unknown> {
    if (fallen !== undefined) throw new Error(fallen);
    return api.read(OURS, kind, name, namespace);
  }
}

async function run(plane: ControlPlane, args: readonly string[], manifest?: unknown): Promise<string> {
  const stdin = manifest === undefined ? undefined : JSON.stringify(manifest);
  const { code, stdout, stderr } = await plane.kubectl(args, { stdin });
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function isOfPresentSpec(application: OAuthApplication | undefined): boolean {
  return application !== undefined && application.status?.observedGeneration === application.metadata.generation;
}

function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`${name} is gone`);
  return value;
}
