import { type LogtoWorld, site } from './logto-world.ts';
import { eventsAbout } from './namespace-world.ts';
import { ask, served } from './requests.ts';
import { until } from './until.ts';
import { workload } from './workloads.ts';

/** What one application can ask of the operator, so that it makes use of all that it may do. */
const SPEC = { rotation: { overlap: '0s', restart: 'Referencing' } };

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/**
 * Has the operator register, rotate, roll workloads, retire, move and delete in this namespace, and let the provider go:
 * all that it may do for applications there and their provider `logto`.
 */
export async function useEveryRight(world: LogtoWorld): Promise<void> {
  await world.apply(site('shop', SPEC));
  await world.ready('shop');
  for (const kind of KINDS) await world.apply({ apiVersion: 'apps/v1', kind, ...withoutPods(world, kind) });
  await sameEventTwice(world);
  await rotatedWhileItChanges(world);
  await until(
    'the superseded secret is gone, as no Pod runs with it',
    () => eventsAbout(world, 'shop'),
    (all) => all.some(({ reason }) => reason === 'SecretRetired'),
  );
  await world.apply(site('shop', { ...SPEC, secret: { name: 'elsewhere' } }));
  await until(
    'the former Secret is gone',
    () => world.secret('shop-oauth'),
    (secret) => secret === undefined,
  );
  await world.remove('OAuthApplication', 'shop');
  await world.gone('shop');
  await world.remove('OAuthProvider', 'logto');
  await until(
    'the provider is gone',
    () => world.provider(),
    (provider) => provider === undefined,
  );
}

/** What the operator learned must not be lost over it: it reads the object anew. */
async function rotatedWhileItChanges(world: LogtoWorld): Promise<void> {
  const hold = world.emulator.fault({ operation: 'create-secret', when: 'after', type: 'hold' });
  await ask(world, 'shop', 'rotate');
  await hold.hit;
  await world.patch('OAuthApplication', 'shop', { spec: { description: 'Changed meanwhile' } });
  hold.release();
  await served(world, 'shop', 'rotate');
}

/** Rolled all the same, and no node has to be there. */
function withoutPods({ namespace }: LogtoWorld, kind: (typeof KINDS)[number]) {
  const secretRef = { name: 'shop-oauth' };
  return workload(namespace, `user-${kind.toLowerCase()}`, {
    container: { envFrom: [{ secretRef }] },
    pod: { nodeSelector: { 'kubernetes.io/hostname': 'nowhere' } },
    spec: kind === 'DaemonSet' ? {} : { replicas: 0 },
  });
}

/** The second becomes a series of the first. */
async function sameEventTwice(world: LogtoWorld): Promise<void> {
  for (const displayName of ['One', 'Two']) {
    await world.patch('OAuthApplication', 'shop', { spec: { displayName } });
    await world.ready('shop');
  }
}
