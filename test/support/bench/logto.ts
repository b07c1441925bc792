import { onTestFinished } from 'vitest';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../../dev/emulators/logto/console.ts';
import type { EmulatedApplication } from '../../../dev/emulators/logto/registry.ts';
import type { Switches } from '../../../dev/emulators/logto/switches.ts';
import { type LogtoEmulator, startLogtoEmulator } from '../../../dev/emulators/logto.ts';
import type { Ground } from './ground.ts';
import { type WorldOf, worldClock, worldOf } from './world.ts';

/** A world whose identity provider is Logto. */
export type LogtoWorld = WorldOf<LogtoEmulator, EmulatedApplication>;

/** A world for one test, which closes it. */
export async function openLogtoWorld(ground: Ground, switches: Partial<Switches> = {}): Promise<LogtoWorld> {
  const clock = worldClock();
  const emulator = await startLogtoEmulator({ clock, switches: { limits: 'off', ...switches } });
  const world = await worldOf(ground, {
    emulator,
    clock,
    vendor: 'logto',
    credentials: { clientId: OPERATOR_ID, clientSecret: OPERATOR_SECRET },
    block: (name) => ({ logto: { endpoint: emulator.url, credentialsSecretRef: { name } } }),
    spec: { access: [{ allow: ['ManagementApiAccess', 'Roles', 'ThirdParty'] }] },
    live: () => emulator.applications.filter(({ id }) => id !== OPERATOR_ID),
  });
  onTestFinished(() => world.close());
  return world;
}
