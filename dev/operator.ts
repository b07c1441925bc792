import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Child } from './child.ts';
import { spawnChild } from './child.ts';
import type { KubectlResult } from './kubectl.ts';
import type { PlaneAccess } from './plane/access.ts';
import { until } from './until.ts';

/** The operator in a process of its own, with the rights that we ship and no others. */
export interface OperatorProcess extends Child {
  /** Its log so far, one JSON object a line. */
  log(): Promise<string>;
  /** Where it serves `/metrics`, `/livez` and `/readyz`: `http://127.0.0.1:<port>`. */
  readonly url: string;
}

/** How to start an {@link OperatorProcess}. */
export interface OperatorProcessOptions {
  /** Its rights are there ({@link installRights}); it is the one namespace that is served. */
  readonly namespace: string;
  /** File that takes its log. */
  readonly log: string;
  /** Flags beside those that a start on an embedded plane needs. */
  readonly flags?: readonly string[] | undefined;
}

const ROOT = join(import.meta.dirname, '..');

/** The namespace that the manifests of deploy/ name, and the ServiceAccount in it. */
export const NAMESPACE = 'oauthapp-system';
const SERVICE_ACCOUNT = 'oauthapp-operator';

const MANIFESTS = ['serviceaccount', 'role', 'rolebinding'];
const KINDS = ['oauthapplications', 'oauthproviders', 'clusteroauthproviders'];

const LOG_TAIL = 2_000;

const Listening = z.object({ message: z.literal('probes and metrics are served'), port: z.number() });

/** Applies crds/ and resolves when our kinds are served. @throws Error with what kubectl says */
export async function installDefinitions(plane: PlaneAccess): Promise<void> {
  succeeded(await plane.kubectl(['apply', '--server-side', '--force-conflicts', '-f', join(ROOT, 'crds')]));
  await until('the API server serves our kinds', async () => {
    const answers = await Promise.all(KINDS.map((kind) => plane.kubectl(['get', `${kind}.oauthapp.dev`, '-A'])));
    return answers.every(({ code }) => code === 0) ? 'served' : undefined;
  });
}

/**
 * Applies deploy/base without its Deployment, as there are no nodes: namespace, ServiceAccount and rights. `namespace`
 * stands in for the one in the manifests.
 *
 * @throws Error with what kubectl says
 */
export async function installRights(plane: PlaneAccess, namespace: string = NAMESPACE): Promise<void> {
  const files = MANIFESTS.map((name) => readFile(join(ROOT, 'deploy/base', `${name}.yaml`), 'utf8'));
  const manifests = [namespaceManifest(namespace), ...(await Promise.all(files))].join('\n---\n');
  succeeded(await plane.kubectl(['apply', '-f', '-'], { stdin: manifests.replaceAll(NAMESPACE, namespace) }));
}

/** Starts `node src/main.ts` as the ServiceAccount of deploy/base; resolves when it answers probes. */
export async function startOperator(plane: PlaneAccess, options: OperatorProcessOptions): Promise<OperatorProcess> {
  const child = spawnOperator(await operatorKubeconfig(plane, options.namespace), options);
  const log = (): Promise<string> => readFile(options.log, 'utf8');

  const running = { state: 'running' as 'running' | 'ended' };
  void child.exited.finally(() => {
    running.state = 'ended';
  });
  const port = await until('the operator answers probes', async () => {
    const text = await log();
    if (running.state === 'ended') throw new Error(`the operator ended:\n${text.slice(-LOG_TAIL)}`);
    return portIn(text);
  });
  return { ...child, log, url: `http://127.0.0.1:${port}` };
}

/** Starts `node src/main.ts` with this kubeconfig and waits for nothing. */
export function spawnOperator(kubeconfig: string, { namespace, log, flags = [] }: OperatorProcessOptions): Child {
  const args = [
    join(ROOT, 'src/main.ts'),
    `--namespace=${namespace}`,
    `--kubeconfig=${kubeconfig}`,
    '--cluster-id=embedded',
    '--metrics-address=127.0.0.1:0',
    '--provider-hosts=127.0.0.1',
    ...flags,
  ];
  return spawnChild(process.execPath, args, { log });
}

/** A kubeconfig with the rights of the operator's ServiceAccount, good for a day. */
export async function operatorKubeconfig(plane: PlaneAccess, namespace: string): Promise<string> {
  const token = await plane.serviceAccountToken(namespace, SERVICE_ACCOUNT);
  return plane.writeKubeconfig(token, { namespace });
}

/** What kubectl said. @throws Error with its own words when it failed */
export function succeeded({ code, stdout, stderr }: KubectlResult): string {
  if (code !== 0) throw new Error(`kubectl: ${stderr.trim()}`);
  return stdout.trim();
}

function namespaceManifest(name: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

function portIn(log: string): number | undefined {
  const lines = log.split('\n').slice(0, -1);
  return lines.flatMap((line) => Listening.safeParse(parsed(line)).data ?? [])[0]?.port;
}

/** Not every line is a log line: Node's own warnings go to the same file. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
