import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NewApplication } from '../../dev/emulators/logto/registry.ts';
import {
  CALLBACK,
  callsOn,
  createLogtoWorld,
  credentialsOf,
  type LogtoWorld,
  login,
  logto,
  machine,
  registrationOf,
  SECRET_CALLS,
  secretNames,
  site,
} from '../support/logto-world.ts';
import { conditionOf, eventsAbout } from '../support/namespace-world.ts';
import { ask, served } from '../support/requests.ts';
import { until } from '../support/until.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The first secret that this installation issues for a registration that had one. */
const OURS = /^k8s-[0-9a-f]+-2$/;

/** The secret of an application that was there before Logto 1.19, in the one column for it: it has no name. */
const LEGACY = 'SecretOfAnApplicationFromBefore1';

const OLD: readonly NewApplication[] = [
  {
    name: 'old-shop',
    type: 'Traditional',
    secret: LEGACY,
    secrets: [],
    oidcClientMetadata: { redirectUris: [CALLBACK], postLogoutRedirectUris: [] },
  },
  { name: 'old-worker', type: 'MachineToMachine', secret: LEGACY, secrets: [] },
];

let world: LogtoWorld;
/** What may be adopted, by its name. */
const there: Record<string, string> = {};

beforeAll(async () => {
  world = await createLogtoWorld();
  for (const said of [...OLD, { name: 'spring', type: 'MachineToMachine' } as const]) {
    there[said.name] = world.emulator.createByHand(said).id;
  }
  await world.apply(logto(world.emulator, { access: [{ adoptable: Object.values(there) }] }));
  await world.startOperator();
});

afterAll(() => world?.[Symbol.asyncDispose]());

function adoption(name: string) {
  return { deletionPolicy: 'Retain', adopt: { applicationId: there[name] } };
}

/** Somebody has the secret in use end then, and asks for a look. Returns its value. */
async function setEnd(name: string, id: string, atMs: number): Promise<string> {
  world.emulator.removeSecret(id, 'Default secret');
  const { value } = world.emulator.addSecret(id, 'Default secret', atMs);
  await ask(world, name, 'reconcile');
  return value;
}

/** Notes of the Events about an application that have this reason, once there is one. */
async function told(name: string, reason: string): Promise<readonly string[]> {
  const events = await until(
    `${reason} is told of ${name}`,
    () => eventsAbout(world, name),
    (all) => all.some((event) => event.reason === reason),
  );
  return events.filter((event) => event.reason === reason).map(({ note }) => note);
}

describe.concurrent('a secret from before Logto 1.19', () => {
  test.for([
    { name: 'old-shop', manifest: site },
    { name: 'old-worker', manifest: machine },
  ])('of $name is kept, works beside the first one issued, and is removed after it', async (each, { expect }) => {
    const { name, manifest } = each;
    await world.apply(manifest(name, adoption(name)));
    const { id } = registrationOf(world, await world.ready(name));
    expect(await credentialsOf(world, name)).toEqual({ id, secret: LEGACY });
    expect(await login(world, id, LEGACY)).toBe('in');
    await world.remove('Secret', `${name}-oauth`);
    await until(
      'what was deleted is written again',
      () => credentialsOf(world, name),
      ({ secret }) => secret === LEGACY,
    );
    await world.ready(name);
    expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);

    await ask(world, name, 'rotate');
    await served(world, name, 'rotate');
    await until(
      'what the retirement waits for is told',
      () => world.application(name),
      (shown) => shown?.status?.rotation?.retiring?.[0]?.waitingFor !== undefined,
    );
    const rotated = await world.ready(name);
    const { secret: current } = await credentialsOf(world, name);
    expect(secretNames(world, rotated)).toEqual([expect.stringMatching(OURS)]);
    expect(await login(world, id, LEGACY)).toBe('in');
    expect(await login(world, id, current)).toBe('in');
    expect(conditionOf(rotated, 'Ready')?.message).toContain(
      'superseded secret (legacy secret) goes on working and waits for the overlap',
    );

    await ask(world, name, 'retire');
    await served(world, name, 'retire');
    const retired = await world.ready(name);
    expect(await login(world, id, LEGACY)).toBe('refused');
    expect(await login(world, id, current)).toBe('in');
    expect(secretNames(world, retired)).toEqual([expect.stringMatching(OURS)]);
    expect(retired.status?.rotation).not.toHaveProperty('retiring');
    expect(await told(name, 'SecretRetired')).toEqual(['Deleted superseded secret (legacy secret): as requested']);
    expect(callsOn(world, id, 'delete-legacy-secret')).toBe(1);
  });
});

describe.concurrent('a secret to which somebody gave an end', () => {
  test('in the console, in the place of the one in use, has a successor before its end', async ({ expect }) => {
    await world.apply(site('ending'));
    const { id } = registrationOf(world, await world.ready('ending'));
    const ending = await setEnd('ending', id, Date.now() + 30 * MINUTE_MS);
    await until(
      'it has a successor',
      () => world.application('ending'),
      (shown) => shown?.status?.secret?.serial === 2 && shown.status.operation === undefined,
    );
    const ready = await world.ready('ending');
    const { secret: current } = await credentialsOf(world, 'ending');
    expect(secretNames(world, ready)).toEqual(['Default secret', expect.stringMatching(OURS)]);
    expect(ready.status?.secret).not.toHaveProperty('expiresAt');
    expect(await login(world, id, ending)).toBe('in');
    expect(await login(world, id, current)).toBe('in');
    expect(await told('ending', 'SecretRestored')).toHaveLength(1);
    expect(await told('ending', 'Rotated')).toEqual(['Issued a new secret, ahead of the end of the former one']);

    world.emulator.expireSecret(id, 'Default secret');
    await ask(world, 'ending', 'reconcile', 'after its end');
    await served(world, 'ending', 'reconcile', 'after its end');
    await world.ready('ending');
    expect(await login(world, id, ending)).toBe('refused');
    expect(await login(world, id, current)).toBe('in');
    expect((await credentialsOf(world, 'ending')).secret).toBe(current);
    expect(callsOn(world, id, 'create-secret')).toBe(1);
  });

  test('before it was adopted, says when its successor comes, an overlap before its end', async ({ expect }) => {
    const id = there['spring'] ?? '';
    const end = Math.ceil((Date.now() + 10 * DAY_MS) / MINUTE_MS) * MINUTE_MS;
    world.emulator.removeSecret(id, 'Default secret');
    const { value } = world.emulator.addSecret(id, 'Until spring', end);
    await world.apply(machine('spring', { ...adoption('spring'), rotation: { overlap: '72h' } }));
    const noted = await until(
      'its end is noted',
      () => world.application('spring'),
      (shown) => shown?.status?.rotation?.nextRotationAt !== undefined,
    );
    expect(Date.parse(noted?.status?.secret?.expiresAt ?? '')).toBe(end);
    expect(Date.parse(noted?.status?.rotation?.nextRotationAt ?? '')).toBe(end - 72 * HOUR_MS);
    expect(await login(world, id, (await credentialsOf(world, 'spring')).secret)).toBe('in');
    expect((await credentialsOf(world, 'spring')).secret).toBe(value);
    expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);
  });

  test.for([
    ['beside', 30],
    ['between', 20],
    ['before', 10],
  ] as const)('has a successor in time $0 others that end as well', async ([name, minutes], { expect }) => {
    await world.apply(site(name));
    const { id } = registrationOf(world, await world.ready(name));
    const ending = await setEnd(name, id, Date.now() + minutes * MINUTE_MS);
    await until(
      'it has a successor',
      () => world.application(name),
      (shown) => shown?.status?.secret?.serial === 2 && shown.status.operation === undefined,
    );
    await world.ready(name);
    expect(await login(world, id, ending)).toBe('in');
    expect(await login(world, id, (await credentialsOf(world, name)).secret)).toBe('in');
    expect(await told(name, 'Rotated')).toEqual(['Issued a new secret, ahead of the end of the former one']);
  });

  test('that had passed when it was looked at has a successor, and the Event says why', async ({ expect }) => {
    await world.apply(site('ended'));
    const { id } = registrationOf(world, await world.ready('ended'));
    world.emulator.expireSecret(id, 'Default secret');
    await ask(world, 'ended', 'reconcile');
    await served(world, 'ended', 'reconcile');
    expect(await told('ended', 'Rotated')).toEqual([
      'Issued a new secret, as the provider no longer takes the former one, which was deleted there or ended',
    ]);
    await world.ready('ended');
    expect(await login(world, id, (await credentialsOf(world, 'ended')).secret)).toBe('in');
  });
});

describe('a secret that ends while the limit lets no successor through', () => {
  test('is told to be late, then not to work, though nobody asks, until somebody asks for another', async () => {
    const limits = { automaticRotationsPerHour: 0 };
    await world.apply(logto(world.emulator, { access: [{ adoptable: Object.values(there) }], limits }));
    await world.providerReason('Reached');
    await world.apply(site('held'));
    const { id } = registrationOf(world, await world.ready('held'));
    const end = Date.now() + 30_000;
    const ending = await setEnd('held', id, end);
    const late = await until(
      'it is told to be late',
      () => world.application('held'),
      (shown) => conditionOf(shown, 'RotationOverdue')?.status === 'True',
    );
    expect(conditionOf(late, 'Ready')?.status).toBe('True');
    expect(late?.status?.secret?.expiresAt).toBe(new Date(end).toISOString());
    expect((await credentialsOf(world, 'held')).secret).toBe(ending);

    const { message } = await world.reason('held', 'RotationOverdue');
    expect(message).toContain('limits.automaticRotationsPerHour');
    expect(conditionOf(await world.application('held'), 'RotationOverdue')?.status).toBe('True');
    expect(Date.now()).toBeGreaterThanOrEqual(end);
    expect(await login(world, id, ending)).toBe('refused');
    expect(callsOn(world, id, 'create-secret')).toBe(0);

    await ask(world, 'held', 'rotate');
    await served(world, 'held', 'rotate');
    const healed = await world.ready('held');
    expect(conditionOf(healed, 'RotationOverdue')).toBeUndefined();
    expect(await login(world, id, (await credentialsOf(world, 'held')).secret)).toBe('in');
  });
});
