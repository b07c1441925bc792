import { type Dispatcher, getGlobalDispatcher, request } from 'undici';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../dev/emulators/logto/console.ts';
import type { EmulatedApplication } from '../../dev/emulators/logto/registry.ts';
import { managementResource, type Switches } from '../../dev/emulators/logto/switches.ts';
import { type LogtoEmulator, type LogtoEmulatorOptions, startLogtoEmulator } from '../../dev/emulators/logto.ts';
import type { OAuthApplication } from '../../src/api/application.ts';
import { type Manifest, OURS } from './admin-api.ts';
import { type NamespaceWorld, namespaceWorld } from './namespace-world.ts';
import { until } from './until.ts';

/** A world with a Logto. */
export type LogtoWorld = NamespaceWorld<LogtoEmulator>;

type Fields = Readonly<Record<string, unknown>>;

/** A rule of `spec.access` that lets applications use every privileged field. */
export const ALL_ALLOWED = { allow: ['ManagementApiAccess', 'Roles', 'ThirdParty'] } as const;

/** Where {@link site} and its like send users back to. */
export const CALLBACK = 'https://shop.example.com/callback';

/** The operations that change the secrets of an application. */
export const SECRET_CALLS = ['create-secret', 'delete-secret', 'rename-secret', 'delete-legacy-secret'] as const;

/** Makes a world with a provider `logto` whose access rule is `access`, unless it is to be `absent`. */
export async function createLogtoWorld({
  provider = 'applied',
  switches = {},
  access = ALL_ALLOWED,
  server = {},
}: {
  readonly provider?: 'applied' | 'absent' | undefined;
  readonly switches?: Partial<Switches> | undefined;
  readonly access?: Fields | undefined;
  readonly server?: Pick<LogtoEmulatorOptions, 'tls' | 'basePath'> | undefined;
} = {}): Promise<LogtoWorld> {
  const emulator = await startLogtoEmulator({ switches: { limits: 'off', ...switches }, ...server });
  const world = await namespaceWorld('logto', emulator);
  if (provider === 'applied') {
    await world.apply(logtoCredentials());
    await world.apply(logto(emulator, { access: [access] }));
  }
  return world;
}

/** The Secret with machine-to-machine credentials, those that the emulator knows unless said otherwise. */
export function logtoCredentials({
  clientId = OPERATOR_ID,
  clientSecret = OPERATOR_SECRET,
}: {
  readonly clientId?: string;
  readonly clientSecret?: string;
} = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'logto-m2m' }, stringData: { clientId, clientSecret } };
}

/** A provider object that leads to this Logto; `block` is what is different in its block. */
export function logto({ url, switches }: Pick<LogtoEmulator, 'url' | 'switches'>, spec: Fields = {}, block = {}) {
  const resource = switches().hosting === 'cloud' ? { managementApiResource: managementResource(switches()) } : {};
  return {
    apiVersion: OURS,
    kind: 'OAuthProvider',
    metadata: { name: 'logto' },
    spec: { logto: { endpoint: url, credentialsSecretRef: { name: 'logto-m2m' }, ...resource, ...block }, ...spec },
  } as const;
}

/** A good web application; `spec` is what is different. */
export function site(name: string, spec: Fields = {}): Manifest {
  return client(name, { type: 'Web', redirectUris: [CALLBACK], ...spec });
}

/** A good machine-to-machine application; `spec` is what is different. */
export function machine(name: string, spec: Fields = {}): Manifest {
  return client(name, { type: 'MachineToMachine', ...spec });
}

/** An application with a spec that says no more than this. */
export function client(name: string, spec: Fields): Manifest {
  return {
    apiVersion: OURS,
    kind: 'OAuthApplication',
    metadata: { name },
    spec: { providerRef: { name: 'logto' }, ...spec },
  };
}

/** The registration that the status names. @throws Error when there is none */
export function registrationOf(
  { emulator }: LogtoWorld,
  application: OAuthApplication | undefined,
): EmulatedApplication {
  const id = application?.status?.applicationId;
  const registration = emulator.applications().find((one) => one.id === id);
  if (registration === undefined) throw new Error(`${application?.metadata.name} is not registered`);
  return registration;
}

/** Resolves with the registration of a ready application as soon as `holds` holds of it and it is ready again. */
export async function registeredAs(
  world: LogtoWorld,
  name: string,
  what: string,
  holds: (registration: EmulatedApplication) => boolean,
): Promise<EmulatedApplication> {
  const application = await world.ready(name);
  await until(`${name}: ${what}`, () => registrationOf(world, application), holds);
  return registrationOf(world, await world.ready(name));
}

/** Names of the client secrets that a registration has now. */
export function secretNames(world: LogtoWorld, application: OAuthApplication | undefined): readonly string[] {
  return registrationOf(world, application).secrets.map(({ name }) => name);
}

/** How many calls of these operations the emulator has served for a registration. */
export function callsOn({ emulator }: LogtoWorld, id: string | undefined, ...operations: readonly string[]): number {
  return emulator.journal.filter((entry) => entry.applicationId === id && operations.includes(entry.operation)).length;
}

/** What the Secret of this application holds under the usual keys; empty where it holds nothing. */
export async function credentialsOf({ secret }: LogtoWorld, name: string) {
  const { client_id: id = '', client_secret: value = '' } = (await secret(`${name}-oauth`))?.data ?? {};
  return { id, secret: value };
}

/**
 * What an application does with its credentials: asks for a token where it is a machine, and else about one.
 *
 * @param dispatcher trusts the server's certificate, where it has one
 */
export async function login(
  { emulator }: LogtoWorld,
  clientId = '',
  clientSecret = '',
  dispatcher: Dispatcher = getGlobalDispatcher(),
): Promise<'in' | 'refused'> {
  const isMachine = emulator.applications().some(({ id, type }) => id === clientId && type === 'MachineToMachine');
  const form = isMachine
    ? { grant_type: 'client_credentials', resource: managementResource(emulator.switches()) }
    : { token: 'a token of somebody' };
  const { statusCode, body } = await request(`${emulator.url}/oidc/token${isMachine ? '' : '/introspection'}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(form).toString(),
    dispatcher,
  });
  await body.dump();
  return statusCode === 200 ? 'in' : 'refused';
}
