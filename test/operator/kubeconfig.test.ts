import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { spawnChild } from '../../dev/child.ts';
import { temporaryFile } from '../support/temporary-file.ts';
import { until } from '../support/until.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

test('an operator that finds no kubeconfig says where it looked', async () => {
  const log = await temporaryFile('operator.log');
  const home = dirname(log);
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: '' };
  const operator = spawnChild(process.execPath, [MAIN, '--cluster-id=test'], { log, env });
  expect(await operator.exited).toBe(1);
  expect(await readFile(log, 'utf8')).toContain('there is no kubeconfig: give --kubeconfig, set KUBECONFIG');
});

test('an operator ends when it is asked to while a credential plugin hangs at its start', async () => {
  const [kubeconfig, begun] = [await temporaryFile('kubeconfig'), await temporaryFile('begun')];
  const log = await temporaryFile('operator.log');
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'sh',
    args: ['-c', `echo yes > ${begun}; exec sleep 600`],
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { exec } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  const operator = spawnChild(process.execPath, [MAIN, `--kubeconfig=${kubeconfig}`, '--cluster-id=test'], { log });
  await until(
    'the plugin runs',
    () => readFile(begun, 'utf8').catch(() => ''),
    (text) => text !== '',
  );

  expect(await operator.end('SIGTERM')).toBe(0);
  expect(await readFile(log, 'utf8')).not.toContain('error');
});
