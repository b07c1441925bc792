import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type KubectlResult, runKubectl } from '../../dev/kubectl.ts';
import { runningWith } from './processes.ts';

/** Each test starts a control plane of its own, beside those of others. */
vi.setConfig({ testTimeout: 240_000 });

const SOON = { timeout: 120_000, interval: 200 };
const SECRET = /logi_secret_[0-9a-f]{16}/;
/** Nothing else on the screen is a word this long. */
const LOGTO_SECRET = /\b[0-9A-Za-z]{32}\b/;

const PROGRAM = join(import.meta.dirname, '../../dev/quickstart.ts');

const MANIFEST = `
apiVersion: oauthapp.dev/v1alpha1
kind: OAuthApplication
metadata:
  name: mine
spec:
  providerRef: {name: logi}
  type: Web
  redirectUris: [https://mine.example.com/callback]
`;

interface Quickstart {
  output(): string;
  readonly ended: Promise<number | null>;
  end(signal: NodeJS.Signals): void;
}

function quickstart(args: readonly string[]): Quickstart {
  const child = spawn(process.execPath, [PROGRAM, ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    output: () => output,
    ended: once(child, 'close').then(([code]) => code),
    end: (signal) => void child.kill(signal),
  };
}

test('with --once it shows the whole way, and ends with 0', async () => {
  const { output, ended } = quickstart(['--once']);

  expect(await ended, output()).toBe(0);

  for (const key of ['web-shop-oauth holds', 'native-shop-oauth holds']) expect(output()).toContain(key);
  expect(output()).toMatch(/client_id +\d+ characters\n +client_secret +\d+ characters/);
  expect(output()).toMatch(/client_id +\d+ characters\n +issuer +\d+ characters/);
  expect(output()).toContain('and logs in; the former one no longer does');
  expect(output()).toMatch(/client_secret +32 characters\n +previous_client_secret +32 characters/);
  expect(output()).toContain('client_secret logs in, and previous_client_secret still does');
  expect(output()).toContain('superseded secret Default secret goes on working and waits for the overlap');
  expect(output()).toContain('logs in as before, and the former one no longer does');
  expect(output()).toContain('must use https');
  expect(output()).toMatch(/NAMESPACE +NAME +READY +REASON +CLIENT ID +PROVIDER +SECRET +AGE/);
  expect(output()).toMatch(/web-shop +True +InSync +logi_/);
  expect(output()).toMatch(/club +True +InSync +\w+ +logto +club-oauth/);
  expect(output()).not.toMatch(SECRET);
  expect(output()).not.toMatch(LOGTO_SECRET);
  // No terminal, no colours.
  expect(output()).not.toContain('\u001b');
});

test('it leaves a cluster in which kubectl works as a new user tries it, until it is interrupted', async () => {
  const { output, ended, end } = quickstart([]);
  await vi.waitUntil(() => output().includes('tail -f'), SOON);
  const { kubeconfig, binary, folder } = offered(output());
  const kubectl = (args: readonly string[], stdin?: string): Promise<KubectlResult> =>
    runKubectl(binary, args, { kubeconfig, cacheDir: join(folder, 'test-cache'), stdin });

  const created = await kubectl(['apply', '-f', '-'], MANIFEST);
  expect(created).toMatchObject({ code: 0, stdout: expect.stringContaining('created') });
  expect(await kubectl(['wait', '--for=condition=Ready', 'oaa/mine', '--timeout=60s'])).toMatchObject({ code: 0 });

  const version = ['get', 'secret', 'mine-oauth', '-o', 'jsonpath={.metadata.resourceVersion}'];
  const before = (await kubectl(version)).stdout;
  expect(before).not.toBe('');
  const annotation = 'oauthapp.dev/rotate-requested-at=now';
  expect(await kubectl(['annotate', 'oaa', 'mine', annotation])).toMatchObject({ code: 0 });
  await vi.waitUntil(async () => (await kubectl(version)).stdout !== before, SOON);

  expect((await kubectl(['get', 'oaa', '-A'])).stdout).toMatch(/mine +True +InSync +logi_\S+ +logi +mine-oauth/);
  expect(await kubectl(['delete', 'oaa', 'mine', '--timeout=60s'])).toMatchObject({ code: 0 });
  await vi.waitUntil(async () => (await kubectl(version)).code !== 0, SOON);

  end('SIGINT');

  expect(await ended, output()).toBe(0);
  await leavesNothing(folder);
  expect(output()).not.toMatch(SECRET);
});

test('killed without warning, it leaves nothing behind either', async () => {
  const { output, ended, end } = quickstart([]);
  await vi.waitUntil(() => output().includes('operator.log'), SOON);
  const [, folder = ''] = /log: (\S+)\/operator\.log/.exec(output()) ?? [];
  expect(await runningWith(folder)).not.toEqual([]);

  end('SIGKILL');

  await ended;
  await leavesNothing(folder);
});

test('an operator that ends by itself ends the quickstart, with its last words', async () => {
  const { output, ended } = quickstart([]);
  await vi.waitUntil(() => output().includes('tail -f'), SOON);
  const { folder } = offered(output());

  process.kill(await operatorOn(folder), 'SIGKILL');

  expect(await ended).toBe(1);
  expect(output()).toContain('The operator ended with 137');
  await leavesNothing(folder);
});

test.each([
  { args: ['--help'], code: 0, words: 'Usage: npm run quickstart' },
  { args: ['--twice'], code: 2, words: "Unknown option '--twice'" },
])('$args is answered at once', async ({ args, code, words }) => {
  const { output, ended } = quickstart(args);

  expect(await ended).toBe(code);
  expect(output()).toContain(words);
});

/** What the quickstart tells its user to type, and the folder of the plane that it speaks of. */
function offered(output: string) {
  const [, kubeconfig = ''] = /export KUBECONFIG=(\S+)/.exec(output) ?? [];
  const [, binary = ''] = /alias kubectl=(\S+)/.exec(output) ?? [];
  return { kubeconfig, binary, folder: dirname(dirname(kubeconfig)) };
}

/** The pid of the operator whose kubeconfig is in `folder`; not that of the shell that watches over it. */
async function operatorOn(folder: string): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  const line = stdout
    .split('\n')
    .find((each) => each.includes(`--kubeconfig=${folder}`) && !each.includes('watcher') && each.includes('main.ts'));
  return Number.parseInt(line ?? '', 10);
}

async function leavesNothing(folder: string): Promise<void> {
  await vi.waitUntil(async () => (await runningWith(folder)).length === 0, SOON);
  await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
}
