import { join } from 'node:path';
import { z } from 'zod';
import { OPERATOR } from '../../../dev/e2e/images.ts';
import { OAuthApplication } from '../../../src/api/application.ts';
import { type Manifest, OURS, openAdminApi, taken } from '../../support/admin-api.ts';
import { freshNamespace, sharedControlPlane } from '../../support/control-plane.ts';
import { chartAt, helm } from '../../support/helm.ts';
import { conditionOf } from '../../support/namespace-world.ts';
import { until } from '../../support/until.ts';
import { type IdentityProviders, startIdentityProviders } from './identity-providers.ts';
import { OperatorPod } from './operator-pod.ts';

/** The operator as its chart installs it into a namespace of its own, and identity providers beside the pods. */
export interface Installation extends AsyncDisposable {
  readonly namespace: string;
  readonly providers: IdentityProviders;
  /** Folder with the logs of the node's parts. */
  readonly nodeFolder: string;
  /** Helm in the namespace. @throws Error with its words */
  helm(...args: readonly string[]): Promise<string>;
  /** `helm upgrade --wait` with these values beside those of the installation. */
  upgrade(...values: readonly string[]): Promise<void>;
  /** kubectl in the namespace. @throws Error with its words */
  kubectl(...args: readonly string[]): Promise<string>;
  apply(...manifests: readonly Manifest[]): Promise<void>;
  /** An object of the cluster's own kinds; undefined when it is not there. */
  read(apiVersion: string, kind: string, name: string): Promise<unknown>;
  application(name: string): Promise<OAuthApplication | undefined>;
  applications(): Promise<readonly OAuthApplication[]>;
  /** The decoded data of a Secret; undefined when it is not there. */
  secret(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** Asks for something by annotation and resolves when the status says that it was served. */
  annotate(name: string, annotations: Readonly<Record<string, string>>): Promise<void>;
  /** Resolves when every one of these is Ready with its present spec. */
  ready(names: readonly string[]): Promise<void>;
  /** The operator's pods, those that end included. */
  pods(): Promise<readonly OperatorPod[]>;
  /** The pod that holds the Lease; undefined while none does. */
  leader(): Promise<OperatorPod | undefined>;
}

/** What `helm` calls it. */
export const RELEASE = 'oauthapp';
const CHART = chartAt('oauthapp-operator');

/** Hundreds of objects in the work, on a machine that is busy with other things. */
const READY_WITHIN_MS = 240_000;

const Items = z.object({ items: z.array(z.unknown()) });
const Secret = z.object({ data: z.record(z.string(), z.string()).default({}) });
const Lease = z.object({ spec: z.object({ holderIdentity: z.string().optional() }) });

/** A namespace and identity providers, without the operator: `helm install` is what the test does. */
export async function emptyInstallation(): Promise<Installation> {
  const plane = sharedControlPlane();
  const api = await openAdminApi(plane);
  const namespace = await freshNamespace();
  const providers = await startIdentityProviders();

  const here: Installation = {
    namespace,
    providers,
    nodeFolder: join(plane.adminKubeconfig, '..'),

    async helm(...args) {
      const kubeconfig = plane.adminKubeconfig;
      const { code, stdout, stderr } = await helm([`--namespace=${namespace}`, ...args], { kubeconfig });
      if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}${stdout}`);
      return stdout;
    },

    async upgrade(...values) {
      await here.helm('upgrade', RELEASE, CHART, '--reuse-values', '--wait', '--timeout=180s', ...setting(values));
    },

    async kubectl(...args) {
      const { code, stdout, stderr } = await plane.kubectl([`--namespace=${namespace}`, ...args]);
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
      return stdout;
    },

    async apply(...manifests) {
      for (const manifest of manifests) taken(await api.apply(manifest, namespace));
    },

    read: (apiVersion, kind, name) => api.read(apiVersion, kind, name, namespace),

    async application(name) {
      const object = await here.read(OURS, 'OAuthApplication', name);
      return object === undefined ? undefined : OAuthApplication.parse(object);
    },

    async applications() {
      const { body } = await api.send('GET', `/apis/${OURS}/namespaces/${namespace}/oauthapplications`);
      return Items.parse(body).items.map((item) => OAuthApplication.parse(item));
    },

    async secret(name) {
      const object = await here.read('v1', 'Secret', name);
      if (object === undefined) return undefined;
      const entries = Object.entries(Secret.parse(object).data);
      return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
    },

    async annotate(name, annotations) {
      const path = `/apis/${OURS}/namespaces/${namespace}/oauthapplications/${name}`;
      taken(await api.send('PATCH', path, 'application/merge-patch+json', { metadata: { annotations } }));
    },

    async ready(names) {
      await until(
        `${names.length} applications are Ready`,
        async () => waitingAmong(names, await here.applications()),
        (waiting) => waiting.length === 0,
        READY_WITHIN_MS,
      );
    },

    async pods() {
      const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app.kubernetes.io%2Fname%3Doauthapp-operator`;
      const { body } = await api.send('GET', path);
      return Items.parse(body).items.map((item) => OperatorPod.parse(item));
    },

    async leader() {
      const lease = await here.read('coordination.k8s.io/v1', 'Lease', 'oauthapp-operator');
      if (lease === undefined) return undefined;
      const { holderIdentity = '' } = Lease.parse(lease).spec;
      return (await here.pods()).find(({ metadata }) => holderIdentity.startsWith(`${metadata.name}-`));
    },

    async [Symbol.asyncDispose]() {
      await here.helm('uninstall', RELEASE, '--no-hooks', '--ignore-not-found');
      await providers[Symbol.asyncDispose]();
      await api.close();
    },
  };
  return here;
}

/** `helm install --wait` of the chart, with these values beside those that the node asks for. */
export async function helmInstall(installation: Installation, ...values: readonly string[]): Promise<void> {
  const here = [
    'clusterId=e2e',
    `image.repository=${OPERATOR.repository}`,
    `image.tag=${OPERATOR.tag}`,
    'settings.providerHosts={*.idp.test}',
  ];
  await installation.helm('install', RELEASE, CHART, '--wait', '--timeout=180s', ...setting([...here, ...values]));
}

/** The operator installed and both providers in service. */
export async function installed(...values: readonly string[]): Promise<Installation> {
  const here = await emptyInstallation();
  try {
    await helmInstall(here, ...values);
    await here.apply(...here.providers.manifests);
    await here.kubectl('wait', '--for=condition=Ready', 'oauthproviders', '--all', '--timeout=120s');
    return here;
  } catch (error) {
    await here[Symbol.asyncDispose]();
    throw error;
  }
}

function setting(values: readonly string[]): readonly string[] {
  return values.map((value) => `--set=${value}`);
}

/** Names, and why they wait, of those that are not Ready. */
function waitingAmong(names: readonly string[], shown: readonly OAuthApplication[]): readonly string[] {
  const byName = new Map(shown.map((one) => [one.metadata.name, one]));
  return names.flatMap((name) => {
    const one = byName.get(name);
    const ready = conditionOf(one, 'Ready');
    if (one === undefined) return [`${name}: not there`];
    if (one.status?.observedGeneration !== one.metadata.generation) return [`${name}: not looked at`];
    return ready?.status === 'True' ? [] : [`${name}: ${ready?.reason ?? 'no condition'}`];
  });
}
