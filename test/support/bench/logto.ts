import { onTestFinished } from 'vitest';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../../dev/emulators/logto/console.ts';
import type { EmulatedApplication } from '../../../dev/emulators/logto/registry.ts';
import type { Switches } from '../../../dev/emulators/logto/switches.ts';
import { type LogtoEmulator, startLogtoEmulator } from '../../../dev/emulators/logto.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import type { Ground } from './ground.ts';
import { type WorldOf, worldClock, worldOf } from './world.ts';

/** A world whose identity provider is Logto. */
export type LogtoWorld = WorldOf<LogtoEmulator, EmulatedApplication>;

/** What a test says of its world. */
export interface LogtoOptions {
  readonly switches?: Partial<Switches> | undefined;
  /** What the provider object says beside the way there. */
  readonly spec?: Readonly<Record<string, unknown>> | undefined;
}

/** A world for one test, which closes it. */
export async function openLogtoWorld(ground: Ground, options: LogtoOptions = {}): Promise<LogtoWorld> {
  const world = await createLogtoWorld(ground, options);
  onTestFinished(() => world.close());
  return world;
}

/** A world of its own on a ground that others share. */
export async function createLogtoWorld(ground: Ground, { switches, spec }: LogtoOptions = {}): Promise<LogtoWorld> {
  const clock = worldClock();
  const emulator = await startLogtoEmulator({ clock, switches: { limits: 'off', ...switches } });
  return worldOf(ground, {
    emulator,
    clock,
    vendor: 'logto',
    credentials: { clientId: OPERATOR_ID, clientSecret: OPERATOR_SECRET },
    block: (name) => ({ logto: { endpoint: emulator.url, credentialsSecretRef: { name } } }),
    spec: { access: [{ allow: ['ManagementApiAccess', 'Roles', 'ThirdParty'] }], ...spec },
    live: () => emulator.applications().filter(({ id }) => id !== OPERATOR_ID),
  });
}

/** Lets applications of any namespace adopt these registrations. */
export async function letAdopt({ changeProvider }: LogtoWorld, ids: readonly string[]): Promise<void> {
  await changeProvider({ spec: { access: [{ adoptable: ids }] } });
}

/** Names of the secrets that the registration has, in the order in which they were made. */
export function secretNames({ emulator }: LogtoWorld, id: string): readonly string[] {
  const { secrets = [] } = emulator.applications().find((application) => application.id === id) ?? {};
  return secrets.map(({ name }) => name);
}

/**
 * Has the deep look at every object come a whole interval from now, for a test that lets days pass: else each would have
 * it at a time of its own within them.
 */
export function looksLater({ clock }: LogtoWorld, everyMs: number): (real: Ports) => Ports {
  const fraction = Math.floor(((clock.now() % everyMs) / everyMs) * 16 ** 8);
  const digest = fraction.toString(16).padStart(8, '0').repeat(4);
  return (real) => ({
    ...real,
    seals: { ...real.seals, digest: (text) => (UID.test(text) ? digest : real.seals.digest(text)) },
  });
}

const UID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
