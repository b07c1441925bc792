import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { removeWhenOwnerEnds, runWhenOwnerEnds } from '../child.ts';
import { OPERATOR as IMAGE } from '../e2e/images.ts';
import { DEFAULT_KEY } from '../emulators/logi/keys.ts';
import { type LogiEmulator, startLogiEmulator } from '../emulators/logi.ts';
import { revision } from '../image/revision.ts';
import { NAMESPACE } from '../operator.ts';
import { runProgram } from '../program.ts';
import type { Progress } from '../tools/progress.ts';
import { told } from './programs.ts';

const ROOT = join(import.meta.dirname, '../..');
const OPERATOR = 'oauthapp-operator';
const RESOURCES = 'oauthapp-resources';
const APPLICATION = 'shop';
const SECRET = 'shop-oauth';

const Credentials = z.object({ data: z.object({ client_id: z.string(), client_secret: z.string() }) });

/** Where the logs of a cluster are left that something failed in. */
const LOGS = join(ROOT, 'dist/kind-logs');

/** Runs helm or kubectl in the operator's namespace of the cluster. */
type Within = (program: 'helm' | 'kubectl', args: readonly string[], stdin?: string) => Promise<string>;

/**
 * The life of an installation in a cluster of its own, made by kind: from the image to the last release. `begun` takes what
 * ends all of it, which this process's end does too. Where it fails, the logs of the cluster are left in `dist/kind-logs`.
 *
 * @throws Error with the words of the program that failed, or saying what is not as it should be
 */
export async function fromInstallToUninstall(begun: AsyncDisposableStack, progress: Progress): Promise<void> {
  const name = `oauthapp-e2e-${randomBytes(3).toString('hex')}`;
  const image = `${IMAGE.repository}:${IMAGE.tag}`;
  progress('building the image');
  await told('docker', ['build', `--build-arg=REVISION=${revision()}`, `--tag=${image}`, ROOT]);
  progress('making the cluster');
  const kubeconfig = await makeCluster(name, begun);
  try {
    await told('kind', ['load', 'docker-image', image, `--name=${name}`]);
    await liveIn(kubeconfig, begun, progress);
  } catch (error) {
    await leaveLogs(name, progress);
    throw error;
  }
  progress('all of it worked');
}

async function liveIn(kubeconfig: string, begun: AsyncDisposableStack, progress: Progress): Promise<void> {
  const within: Within = (program, args, stdin) =>
    told(program, [`--kubeconfig=${kubeconfig}`, `--namespace=${NAMESPACE}`, ...args], stdin);

  const host = await hostAddress();
  const logi = await startLogiEmulator({ host, switches: { riskFlags: 'never' } });
  begun.defer(() => logi.close());
  progress('installing definitions and operator');
  await install(within, host);
  progress('registering an application');
  await register(within, logi);
  progress('uninstalling');
  await uninstall(within, logi);
}

/** Throws nothing, since there is an error to be thrown already. */
async function leaveLogs(name: string, progress: Progress): Promise<void> {
  const { code } = await runProgram('kind', ['export', 'logs', LOGS, `--name=${name}`]);
  progress(code === 0 ? `the logs of the cluster are in ${LOGS}` : 'kind did not give the logs of the cluster');
}

/** Returns the path of its kubeconfig. */
async function makeCluster(name: string, begun: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-kind-'));
  begun.defer(removeWhenOwnerEnds(folder));
  const kubeconfig = join(folder, 'kubeconfig');
  begun.defer(runWhenOwnerEnds('kind delete cluster --name="$1" --kubeconfig="$2"', [name, kubeconfig]));
  await told('kind', ['create', 'cluster', `--name=${name}`, `--kubeconfig=${kubeconfig}`, '--wait=180s']);
  return kubeconfig;
}

/** Where pods find what listens on this machine: it is the gateway of the network that kind's nodes are in. */
async function hostAddress(): Promise<string> {
  const format = '{{range .IPAM.Config}}{{.Gateway}} {{end}}';
  const gateways = await told('docker', ['network', 'inspect', 'kind', `--format=${format}`]);
  const address = gateways.split(/\s+/).find((each) => isIPv4(each));
  if (address === undefined) throw new Error(`the network of kind has no gateway of IPv4: ${gateways.trim()}`);
  return address;
}

async function install(within: Within, host: string): Promise<void> {
  await within('helm', ['install', 'oauthapp-crds', chart('oauthapp-crds'), '--create-namespace']);
  const values = [
    'clusterId=kind',
    `image.repository=${IMAGE.repository}`,
    `image.tag=${IMAGE.tag}`,
    `settings.providerHosts={${host}}`,
  ].map((value) => `--set=${value}`);
  await within('helm', ['install', OPERATOR, chart(OPERATOR), ...values, '--wait', '--timeout=180s']);
}

async function register(within: Within, logi: LogiEmulator): Promise<void> {
  await within('kubectl', ['create', 'secret', 'generic', 'logi', `--from-literal=apiKey=${DEFAULT_KEY}`]);
  const values = {
    providers: { logi: { isDefault: true, spec: { logi: { apiUrl: logi.url, apiKeySecretRef: { name: 'logi' } } } } },
    applications: {
      [APPLICATION]: { spec: { type: 'Web', redirectUris: ['https://shop.example.com/auth/callback'] } },
    },
  };
  await within('helm', ['install', RESOURCES, chart(RESOURCES), '--values=-'], JSON.stringify(values));
  await within('kubectl', ['wait', '--for=condition=Ready', `oauthapplication/${APPLICATION}`, '--timeout=120s']);

  const { data } = Credentials.parse(JSON.parse(await within('kubectl', ['get', 'secret', SECRET, '--output=json'])));
  const id = Buffer.from(data.client_id, 'base64').toString();
  const registered = logi.applications().map(({ clientId }) => clientId);
  if (registered.join() !== id) throw new Error(`the Secret has client ${id} and logi has [${registered.join()}]`);
}

/** From the leaves to the root. */
async function uninstall(within: Within, logi: LogiEmulator): Promise<void> {
  await within('helm', ['uninstall', RESOURCES, '--wait', '--timeout=120s']);
  const gone = ['wait', '--for=delete', `oauthapplication/${APPLICATION}`, 'oauthprovider/logi', '--timeout=120s'];
  await within('kubectl', gone);
  const left = logi.applications().filter(({ softDeleted }) => !softDeleted).length;
  if (left > 0) throw new Error(`${left} registrations are left at logi`);
  await within('helm', ['uninstall', OPERATOR, '--wait', '--timeout=120s']);
  await within('helm', ['uninstall', 'oauthapp-crds']);
}

function chart(name: string): string {
  return join(ROOT, 'charts', name);
}
