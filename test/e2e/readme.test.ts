import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../dev/control-plane.ts';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import { type LogiEmulator, startLogiEmulator } from '../../dev/emulators/logi.ts';
import { type GuideCommand, sectionsOf } from '../support/guide.ts';
import { comesOut } from '../support/guide-run.ts';
import { type Operator, operatorKubeconfig, startOperator } from '../support/operator.ts';
import { openShell, type Shell } from '../support/shell.ts';
import { until } from '../support/until.ts';

const SYSTEM = 'oauthapp-system';
const SECTIONS = sectionsOf('README.md');

let plane: ControlPlane;
let emulator: LogiEmulator;
let shell: Shell;
let operator: Operator | undefined;

beforeAll(async () => {
  plane = await startControlPlane();
  emulator = await startLogiEmulator({ switches: { limits: 'off', riskFlags: 'never' } });
  // Every command has to say which namespace it is about.
  shell = await openShell(plane, plane.coordinates.kubectlBinary, 'default');
});

afterAll(async () => {
  await operator?.kill();
  await emulator?.close();
  await plane?.stop();
  await shell?.[Symbol.asyncDispose]();
});

test('every section with commands is run', () => {
  expect(SECTIONS.map(({ title }) => title)).toEqual(['A first manifest', 'Install', 'Uninstall']);
});

test('what it says to install gives the operator all that it needs', async () => {
  for (const command of commandsOf('Install')) await comesOut(shell, command, here);
  operator = await startOperator({ namespace: SYSTEM, kubeconfig: await operatorKubeconfig(plane, SYSTEM) });
});

test('its first manifest is registered, shown, rotated and deleted as it says', async () => {
  await applied();
  const [look, rotate, remove, ...others] = commandsOf('A first manifest');
  if (look === undefined || rotate === undefined || remove === undefined) throw new Error('a command is missing');
  expect(others).toEqual([]);

  await comesOut(shell, look, here);
  expect(emulator.applications()).toMatchObject([{ name: 'Shop', secretsIssued: 1 }]);
  await comesOut(shell, rotate, here);
  await until(
    'the secret was rotated',
    () => emulator.applications(),
    ([shop]) => shop?.secretsIssued === 2,
  );
  await comesOut(shell, remove, here);
  expect(emulator.applications()).toMatchObject([{ softDeleted: true }]);
});

test('what it says to uninstall leaves no registration and nothing of ours but the namespace', async () => {
  await applied();
  await until(
    'it is registered',
    () => emulator.applications(),
    (registered) => registered.length === 2,
  );
  for (const command of commandsOf('Uninstall')) await comesOut(shell, command, here);
  expect(emulator.applications()).toMatchObject([{ softDeleted: true }, { softDeleted: true }]);
  const { printed } = await shell.run(
    `kubectl get deployments,serviceaccounts,roles,rolebindings -n ${SYSTEM} -o name; kubectl api-resources --api-group=oauthapp.dev -o name`,
  );
  expect(printed.trim().split('\n')).toEqual(['serviceaccount/default']);
});

function commandsOf(wanted: string): readonly GuideCommand[] {
  return SECTIONS.find(({ title }) => title === wanted)?.commands ?? [];
}

/** What the page says, in the words of this test. */
function here(text: string): string {
  return text
    .replace(/<a personal API key [^>]*>/, DEFAULT_KEY)
    .replace('logi_8f3c…', 'logi_…')
    .replace(/\b8s$/, '…')
    .replace('  logi:\n', `  logi:\n    apiUrl: ${emulator.url}\n`);
}

/** What stands under the first manifest, but for what mounts the Secret. */
async function applied(): Promise<void> {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```yaml\n(apiVersion: .*?)^```/gms)].map(([, block = '']) => block);
  await writeFile(join(shell.folder, 'first.yaml'), here(blocks.join('---\n')));
  const { code, printed } = await shell.run('kubectl apply -f first.yaml');
  expect(code, printed).toBe(0);
}
