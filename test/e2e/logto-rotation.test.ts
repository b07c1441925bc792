import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningPod } from '../../dev/kubelet/pods.ts';
import { type Kubelet, startKubelet } from '../../dev/kubelet.ts';
import type { OAuthApplication } from '../../src/api/application.ts';
import type { Manifest } from '../support/admin-api.ts';
import {
  callsOn,
  createLogtoWorld,
  credentialsOf,
  type LogtoWorld,
  login,
  machine,
  registrationOf,
  secretNames,
  site,
} from '../support/logto-world.ts';
import { conditionOf, eventsAbout } from '../support/namespace-world.ts';
import { ask, served } from '../support/requests.ts';
import { until } from '../support/until.ts';
import { grant, type WorkloadShape, workload } from '../support/workloads.ts';

/** Reads of an object before it is asked to be looked at once more. */
const LOOKS_APART = 20;

/** What a superseded secret waits for where the operator sees the Pods, and where it does not. */
const SEEING = 'Pods that still run with a superseded secret';
const BLIND = 'spec.rotation.retireAfter, since the operator may not see which Pods still run with a superseded secret';

const MINUTE_MS = 60_000;

const OURS = /^k8s-[0-9a-f]+-2$/;

let world: LogtoWorld;
let kubelet: Kubelet;

beforeAll(async () => {
  world = await createLogtoWorld();
  kubelet = await startKubelet(world.plane, { namespace: world.namespace });
  await world.startOperator();
});

afterAll(async () => {
  await kubelet?.close();
  await world?.[Symbol.asyncDispose]();
});

/** Resolves when the request was served and the application is Ready. */
async function done(name: string, request: 'rotate' | 'retire', token?: string): Promise<OAuthApplication> {
  await served(world, name, request, token);
  return world.ready(name);
}

function start(name: string, shape: WorkloadShape): Promise<void> {
  const manifest: Manifest = { apiVersion: 'apps/v1', kind: 'Deployment', ...workload(world.namespace, name, shape) };
  return world.apply(manifest);
}

/** A container that has the credentials of this application in its environment. */
function using(name: string): WorkloadShape {
  const from = (key: string) => ({ name: key, valueFrom: { secretKeyRef: { name: `${name}-oauth`, key } } });
  return { container: { env: [from('client_id'), from('client_secret')] } };
}

function podsOf(app: string): readonly RunningPod[] {
  return kubelet.podsOf(world.namespace).filter(({ labels }) => labels['app'] === app);
}

/** What a Pod does all the time, with what it was started with. */
function logIn({ env }: RunningPod): Promise<'in' | 'refused'> {
  return login(world, env['client_id'], env['client_secret']);
}

function waitsFor(what: string): (shown: OAuthApplication | undefined) => boolean {
  return (shown) => shown?.status?.rotation?.retiring?.[0]?.waitingFor === what;
}

function isRetired(shown: OAuthApplication | undefined): boolean {
  return shown?.status?.rotation?.retiring === undefined;
}

/** The Pod of this Deployment, as soon as it runs. */
async function runningPod(app: string): Promise<RunningPod> {
  const [pod] = await until(
    'the Pod runs',
    () => podsOf(app),
    (pods) => pods.length === 1,
  );
  if (pod === undefined) throw new Error(`${app} has no Pod`);
  return pod;
}

/** Asks for one look after the other, since a permission takes effect at a time of its own. */
async function looking(name: string, what: string, holds: (shown: OAuthApplication | undefined) => boolean) {
  let asked = 0;
  let sinceServed = 0;
  await until(
    what,
    async () => {
      const shown = await world.application(name);
      const token = `look-${asked}`;
      if (asked > 0 && shown?.status?.served?.reconcile !== token) return shown;
      // The pass that served it has still to say what it saw, and must not find another annotation meanwhile.
      sinceServed = asked === 0 ? LOOKS_APART : sinceServed + 1;
      if (sinceServed < LOOKS_APART) return shown;
      sinceServed = 0;
      asked += 1;
      await ask(world, name, 'reconcile', `look-${asked}`);
      return shown;
    },
    holds,
  );
}

test('after a rotation the old secret still works and the new one works, until the old one is retired on request', async () => {
  await world.apply(site('shop', { secret: { keys: { previousClientSecret: 'previous' } } }));
  const shop = await world.ready('shop');
  const former = await credentialsOf(world, 'shop');
  expect(secretNames(world, shop)).toEqual(['Default secret']);
  expect((await world.secret('shop-oauth'))?.data).not.toHaveProperty('previous');

  await ask(world, 'shop', 'rotate');
  await done('shop', 'rotate');
  await until(
    'what the retirement waits for is told',
    () => world.application('shop'),
    (shown) => shown?.status?.rotation?.retiring?.[0]?.waitingFor !== undefined,
  );
  const rotated = await world.ready('shop');
  const current = await credentialsOf(world, 'shop');
  expect(current.secret).not.toBe(former.secret);
  expect(current.id).toBe(former.id);
  expect(await login(world, former.id, former.secret)).toBe('in');
  expect(await login(world, current.id, current.secret)).toBe('in');
  expect(secretNames(world, rotated)).toEqual(['Default secret', expect.stringMatching(OURS)]);
  expect((await world.secret('shop-oauth'))?.data['previous']).toBe(former.secret);
  expect((await world.secret('shop-oauth'))?.metadata.annotations['oauthapp.dev/serial']).toBe('2');

  const [retiring, ...others] = rotated.status?.rotation?.retiring ?? [];
  expect(others).toEqual([]);
  expect(retiring).toMatchObject({ name: 'Default secret', waitingFor: 'the overlap' });
  const overlapMs = Date.parse(retiring?.notBefore ?? '') - Date.parse(retiring?.supersededAt ?? '');
  expect(overlapMs).toBe(86_400_000);
  expect(conditionOf(rotated, 'Ready')).toMatchObject({
    status: 'True',
    message:
      'Registration, Secret and spec agree; superseded secret Default secret goes on working and waits for the overlap',
  });

  await ask(world, 'shop', 'retire');
  const retired = await done('shop', 'retire');
  expect(await login(world, former.id, former.secret)).toBe('refused');
  expect(await login(world, current.id, current.secret)).toBe('in');
  expect(secretNames(world, retired)).toEqual([expect.stringMatching(OURS)]);
  expect(retired.status?.rotation).not.toHaveProperty('retiring');
  await until(
    'the previous value is out of the Secret',
    () => world.secret('shop-oauth'),
    (secret) => secret !== undefined && !('previous' in secret.data),
  );
  expect(await credentialsOf(world, 'shop')).toEqual(current);
  await until(
    'nothing is said of it any more',
    () => world.application('shop'),
    (shown) => conditionOf(shown, 'Ready')?.message === 'Registration, Secret and spec agree',
  );
});

test('each of it is told in one Event', async () => {
  const told = await until(
    'the retirement is told',
    () => eventsAbout(world, 'shop'),
    (all) => all.some(({ reason }) => reason === 'SecretRetired'),
  );
  const notes = (reason: string) => told.filter((event) => event.reason === reason).map(({ note }) => note);
  expect(notes('Rotated')).toEqual(['Issued a new secret, as requested']);
  expect(notes('SecretRetired')).toEqual(['Deleted superseded secret Default secret: as requested']);
});

test('tokens that were served are served once, and there is nothing to retire twice', async () => {
  const { id } = registrationOf(world, await world.ready('shop'));
  const before = await world.secret('shop-oauth');
  await ask(world, 'shop', 'retire', 'again');
  await done('shop', 'retire', 'again');
  await world.apply(site('shop', { description: 'Touched', secret: { keys: { previousClientSecret: 'previous' } } }));
  await world.ready('shop');
  expect(callsOn(world, id, 'create-secret')).toBe(1);
  expect(callsOn(world, id, 'delete-secret')).toBe(1);
  expect((await world.secret('shop-oauth'))?.data).toEqual(before?.data);
});

test('a rotation whose answer is lost is finished with the very secret that it issued', async () => {
  await world.apply(site('lost'));
  const { id } = registrationOf(world, await world.ready('lost'));
  const former = await credentialsOf(world, 'lost');
  const hold = world.emulator.fault({ operation: 'create-secret', when: 'after', type: 'hold' });
  await ask(world, 'lost', 'rotate');
  await hold.hit;
  expect((await world.application('lost'))?.status?.operation).toMatchObject({
    type: 'rotate',
    cause: 'requested',
    serial: 2,
    supersedes: ['Default secret'],
  });
  const lost = await done('lost', 'rotate');
  hold.remove();
  expect(secretNames(world, lost)).toEqual(['Default secret', expect.stringMatching(OURS)]);
  expect(registrationOf(world, lost).secrets.at(-1)?.value).toBe((await credentialsOf(world, 'lost')).secret);
  expect(lost.status).not.toHaveProperty('operation');
  expect(lost.status?.rotation?.retiring?.map(({ name }) => name)).toEqual(['Default secret']);
  expect(await login(world, id, former.secret)).toBe('in');
  expect(await login(world, id, (await credentialsOf(world, 'lost')).secret)).toBe('in');
});

describe.concurrent('with workloads that use the Secret', () => {
  beforeAll(() => grant(world.plane, world.namespace, ['restart']));

  test('no Pod ever fails to log in with what it was started with, through a rotation and its rolls', async ({
    expect,
  }) => {
    await world.apply(machine('worker', { rotation: { restart: 'Referencing' } }));
    await world.ready('worker');
    await start('worker-user', using('worker'));
    const former = await credentialsOf(world, 'worker');
    const before = await runningPod('worker-user');
    expect(before.env['client_secret']).toBe(former.secret);

    const logins = [await logIn(before)];
    await ask(world, 'worker', 'rotate');
    const [after] = await until(
      'there is a Pod with the new value',
      async () => {
        const pods = podsOf('worker-user');
        logins.push(...(await Promise.all(pods.map(logIn))));
        return pods;
      },
      (pods) => pods.length === 1 && pods[0]?.env['client_secret'] !== former.secret,
    );
    await done('worker', 'rotate');
    expect(after?.uid).not.toBe(before.uid);
    expect(logins.length).toBeGreaterThan(1);
    expect(new Set(logins)).toEqual(new Set(['in']));
    expect(await login(world, former.id, former.secret)).toBe('in');
    await until(
      'the roll is written down',
      () => world.application('worker'),
      (shown) => shown?.status?.rotation?.retiring?.[0]?.rolledAt !== undefined,
    );
    const events = await until(
      'the roll is told',
      () => eventsAbout(world, 'worker'),
      (all) => all.some(({ reason }) => reason === 'Rolled'),
    );
    expect(events.filter(({ reason }) => reason === 'Rolled').map(({ note }) => note)).toEqual([
      'Gave Deployment worker-user new Pods, with the new secret',
    ]);
  });

  test('a secret is kept from those who may run with it, and goes when nobody does', async ({ expect }) => {
    await world.apply(site('slow', { rotation: { overlap: '0s' } }));
    await world.ready('slow');
    await start('slow-user', using('slow'));
    const former = await credentialsOf(world, 'slow');
    const pod = await runningPod('slow-user');
    await ask(world, 'slow', 'rotate');
    await done('slow', 'rotate');

    const blind = await until('the operator cannot see the Pods', () => world.application('slow'), waitsFor(BLIND));
    expect(conditionOf(blind, 'Ready')?.message).toContain(
      'superseded secret Default secret goes on working and waits for spec.rotation.retireAfter',
    );
    expect(conditionOf(blind, 'Ready')?.status).toBe('True');

    await grant(world.plane, world.namespace, ['restart', 'retire']);
    await looking('slow', 'it sees the Pods', waitsFor(SEEING));
    expect(await logIn(pod)).toBe('in');

    expect((await world.kubectl('delete', 'deployment', 'slow-user')).code).toBe(0);
    await until(
      'no Pod runs',
      () => podsOf('slow-user'),
      (pods) => pods.length === 0,
    );
    await looking('slow', 'it is retired', isRetired);
    const slow = await world.ready('slow');
    expect(await login(world, former.id, former.secret)).toBe('refused');
    expect(secretNames(world, slow)).toEqual([expect.stringMatching(OURS)]);
    const events = await until(
      'the retirement is told',
      () => eventsAbout(world, 'slow'),
      (all) => all.some(({ reason }) => reason === 'SecretRetired'),
    );
    expect(events.find(({ reason }) => reason === 'SecretRetired')?.note).toBe(
      'Deleted superseded secret Default secret: no Pod runs with it any more',
    );
  });
});

describe('a Pod that goes on running with a superseded secret', () => {
  test.each([
    { name: 'seen', may: ['restart', 'retire'], waits: SEEING },
    { name: 'unseen', may: ['restart'], waits: BLIND },
  ] as const)(
    'is $name until retireAfter has passed, and then has the secret taken away with a warning',
    async (each) => {
      const { name, may, waits } = each;
      await grant(world.plane, world.namespace, may);
      await world.apply(machine(name, { rotation: { overlap: '0s', retireAfter: '1h' } }));
      await world.ready(name);
      await start(`${name}-user`, using(name));
      const pod = await runningPod(`${name}-user`);
      await ask(world, name, 'rotate');
      await done(name, 'rotate');

      await putBack(name, pod, 55);
      await looking(name, 'it waits', waitsFor(waits));
      expect(await logIn(pod)).toBe('in');

      await putBack(name, pod, 10);
      await looking(name, 'it is retired', isRetired);
      expect(await logIn(pod)).toBe('refused');
      expect(secretNames(world, await world.ready(name))).toEqual([expect.stringMatching(OURS)]);
      const events = await until(
        'the retirement is told',
        () => eventsAbout(world, name),
        (all) => all.some(({ reason }) => reason === 'SecretRetired'),
      );
      expect(events.filter(({ reason }) => reason === 'SecretRetired')).toMatchObject([
        {
          type: 'Warning',
          note: 'Deleted superseded secret Default secret: spec.rotation.retireAfter has passed; a Pod may run with it still',
        },
      ]);
      await kubelet.restart(world.namespace, pod.name);
      expect(await logIn(await runningPod(`${name}-user`))).toBe('in');
    },
  );

  /**
   * Has a rotation, and the start of the Pod with it, be so many minutes longer ago. retireAfter is an hour at the least,
   * and by the API server's clock; what the operator counts from is in the cluster, so that this is moved, and no clock.
   */
  async function putBack(name: string, { name: pod }: RunningPod, minutes: number): Promise<void> {
    const earlier = (at: string): string => new Date(Date.parse(at) - minutes * MINUTE_MS).toISOString();
    const { stdout: startedAt } = await until(
      'it is known when the Pod started',
      () => world.kubectl('get', 'pod', pod, '-o=jsonpath={.status.startTime}'),
      ({ stdout }) => stdout !== '',
    );
    const startTime = earlier(startedAt).replace('.000Z', 'Z');
    await patchStatus('pod', pod, 'json', [
      { op: 'replace', path: '/status/startTime', value: startTime },
      { op: 'replace', path: '/status/containerStatuses/0/state/running/startedAt', value: startTime },
    ]);
    const retiring = (await world.application(name))?.status?.rotation?.retiring?.map((entry) => ({
      ...entry,
      supersededAt: earlier(entry.supersededAt),
      notBefore: earlier(entry.notBefore),
    }));
    await patchStatus('oaa', name, 'merge', { status: { rotation: { retiring } } });
  }

  async function patchStatus(kind: 'pod' | 'oaa', name: string, type: 'json' | 'merge', change: object): Promise<void> {
    const patch = `--patch=${JSON.stringify(change)}`;
    const { code, stderr } = await world.kubectl('patch', kind, name, '--subresource=status', `--type=${type}`, patch);
    expect(code, stderr).toBe(0);
  }
});
