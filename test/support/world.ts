import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import type { EmulatedApplication } from '../../dev/emulators/logi/registry.ts';
import type { Switches } from '../../dev/emulators/logi/switches.ts';
import { type LogiEmulator, startLogiEmulator } from '../../dev/emulators/logi.ts';
import type { OAuthApplication } from '../../src/api/application.ts';
import { type Manifest, OURS } from './admin-api.ts';
import { type NamespaceWorld, namespaceWorld } from './namespace-world.ts';

/** A world with a logi. */
export type World = NamespaceWorld<LogiEmulator>;

/** Makes a world with a provider `logi` that nothing limits, unless it is to be `absent`. */
export async function createWorld({
  provider = 'applied',
  switches = {},
}: {
  readonly provider?: 'applied' | 'absent' | undefined;
  readonly switches?: Partial<Switches> | undefined;
} = {}): Promise<World> {
  const emulator = await startLogiEmulator({ switches: { limits: 'off', riskFlags: 'never', ...switches } });
  const world = await namespaceWorld('logi', emulator);
  if (provider === 'applied') {
    await world.apply(credentials());
    await world.apply(logi(emulator.url));
  }
  return world;
}

/** The Secret with an API key that the emulator knows. */
export function credentials(apiKey: string = DEFAULT_KEY): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'logi-key' }, stringData: { apiKey } };
}

/** A provider object that leads to `apiUrl`. */
export function logi(apiUrl: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  const limits = { createsPerHour: 10_000, createsPerDay: 10_000, createsPerWeek: 10_000, requestsPerMinute: 10_000 };
  return {
    apiVersion: OURS,
    kind: 'OAuthProvider',
    metadata: { name: 'logi' },
    spec: { logi: { apiUrl, apiKeySecretRef: { name: 'logi-key' } }, limits, ...spec },
  };
}

/** A good web application; `spec` is what is different. */
export function web(name: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  return {
    apiVersion: OURS,
    kind: 'OAuthApplication',
    metadata: { name },
    spec: { providerRef: { name: 'logi' }, type: 'Web', redirectUris: ['https://shop.example.com/callback'], ...spec },
  };
}

type LogsIn = Pick<NamespaceWorld<Pick<LogiEmulator, 'logsIn'>>, 'secret' | 'emulator'>;

/** Whether the credentials in this Secret, under their usual keys, authenticate the client now. */
export async function logsIn({ secret, emulator }: LogsIn, name: string): Promise<boolean> {
  const { client_id: clientId, client_secret: clientSecret } = (await secret(name))?.data ?? {};
  return clientId !== undefined && clientSecret !== undefined && emulator.logsIn(clientId, clientSecret);
}

/** The registrations that stand at the provider under this name, or under the temporary one made from it. */
export function keptUnder({ emulator }: World, displayName: string): readonly EmulatedApplication[] {
  return emulator
    .applications()
    .filter(({ name, softDeleted }) => !softDeleted && (name === displayName || name.startsWith(`${displayName} [`)));
}

/** The emulator's id of the registration that the status names. @throws Error when it names none */
export function idOf(application: OAuthApplication | undefined): number {
  const id = application?.status?.applicationId;
  if (id === undefined) throw new Error(`${application?.metadata.name} is not registered`);
  return Number(id);
}
