import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import { request } from 'undici';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { spawnChild } from '../../../dev/child.ts';
import { startLogiEmulator } from '../../../dev/emulators/logi.ts';
import { BILL_OF_MATERIALS, bundle, ENTRY } from '../../../dev/image/bundle.ts';
import { freshNamespace, sharedControlPlane } from '../../support/control-plane.ts';
import { applyRights, operatorKubeconfig } from '../../support/operator.ts';
import { temporaryFile } from '../../support/temporary-file.ts';
import { until } from '../../support/until.ts';
import { credentials, logi } from '../../support/world.ts';

const IN_POD = join(import.meta.dirname, 'programs/in-pod.ts');
const RECORDER = join(import.meta.dirname, 'programs/record-modules.ts');

/** The library that reads kubeconfigs, and what it brings. */
const KUBECONFIG_LIBRARY = 'node_modules/@kubernetes/client-node/';

/** What a Pod reads before the first request: the entry and what all of the program shares. */
const MOST_FILES = 3;

/** Each of them is parsed before the first request. */
const MOST_BYTES = 1_700_000;

const Bill = z.object({ components: z.array(z.object({ name: z.string() })) });

let folder: string;
let metafile: Metafile;

beforeAll(async () => {
  folder = await temporaryFile('app');
  metafile = await bundle(folder, 'of-the-test');
});

test('what is loaded at the start holds no kubeconfig library; a chunk of its own does', () => {
  const atStart = loadedWith(outputNamed(ENTRY));
  const holders = Object.keys(metafile.outputs).filter((path) => holdsLibrary(path));

  expect(atStart.length).toBeLessThanOrEqual(MOST_FILES);
  expect(atStart.filter((path) => holdsLibrary(path))).toEqual([]);
  expect(holders).not.toEqual([]);
});

test('what is read at the start is small', () => {
  const bytes = loadedWith(outputNamed(ENTRY)).map((path) => metafile.outputs[path]?.bytes ?? 0);
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(MOST_BYTES);
});

test('in a Pod it loads what is loaded at the start, and no more', async () => {
  const run = promisify(execFile)(
    process.execPath,
    ['--import', RECORDER, join(folder, ENTRY), '--cluster-id=bundle'],
    {
      // No Pod has its service account there: the operator ends when it looks for its token.
      env: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' },
    },
  );
  const { stdout, stderr } = await run.catch((error: { readonly stdout: string; readonly stderr: string }) => error);

  expect(stdout).toContain('/var/run/secrets/kubernetes.io/serviceaccount');
  expect(loadedFiles(stderr)).toEqual(
    loadedWith(outputNamed(ENTRY))
      .map((path) => basename(path))
      .toSorted(),
  );
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
  const holders = Object.keys(metafile.outputs).filter((path) => path.endsWith('.mjs') && holdsLibrary(path));
  expect(loadedFiles(text)).toEqual(expect.arrayContaining(holders.map((path) => basename(path))));
});

test('every package that went in is in the bill of materials', async () => {
  const { components } = Bill.parse(JSON.parse(await readFile(join(folder, BILL_OF_MATERIALS), 'utf8')));
  const named = new Set(components.map(({ name }) => name));
  const used = new Set(Object.keys(metafile.inputs).flatMap((path) => packageOf(path) ?? []));

  expect(used.size).toBeGreaterThan(5);
  expect([...used].filter((name) => !named.has(name))).toEqual([]);
  expect([...named].filter((name) => name === 'vitest' || name.startsWith('@biomejs/'))).toEqual([]);
});

function outputNamed(name: string): string {
  const path = Object.keys(metafile.outputs).find((candidate) => basename(candidate) === name);
  if (path === undefined) throw new Error(`the bundle has no ${name}`);
  return path;
}

/** A file and what its `import` statements bring, without what an `import()` brings later. */
function loadedWith(entry: string): readonly string[] {
  const loaded = [entry];
  for (const path of loaded) {
    for (const { kind, external, path: other } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true && !loaded.includes(other)) loaded.push(other);
    }
  }
  return loaded;
}

function holdsLibrary(path: string): boolean {
  return Object.keys(metafile.outputs[path]?.inputs ?? {}).some((input) => input.startsWith(KUBECONFIG_LIBRARY));
}

function loadedFiles(text: string): readonly string[] {
  const files = [...text.matchAll(/^loaded (file:\S+)$/gm)].map(([, url = '']) => basename(url));
  return files.filter((file) => file.endsWith('.mjs')).toSorted();
}

function packageOf(path: string): string | undefined {
  return /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(path)?.[1];
}
