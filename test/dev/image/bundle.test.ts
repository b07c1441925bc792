import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import { request } from 'undici';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { spawnChild } from '../../../dev/child.ts';
import { startLogiEmulator } from '../../../dev/emulators/logi.ts';
import { BILL_OF_MATERIALS, bundle, ENTRY, KUBECONFIG_LIBRARY, PROGRAM } from '../../../dev/image/bundle.ts';
import { codeOf } from '../../../dev/launcher/program.ts';
import { freshNamespace, sharedControlPlane } from '../../support/control-plane.ts';
import { applyRights, operatorKubeconfig } from '../../support/operator.ts';
import { temporaryFile } from '../../support/temporary-file.ts';
import { until } from '../../support/until.ts';
import { credentials, logi } from '../../support/world.ts';

const IN_POD = join(import.meta.dirname, 'programs/in-pod.ts');
const BUILTINS = join(import.meta.dirname, 'programs/record-builtins.ts');
const CODE_TAKEN = join(import.meta.dirname, 'programs/code-taken.ts');
const RECORDER = join(import.meta.dirname, 'programs/record-modules.ts');

/** The packages of the library that reads kubeconfigs. */
const LIBRARY = 'node_modules/@kubernetes/client-node/';

/** All of it is read before the first request. */
const MOST_BYTES = { program: 1_600_000, code: 1_500_000 };

/** Parts of Node.js that take long to load, and that nothing at the start needs. */
const UNNEEDED = ['cluster', 'http2', 'https', 'inspector', 'internal/deps/undici/undici', 'repl', 'sqlite', 'zlib'];

const Bill = z.object({
  metadata: z.object({ component: z.object({ name: z.string(), purl: z.string() }) }),
  components: z.array(z.object({ name: z.string() })),
});

let folder: string;
let metafile: Metafile;

beforeAll(async () => {
  folder = await temporaryFile('app');
  metafile = await bundle(folder, 'of-the-test');
});

test('the program holds no kubeconfig library: that is a file of its own', () => {
  expect(packagesIn(PROGRAM).filter((input) => input.startsWith(LIBRARY))).toEqual([]);
  expect(packagesIn(ENTRY)).toEqual([]);
  expect(packagesIn(KUBECONFIG_LIBRARY).filter((input) => input.startsWith(LIBRARY))).not.toEqual([]);
});

test('what is read at the start is small', async () => {
  const path = join(folder, PROGRAM);
  expect((await stat(path)).size).toBeLessThan(MOST_BYTES.program);
  expect((await stat(codeOf(path))).size).toBeLessThan(MOST_BYTES.code);
});

test('at the start it loads nothing of Node.js that it does not need', async () => {
  const { stderr } = await run(['--import', BUILTINS, join(folder, ENTRY), '--version']);
  const builtins = stderr.trim().split('\n');
  expect(builtins).toContain('http');
  expect(builtins.filter((name) => UNNEEDED.includes(name))).toEqual([]);
});

test('V8 takes the code that stands beside the program, with the flags of deploy/base too', async () => {
  const deployment = await readFile(join(import.meta.dirname, '../../../deploy/base/deployment.yaml'), 'utf8');
  const [, flags = ''] = /name: NODE_OPTIONS\n\s+value: (.+)$/m.exec(deployment) ?? [];
  expect(flags).toContain('--max-old-space-size');
  for (const NODE_OPTIONS of ['', flags]) {
    const { stdout } = await run([CODE_TAKEN, join(folder, PROGRAM)], { NODE_OPTIONS });
    expect(stdout.trim(), NODE_OPTIONS).toBe('taken');
  }
});

test.each([
  { name: 'no code', spoil: (path: string) => rm(path) },
  { name: 'the code of another Node.js', spoil: (path: string) => writeFile(path, Buffer.alloc(4_096, 7)) },
  {
    name: 'half of the code',
    spoil: async (path: string) => writeFile(path, (await readFile(path)).subarray(0, 99_999)),
  },
])('with $name it starts none the less', async ({ spoil }) => {
  const other = await temporaryFile('app');
  await cp(folder, other, { recursive: true });
  await spoil(codeOf(join(other, PROGRAM)));
  const { stdout } = await run([join(other, ENTRY), '--version']);
  expect(stdout).toMatch(/^oauthapp-operator \d/);
});

test('a stack trace names the sources, and without the source map the program', async () => {
  const args = ['--kubeconfig=/none', '--cluster-id=bundle'];
  expect((await run([join(folder, ENTRY), ...args])).stdout).toMatch(/ \(src\/kube\/config\.ts:\d+:\d+\)/);

  const other = await temporaryFile('app');
  await cp(folder, other, { recursive: true });
  await rm(join(other, `${PROGRAM}.map`));
  expect((await run([join(other, ENTRY), ...args])).stdout).toMatch(/\/app\/operator\.js:\d+:\d+\)/);
});

test('in a Pod it loads no other file', async () => {
  // No Pod has its service account there: the operator ends when it looks for its token.
  const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' };
  const { stdout, stderr } = await run(['--import', RECORDER, join(folder, ENTRY), '--cluster-id=bundle'], env);

  expect(stdout).toContain('/var/run/secrets/kubernetes.io/serviceaccount');
  expect(loadedFiles(stderr)).toEqual([ENTRY]);
});

test('as in a Pod it finds the API server, and calls a provider', async () => {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();
  await using stack = new AsyncDisposableStack();
  const emulator = await startLogiEmulator();
  stack.defer(() => emulator.close());
  for (const manifest of [credentials(), logi(emulator.url)]) {
    const stdin = JSON.stringify(manifest);
    expect(await plane.kubectl(['apply', '-n', namespace, '-f', '-'], { stdin })).toMatchObject({ code: 0 });
  }
  await applyRights(plane, namespace, ['serviceaccount', 'role', 'rolebinding']);
  const account = await temporaryFile('account');
  await mkdir(account);
  await copyFile(plane.caFile, join(account, 'ca.crt'));
  await writeFile(join(account, 'token'), await plane.serviceAccountToken(namespace, 'oauthapp-operator'));
  await writeFile(join(account, 'namespace'), namespace);
  const { hostname, port } = new URL(plane.server);
  const flags = ['--cluster-id=bundle', '--metrics-address=127.0.0.1:0', '--provider-hosts=127.0.0.1'];
  const child = spawnChild(process.execPath, ['--import', IN_POD, join(folder, ENTRY), ...flags], {
    log: await temporaryFile('pod.log'),
    env: { TEST_SERVICE_ACCOUNT: account, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
  });

  const isReady = ['wait', '--for=condition=Ready', 'oauthprovider/logi', '-n', namespace, '--timeout=60s'];
  expect(await plane.kubectl(isReady)).toMatchObject({ code: 0 });
  expect(await child.end('SIGTERM')).toBe(0);
});

test('with a kubeconfig it loads the library and finds the API server', async () => {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();
  await applyRights(plane, namespace, ['serviceaccount', 'role', 'rolebinding']);
  const log = await temporaryFile('bundle.log');
  const flags = ['--cluster-id=bundle', `--namespace=${namespace}`, '--metrics-address=127.0.0.1:0'];
  const kubeconfig = await operatorKubeconfig(plane, namespace);
  const args = ['--import', RECORDER, join(folder, ENTRY), ...flags, `--kubeconfig=${kubeconfig}`];
  const child = spawnChild(process.execPath, args, { log });

  const text = await until(
    'the caches are synced',
    () => readFile(log, 'utf8'),
    (lines) => lines.includes('"message":"caches are synced"'),
  );
  const port = /"port":(\d+)/.exec(text)?.[1];
  const { body } = await request(`http://127.0.0.1:${port}/metrics`);
  expect(await body.text()).toContain('revision="of-the-test"');
  expect(await child.end('SIGTERM')).toBe(0);
  expect(loadedFiles(text)).toEqual([KUBECONFIG_LIBRARY, ENTRY]);
});

test('every package that went in is in the bill of materials', async () => {
  const { components } = Bill.parse(JSON.parse(await readFile(join(folder, BILL_OF_MATERIALS), 'utf8')));
  const named = new Set(components.map(({ name }) => name));
  const used = new Set(Object.keys(metafile.inputs).flatMap((path) => packageOf(path) ?? []));

  expect(used.size).toBeGreaterThan(5);
  expect([...used].filter((name) => !named.has(name))).toEqual([]);
  expect([...named].filter((name) => name === 'vitest' || name.startsWith('@biomejs/'))).toEqual([]);
});

test('the bill of materials is the operator’s, whatever the folder is called that it was made in', async () => {
  const { metadata } = Bill.parse(JSON.parse(await readFile(join(folder, BILL_OF_MATERIALS), 'utf8')));
  expect(metadata.component.name).toBe('oauthapp-operator');
  expect(metadata.component.purl).toMatch(/\/oauthapp-operator@/);
});

/** What it wrote, however it ended. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const ended = promisify(execFile)(process.execPath, args, { env });
  return ended.catch((error: { readonly stdout: string; readonly stderr: string }) => error);
}

/** The files of packages that are in the output of this name. */
function packagesIn(name: string): readonly string[] {
  const output = Object.entries(metafile.outputs).find(([path]) => basename(path) === name);
  if (output === undefined) throw new Error(`the bundle has no ${name}`);
  return Object.keys(output[1].inputs).filter((input) => packageOf(input) !== undefined);
}

function loadedFiles(text: string): readonly string[] {
  const files = [...text.matchAll(/^loaded (file:\S+)$/gm)].map(([, url = '']) => basename(url));
  return files.filter((file) => file.endsWith('.cjs')).toSorted();
}

function packageOf(path: string): string | undefined {
  return /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(path)?.[1];
}
