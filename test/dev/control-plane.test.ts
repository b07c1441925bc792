import { readFile, stat } from 'node:fs/promises';
import { request } from 'node:https';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ControlPlaneOptions } from '../../dev/control-plane.ts';
import { startControlPlane } from '../../dev/control-plane.ts';
import { callApi } from '../../dev/plane/api.ts';
import { runningWith } from './processes.ts';
import { startProgram } from './programs/program.ts';

/** Several planes start at once here, beside the one that all tests share. */
vi.setConfig({ testTimeout: 240_000 });

const SOON = { timeout: 30_000, interval: 100 };

const CONFIG_MAP = ['create', 'configmap', 'mark', '--from-literal=plane=one'];
const GET_MARK = ['get', 'configmap', 'mark', '-o', 'jsonpath={.data.plane}'];

async function plane(options: ControlPlaneOptions) {
  const started = await startControlPlane(options);
  onTestFinished(() => started.stop());
  return started;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

test('two planes at once share nothing, and keep what they hold when a part is killed', async () => {
  const [one, other] = await Promise.all([plane({ controllerManager: 'off' }), plane({ controllerManager: 'off' })]);

  expect(await one.kubectl(CONFIG_MAP)).toMatchObject({ code: 0 });
  expect(await other.kubectl(GET_MARK)).toMatchObject({ code: 1, stderr: expect.stringContaining('NotFound') });
  const stranger = { server: other.server, ca: await readFile(other.caFile, 'utf8'), token: one.adminToken };
  expect((await callApi(stranger, { method: 'GET', path: '/api' })).status).toBe(401);

  await one.restart('etcd');
  expect(await one.kubectl(GET_MARK)).toMatchObject({ code: 0, stdout: 'one' });
  await one.restart('kube-apiserver');
  expect(await one.kubectl(GET_MARK)).toMatchObject({ code: 0, stdout: 'one' });
});

test('its certificate is good for its CA alone', async () => {
  const { server, caFile } = await plane({ controllerManager: 'off' });

  expect(await handshake(server, undefined)).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);
  expect(await handshake(server, await readFile(caFile, 'utf8'))).toBe('trusted');
});

test('a plane that was stopped leaves neither a process nor a folder', async () => {
  const { coordinates, stop } = await plane({ controllerManager: 'on' });
  const { folder } = coordinates;
  expect((await runningWith(folder)).map(programOf).filter(Boolean).sort()).toEqual([
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
  ]);

  await stop();

  expect(await runningWith(folder)).toEqual([]);
  expect(await exists(folder)).toBe(false);
  await stop();
});

test('a plane whose owner was killed leaves neither a process nor a folder', async () => {
  const owner = startProgram('own-plane', []);
  const folder = await owner.nextLine();
  expect(await runningWith(folder)).not.toEqual([]);

  await owner.kill();

  await vi.waitUntil(async () => (await runningWith(folder)).length === 0, SOON);
  expect(await exists(folder)).toBe(false);
});

/** The program that a line of `ps` shows, undefined for the shells that watch over it. */
function programOf(line: string): string | undefined {
  return line.match(/^\S+\s+\S*\/(etcd|kube-[a-z-]+) /)?.[1];
}

/** Opens a connection and says `trusted`, or the code of what is wrong with the certificate. */
function handshake(server: string, ca: string | undefined): Promise<string> {
  return new Promise((resolve) => {
    const call = request(server, { ca, agent: false }, (response) => {
      response.resume();
      resolve('trusted');
    });
    call.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    call.end();
  });
}
