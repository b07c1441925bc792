import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Manifest } from './admin-api.ts';
import { type Cost, type Counts, costOf, type Spenders } from './costs.ts';
import { type CountedOperator, startCountedOperator } from './counted-operator.ts';
import type { NamespaceWorld } from './namespace-world.ts';
import { ask, served } from './requests.ts';
import { workload } from './workloads.ts';

type CountedWorld = NamespaceWorld<{ readonly journal: Spenders['journal'] }>;

type Make = (name: string, spec?: Readonly<Record<string, unknown>>) => Manifest;

/** A change to an application, and what it costs. */
export interface Change<World> extends Omit<Cost, 'reads'> {
  readonly what: string;
  /** Why nobody could do with fewer calls to the provider. */
  readonly why: string;
  /** What the application says before; `undefined`: there is none. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** A web application where nothing is said. */
  readonly make?: Make;
  /** What else there is before. */
  readonly before?: (world: World, name: string) => Promise<void>;
  /** Nothing else is listed. */
  readonly lists?: Counts;
  /** Resolves when the change is done as users see it. */
  readonly change: (world: World, name: string) => Promise<void>;
}

/** What differs from provider to provider. */
interface Setting<World> {
  /** Makes a world in which the operator may do all that the changes need. */
  readonly open: () => Promise<World>;
  /** A good web application. */
  readonly make: Make;
  /** Calls to the provider at a start among settled applications. */
  readonly start: Counts;
  /** The Secret with the operator's own credentials. */
  readonly credentials: string;
  /** Live, of the application's Secrets: before one is written, and in later passes until the cache has seen the write. */
  readonly mostSecretReads: number;
}

/** Tests that a start and each of these changes cost what they must. */
export function countedChanges<World extends CountedWorld>(
  { open, make: web, start, credentials, mostSecretReads }: Setting<World>,
  changes: readonly Change<World>[],
): void {
  let world: World;
  let counted: CountedOperator;

  beforeAll(async () => {
    world = await open();
    counted = await startCountedOperator(world);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await counted[Symbol.asyncDispose]();
  });

  test('a start among settled applications lists the registrations once, writes nothing and reads none of their Secrets', async () => {
    await world.apply(web('settled'));
    await world.ready('settled');
    await counted.operator().stop();
    const { calls, writes, reads } = await costOf(counted, () => counted.startAgain(), 'stopped');
    expect(calls).toEqual(start);
    expect(writes).toEqual({});
    expect(Object.keys(reads)).toContain(`GET secrets/${credentials}`);
    expect(Object.keys(reads)).not.toContain('GET secrets/settled-oauth');
  });

  test.each(changes.map((each, index) => ({ ...each, name: `counted-${index}` })))(
    '$what makes no call too many: $why',
    async ({ name, make = web, spec, before, change, calls, writes, lists = {} }) => {
      if (spec !== undefined) {
        await world.apply(make(name, spec));
        await world.ready(name);
      }
      await before?.(world, name);
      const cost = await costOf(counted, () => change(world, name));
      expect({ calls: cost.calls, writes: cost.writes }).toEqual({ calls, writes });
      const read = Object.entries(cost.reads);
      expect(Object.fromEntries(read.filter(([what]) => what.startsWith('LIST')))).toEqual(lists);
      const secrets = read.filter(([what]) => what.startsWith(`GET secrets/${name}`)).map(([, count]) => count);
      expect(secrets.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(mostSecretReads);
    },
  );
}

export async function rotate(world: CountedWorld, name: string): Promise<void> {
  await ask(world, name, 'rotate');
  await served(world, name, 'rotate');
}

export async function respecified(
  world: CountedWorld,
  name: string,
  spec: Readonly<Record<string, unknown>>,
): Promise<void> {
  await world.patch('OAuthApplication', name, { spec });
  await world.ready(name);
}

export async function remove(world: CountedWorld, name: string): Promise<void> {
  await world.remove('OAuthApplication', name);
  await world.gone(name);
}

/** Writes over what the status says of rotations, as though more time had passed than a test can wait. */
export async function writeRotation(
  { kubectl }: CountedWorld,
  name: string,
  rotation: Readonly<Record<string, unknown>>,
): Promise<void> {
  const patch = JSON.stringify({ status: { rotation } });
  const words = ['patch', 'oaa', name, '--subresource=status', '--type=merge', `--patch=${patch}`];
  expect(await kubectl(...words)).toMatchObject({ code: 0 });
}

/** Starts a Deployment that has the application's Secret in its environment. */
export function deployUser(world: CountedWorld, name: string): Promise<void> {
  const envFrom = [{ secretRef: { name: `${name}-oauth` } }];
  const shape = workload(world.namespace, name, { container: { envFrom } });
  return world.apply({ apiVersion: 'apps/v1', kind: 'Deployment', ...shape });
}
