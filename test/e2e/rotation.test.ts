import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { RunningPod } from '../../dev/kubelet/pods.ts';
import { type Kubelet, startKubelet } from '../../dev/kubelet.ts';
import { rolledForAnnotation } from '../../src/api/names.ts';
import { DEPLOYMENTS } from '../../src/kube/resources.ts';
import { createSeals } from '../../src/seals.ts';
import type { Manifest } from '../support/admin-api.ts';
import { Crash, createFuse, type Fuse } from '../support/bench/fuse.ts';
import { type Ground, openGround } from '../support/bench/ground.ts';
import { CALL_DEADLINE_MS, createProcess, startProcess } from '../support/bench/process.ts';
import { createWorld as createBenchWorld, statusOf } from '../support/bench/world.ts';
import { conditionOf, eventsAbout, type ShownEvent } from '../support/namespace-world.ts';
import type { Operator } from '../support/operator.ts';
import { until } from '../support/until.ts';
import { grant, grantRestart, type WorkloadShape, workload } from '../support/workloads.ts';
import { createWorld, credentials, idOf, logsIn, type World, web } from '../support/world.ts';

const RESTARTING = { rotation: { restart: 'Referencing' } } as const;
const ROTATE = 'oauthapp.dev/rotate-requested-at';

const WholeDeployment = z.object({
  metadata: z.object({ generation: z.int() }),
  spec: z.object({
    template: z.object({ metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }) }),
  }),
});

function inEnvironment(secretName: string): WorkloadShape {
  const secretKeyRef = { name: secretName, key: 'client_secret' };
  return { container: { env: [{ name: 'client_secret', valueFrom: { secretKeyRef } }] } };
}

function inFiles(volume: Readonly<Record<string, unknown>>): WorkloadShape {
  return {
    container: { volumeMounts: [{ name: 'oauth', mountPath: '/oauth' }] },
    pod: { volumes: [{ name: 'oauth', ...volume }] },
  };
}

/** The value of the client secret that a Pod was started with. */
function seenBy({ env, files }: RunningPod): string | undefined {
  return env['client_secret'] ?? files['/oauth/client_secret'];
}

async function valueIn(world: World, name: string): Promise<string> {
  return (await world.secret(`${name}-oauth`))?.data['client_secret'] ?? '';
}

function ask(world: World, name: string, token = 'now'): Promise<void> {
  return world.patch('OAuthApplication', name, { metadata: { annotations: { [ROTATE]: token } } });
}

/** Resolves when the token was served and the application is Ready. */
async function served(world: World, name: string, token = 'now'): Promise<void> {
  await until(
    `${name} is rotated`,
    () => world.application(name),
    (application) => application?.status?.served?.rotate === token,
  );
  await world.ready(name);
}

/** Resolves with the Events of this reason when there are this many. */
async function told(world: World, name: string, reason: string, count = 1): Promise<readonly ShownEvent[]> {
  const events = await until(
    `${reason} is told ${count} times`,
    () => eventsAbout(world, name),
    (all) => all.filter((event) => event.reason === reason).length >= count,
  );
  return events.filter((event) => event.reason === reason);
}

async function deployment(world: World, name: string) {
  const { stdout } = await world.kubectl('get', 'deployment', name, '-o', 'json');
  return WholeDeployment.parse(JSON.parse(stdout));
}

describe('with workloads that use the Secret', () => {
  let world: World;
  let kubelet: Kubelet;
  let operator: Operator;

  beforeAll(async () => {
    world = await createWorld();
    kubelet = await startKubelet(world.plane, { namespace: world.namespace });
    operator = await world.startOperator();
  });

  afterAll(async () => {
    await kubelet?.close();
    await world?.[Symbol.asyncDispose]();
  });

  function start(kind: 'Deployment' | 'StatefulSet' | 'DaemonSet', name: string, shape: WorkloadShape): Promise<void> {
    const manifest: Manifest = { apiVersion: 'apps/v1', kind, ...workload(world.namespace, name, shape) };
    return world.apply(manifest);
  }

  function podsOf(...apps: readonly string[]): readonly RunningPod[] {
    return kubelet.podsOf(world.namespace).filter(({ labels }) => apps.includes(labels['app'] ?? ''));
  }

  /** Resolves when each of these has its one Pod, and it sees this value. */
  function allSee(value: string, ...apps: readonly string[]): Promise<readonly RunningPod[]> {
    return until(
      `${apps.join(', ')} see the value of the Secret`,
      () => podsOf(...apps),
      (pods) => pods.length === apps.length && pods.every((pod) => seenBy(pod) === value),
    );
  }

  test('a rotation without the permission is done, says which one is missing, and rolls once it is granted', async () => {
    await world.apply(web('early', RESTARTING));
    await world.ready('early');
    await start('Deployment', 'early-user', inEnvironment('early-oauth'));
    const former = await valueIn(world, 'early');
    const [before] = await allSee(former, 'early-user');

    await ask(world, 'early');
    const ready = await world.reason('early', 'ApiForbidden');
    expect(ready.message).toMatch(/deployments|statefulsets|daemonsets/);
    expect(conditionOf(await world.application('early'), 'Stalled')?.reason).toBe('ApiForbidden');
    const value = await valueIn(world, 'early');
    expect(value).not.toBe(former);
    expect(await logsIn(world, 'early-oauth')).toBe(true);
    expect(podsOf('early-user').map(({ uid }) => uid)).toEqual([before?.uid]);

    await grantRestart(world.plane, world.namespace);
    const [after] = await allSee(value, 'early-user');
    expect(after?.uid).not.toBe(before?.uid);
    await served(world, 'early');
    expect((await deployment(world, 'early-user')).metadata.generation).toBe(2);
  });

  test('each of them has new Pods that see the new value, and no other has', async () => {
    const nodeSelector = { 'kubernetes.io/hostname': kubelet.nodeName };
    await grantRestart(world.plane, world.namespace);
    await world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'unrelated' },
      stringData: { client_secret: 'other' },
    });
    await world.apply(web('shop', RESTARTING));
    await world.ready('shop');
    const projected = inFiles({ projected: { sources: [{ secret: { name: 'shop-oauth' } }] } });
    await Promise.all([
      start('Deployment', 'front', inEnvironment('shop-oauth')),
      start('StatefulSet', 'back', {
        ...inFiles({ secret: { secretName: 'shop-oauth' } }),
        spec: { serviceName: 'none' },
      }),
      start('DaemonSet', 'agent', { ...projected, pod: { ...projected.pod, nodeSelector } }),
      start('Deployment', 'bystander', inEnvironment('unrelated')),
    ]);
    const users = ['front', 'back', 'agent'] as const;
    const former = await valueIn(world, 'shop');
    const before = await allSee(former, ...users);
    const [bystander] = await allSee('other', 'bystander');

    await ask(world, 'shop');
    await until(
      'another value is in the Secret',
      () => valueIn(world, 'shop'),
      (value) => value !== '' && value !== former,
    );
    expect(await logsIn(world, 'shop-oauth')).toBe(true);
    const after = await allSee(await valueIn(world, 'shop'), ...users);
    expect(new Set(after.map(({ uid }) => uid)).isDisjointFrom(new Set(before.map(({ uid }) => uid)))).toBe(true);
    await served(world, 'shop');
    expect(podsOf('bystander')).toEqual([bystander]);
    expect((await deployment(world, 'front')).metadata.generation).toBe(2);
    expect((await deployment(world, 'bystander')).metadata.generation).toBe(1);
  });

  test('the measured gap stands in the one Event of the rotation, and each workload has an Event of its own', async () => {
    const [rotated, ...others] = await told(world, 'shop', 'Rotated');
    expect(others).toEqual([]);
    expect(rotated).toMatchObject({ type: 'Normal', action: 'Rotate' });
    const [, gap] =
      /^Issued a new secret, as requested; .* no secret worked for up to (\d+) ms$/.exec(rotated?.note ?? '') ?? [];
    expect(Number(gap)).toBeGreaterThan(0);
    const rolled = await told(world, 'shop', 'Rolled', 3);
    expect(rolled.map(({ note }) => note).toSorted()).toEqual(
      ['DaemonSet agent', 'Deployment front', 'StatefulSet back'].map(
        (what) => `Gave ${what} new Pods, with the new secret`,
      ),
    );
  });

  test('one that a policy keeps from the operator holds up neither the others nor an edit, and is told of by name', async () => {
    await grantRestart(world.plane, world.namespace);
    await world.apply(web('kept', RESTARTING));
    await world.ready('kept');
    await Promise.all(['kept-back', 'kept-on'].map((name) => start('Deployment', name, inEnvironment('kept-oauth'))));
    const former = await valueIn(world, 'kept');
    await allSee(former, 'kept-back', 'kept-on');
    const policy = await refuseChanges('kept-back');
    onTestFinished(() => policy.remove());

    await ask(world, 'kept');
    const ready = await world.reason('kept', 'RollRefused');
    expect(ready.message).toContain('Deployment kept-back got no new Pods');
    expect(ready.message).toContain('cannot patch deployments.apps: 422');
    const shown = await world.application('kept');
    expect(conditionOf(shown, 'SecretSynced')?.status).toBe('True');
    const value = await valueIn(world, 'kept');
    expect(value).not.toBe(former);
    await allSee(value, 'kept-on');
    const redirectUris = ['https://kept.example.com/cb'];
    await world.patch('OAuthApplication', 'kept', { spec: { redirectUris } });
    await until(
      'the edit is at the provider',
      () => world.emulator.applications().find(({ id }) => id === idOf(shown)),
      (registration) => registration?.redirectUris.join() === redirectUris.join(),
    );
    expect(await told(world, 'kept', 'RollRefused')).toHaveLength(1);

    await policy.remove();
    await allSee(value, 'kept-back', 'kept-on');
    await world.ready('kept');
  });

  /** Nobody changes this Deployment any more. Resolves when that holds. */
  async function refuseChanges(deployment: string): Promise<{ remove(): Promise<void> }> {
    const policy = `refuses-${world.namespace}`;
    const matchConstraints = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': world.namespace } },
      resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments'] }],
    };
    const validations = [{ expression: `object.metadata.name != '${deployment}'`, message: 'not this one' }];
    const apiVersion = 'admissionregistration.k8s.io/v1';
    const metadata = { name: policy };
    const kind = 'ValidatingAdmissionPolicy';
    const binding = { policyName: policy, validationActions: ['Deny'] };
    for (const object of [
      { apiVersion, kind, metadata, spec: { failurePolicy: 'Fail', matchConstraints, validations } },
      { apiVersion, kind: `${kind}Binding`, metadata, spec: binding },
    ]) {
      const { code, stderr } = await world.plane.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(object) });
      if (code !== 0) throw new Error(stderr);
    }
    await until(
      'the policy holds',
      () => world.kubectl('label', 'deployment', deployment, 'probe=1', '--dry-run=server'),
      ({ stderr }) => stderr.includes('not this one'),
    );
    return {
      async remove() {
        for (const name of [`${kind}Binding`, kind]) await world.kubectl('delete', name, policy, '--ignore-not-found');
      },
    };
  }

  test('restart: None leaves them alone', async () => {
    await world.apply(web('quiet', { rotation: { restart: 'None' } }));
    await world.ready('quiet');
    await start('Deployment', 'quiet-user', inEnvironment('quiet-oauth'));
    const [before] = await allSee(await valueIn(world, 'quiet'), 'quiet-user');
    await ask(world, 'quiet');
    await served(world, 'quiet');
    expect(podsOf('quiet-user')).toEqual([before]);
    expect((await deployment(world, 'quiet-user')).metadata.generation).toBe(1);
  });

  test('an operator killed between the rotation and the roll leaves it to the next one, which rolls once', async () => {
    await world.apply(web('doomed', RESTARTING));
    await world.ready('doomed');
    await start('Deployment', 'doomed-user', inEnvironment('doomed-oauth'));
    await allSee(await valueIn(world, 'doomed'), 'doomed-user');
    await grant(world.plane, world.namespace, []);
    await ask(world, 'doomed');
    await world.reason('doomed', 'ApiForbidden');
    expect(await operator.kill()).toBe(137);

    await grantRestart(world.plane, world.namespace);
    operator = await world.startOperator();
    await allSee(await valueIn(world, 'doomed'), 'doomed-user');
    await served(world, 'doomed');
    expect((await deployment(world, 'doomed-user')).metadata.generation).toBe(2);
    expect(registeredSecrets(world, idOf(await world.ready('doomed')))).toBe(2);
  });
});

/** How many secrets a registration has had. */
function registeredSecrets({ emulator }: World, id: number): number | undefined {
  return emulator.applications().find((application) => application.id === id)?.secretsIssued;
}

describe('with the key of a developer, who may register and may not rotate', () => {
  let world: World;
  const DEVELOPER = 'lpa_pat_developer';
  /** How the journal calls it. */
  const LABEL = 'developer';

  beforeAll(async () => {
    world = await createWorld({ provider: 'applied' });
    world.emulator.addKey({ token: DEVELOPER, label: LABEL, role: 'developer' });
    await world.apply(credentials(DEVELOPER));
    await world.startOperator();
  });

  afterAll(() => world?.[Symbol.asyncDispose]());

  test('the refusal is told, the Secret goes on working, and it heals with another key', async () => {
    await world.apply(web('shop'));
    const id = idOf(await world.ready('shop'));
    const before = await world.secret('shop-oauth');
    await ask(world, 'shop');
    const ready = await world.reason('shop', 'Forbidden');
    expect(ready.message).toContain('Your role does not permit this');
    expect(await world.secret('shop-oauth')).toEqual(before);
    expect(await logsIn(world, 'shop-oauth')).toBe(true);
    await until(
      'no operation is left open',
      () => world.application('shop'),
      (shown) => shown?.status?.operation === undefined,
    );
    expect(registeredSecrets(world, id)).toBe(1);

    await world.apply(credentials());
    await served(world, 'shop');
    expect(registeredSecrets(world, id)).toBe(2);
    expect((await world.secret('shop-oauth'))?.data).not.toEqual(before?.data);
    expect(await logsIn(world, 'shop-oauth')).toBe(true);
  });

  test('another key is used at once, however long the next try was put off', async () => {
    const calls = world.emulator.journal.length;
    await world.apply(credentials(DEVELOPER));
    await until(
      'the key of the developer is used',
      () => world.emulator.journal.slice(calls).map(({ key }) => key),
      (keys) => keys.includes(LABEL),
    );
    await world.apply(web('patient'));
    await world.ready('patient');
    world.emulator.fault({
      operation: 'rotate',
      when: 'before',
      type: 'status',
      status: 403,
      headers: { 'retry-after': '3600' },
      body: '{"error":"forbidden","error_description":"Your role does not permit this"}',
    });
    await ask(world, 'patient');
    await world.reason('patient', 'Forbidden');

    await world.apply(credentials());
    await served(world, 'patient');
    expect(await logsIn(world, 'patient-oauth')).toBe(true);
  });
});

describe('a process that dies once the new value is in the Secret', () => {
  let ground: Ground;

  beforeAll(async () => {
    ground = await openGround();
  });

  /** Calls of a rotation with a roll, and how often the Deployment was rolled in the end. */
  async function rotateWith(fuse: Fuse) {
    const world = await createBenchWorld(ground);
    try {
      const { client, namespace, signal } = ground;
      const app = await world.create(RESTARTING);
      await (await startProcess(world)).settle(app);
      const manifest = workload(namespace, app.name, inEnvironment(app.secretName));
      await client.create(DEPLOYMENTS, manifest, {}, signal);
      await app.annotate({ [ROTATE]: 'now' });

      const doomed = createProcess(world, { fuse });
      await doomed.serve();
      fuse.arm();
      const death = await doomed.settle(app).catch((error: unknown) => error);
      world.clock.pause(CALL_DEADLINE_MS);
      await (await startProcess(world)).settle(app);

      const ref = { resource: DEPLOYMENTS, namespace, name: app.name };
      const { metadata, spec } = WholeDeployment.parse(await client.get(ref, signal));
      const { digest } = createSeals(world.installation);
      const status = await statusOf(app);
      return {
        isCrash: death instanceof Crash,
        generation: metadata.generation,
        mark: spec.template.metadata.annotations[rolledForAnnotation(app.secretName, digest)],
        fingerprint: status.secret?.fingerprint,
        rolling: status.rotation?.rolling,
        ready: conditionOf({ status }, 'Ready')?.reason,
      };
    } finally {
      await world.close();
    }
  }

  test('rolls once in all, wherever that is', async () => {
    const whole = createFuse(Number.POSITIVE_INFINITY, 'after');
    expect(await rotateWith(whole)).toMatchObject({ isCrash: false, generation: 2, ready: 'InSync' });
    const delivery = whole.calls.findIndex((call) => /^(replace|patch|create) secrets/.test(call));
    expect(delivery).toBeGreaterThan(0);
    expect(whole.calls.slice(delivery)).toContain('patch deployments');

    const deaths = whole.calls.entries().filter(([at, call]) => at >= delivery && !/^(get|list|GET)/.test(call));
    const left = await Promise.all(
      [...deaths].map(async ([at, call]) => ({ call, ...(await rotateWith(createFuse(at, 'after'))) })),
    );
    expect(left.length).toBeGreaterThan(3);
    for (const { call, mark, fingerprint, ...others } of left) {
      expect(others, `after ${call}`).toEqual({ isCrash: true, generation: 2, rolling: undefined, ready: 'InSync' });
      expect(mark, `after ${call}`).toBe(fingerprint);
    }
  });
});
