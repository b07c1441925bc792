import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { spawnChild } from '../../dev/child.ts';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { temporaryFile } from './temporary-file.ts';

/** A running operator process. It ends with the test file, however that ends. */
export interface Operator {
  /** Where probes and metrics are served on 127.0.0.1. */
  readonly port: number;
  /** Resolves, with the end of its log, when it ends without having been asked to. */
  readonly fallen: Promise<string>;
  /** Everything that it has written to standard output and standard error. */
  logs(): Promise<string>;
  /** What it answers to a `GET` of this path on its port. */
  page(path: '/livez' | '/readyz' | '/metrics'): Promise<Page>;
  /** SIGTERM; resolves with the exit code when it has ended. */
  stop(): Promise<number>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<number>;
}

export interface Page {
  readonly status: number;
  readonly body: string;
}

/** What a run of the program came to that ended by itself. */
export interface Run {
  readonly code: number;
  readonly output: string;
}

export interface OperatorOptions {
  /** Its own namespace, and the one that it serves. */
  readonly namespace: string;
  readonly kubeconfig: string;
  /** Come after the harness's own, and the last of several wins. */
  readonly flags?: readonly string[] | undefined;
  /** Hosts of providers that it may call: those of emulators, or what it may call when nothing is said. */
  readonly hosts?: 'emulators' | 'unsaid' | undefined;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

type Shipped = 'serviceaccount' | 'role' | 'rolebinding';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/main.ts');
const SHIPPED_NAMESPACE = /\boauthapp-system\b/g;

const STARTED_WITHIN_MS = 90_000;
const POLL_MS = 20;
const LOG_TAIL = 4_000;

/** Applies the parts of deploy/base that give the operator its rights, rewritten to `namespace`. */
export async function applyRights(plane: PlaneAccess, namespace: string, parts: readonly Shipped[]): Promise<void> {
  const documents = await Promise.all(parts.map((part) => readFile(join(ROOT, `deploy/base/${part}.yaml`), 'utf8')));
  const stdin = documents.map((text) => text.replaceAll(SHIPPED_NAMESPACE, namespace)).join('\n---\n');
  const { code, stderr } = await plane.kubectl(['apply', '-f', '-'], { stdin });
  if (code !== 0) throw new Error(`cannot apply ${parts.join(', ')}: ${stderr}`);
}

/** A kubeconfig for the ServiceAccount that deploy/base makes. */
export async function operatorKubeconfig(plane: PlaneAccess, namespace: string): Promise<string> {
  const token = await plane.serviceAccountToken(namespace, 'oauthapp-operator');
  return plane.writeKubeconfig(token, { namespace });
}

/** Starts `node src/main.ts` and resolves when it serves its probes, before it is leader. */
export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { namespace, kubeconfig, flags = [], hosts = 'emulators', env = {} } = options;
  const log = await temporaryFile('operator.log');
  const own = [
    `--namespace=${namespace}`,
    '--cluster-id=e2e',
    `--kubeconfig=${kubeconfig}`,
    '--metrics-address=127.0.0.1:0',
    ...(hosts === 'emulators' ? ['--provider-hosts=127.0.0.1'] : []),
    '--settling=1s',
    '--log-level=debug',
  ];
  const child = spawnChild(process.execPath, [MAIN, ...own, ...flags], { log, env: { ...process.env, ...env } });
  const logs = (): Promise<string> => readFile(log, 'utf8');
  const port = await Promise.race([servedPort(logs), child.exited.then(async () => ended(await logs()))]);
  let asked: 'yes' | 'no' = 'no';
  const end = (signal: 'SIGTERM' | 'SIGKILL'): Promise<number> => {
    asked = 'yes';
    return child.end(signal);
  };
  const fallen = Promise.withResolvers<string>();
  void child.exited.then(async (code) => {
    if (asked === 'no') fallen.resolve(`the operator ended with ${code}:\n${(await logs()).slice(-LOG_TAIL)}`);
  });

  return {
    port,
    fallen: fallen.promise,
    logs,
    async page(path) {
      const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`);
      return { status: statusCode, body: await body.text() };
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Runs `node src/main.ts` with these arguments alone until it ends by itself. */
export async function runToItsEnd(args: readonly string[]): Promise<Run> {
  const log = await temporaryFile('operator.log');
  const code = await spawnChild(process.execPath, [MAIN, ...args], { log }).exited;
  return { code, output: await readFile(log, 'utf8') };
}

async function servedPort(logs: () => Promise<string>): Promise<number> {
  const start = performance.now();
  for (;;) {
    const text = await logs();
    const [, port] = /"port":(\d+)[^\n]*"message":"probes and metrics are served"/.exec(text) ?? [];
    if (port !== undefined) return Number(port);
    if (performance.now() - start > STARTED_WITHIN_MS) throw new Error(`the operator serves no probes:\n${text}`);
    await delay(POLL_MS);
  }
}

function ended(text: string): never {
  throw new Error(`the operator ended at its start:\n${text}`);
}
