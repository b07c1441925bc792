import { OPERATOR_ID, OPERATOR_SECRET } from '../../../dev/emulators/logto/console.ts';
import type { Switches } from '../../../dev/emulators/logto/switches.ts';
import { type LogtoEmulator, type LogtoEmulatorOptions, startLogtoEmulator } from '../../../dev/emulators/logto.ts';
import { Redacted } from '../../../src/credentials.ts';
import { type LogtoOptions, logtoProvider } from '../../../src/idp/logto/provider.ts';
import type { ClientMetadata, IdentityProvider, MetadataField, Registration } from '../../../src/idp/provider.ts';
import { undiciWire } from '../../../src/idp/wire.ts';
import { systemClock } from '../../../src/runtime/clock.ts';

/** A confidential client; a case states what it has otherwise. */
export const SHOP: ClientMetadata = {
  name: 'Shop',
  type: 'Web',
  redirectUris: ['https://shop.example.com/callback', 'https://shop.example.com/silent'],
  options: {},
};

/** A machine-to-machine client. */
export const JOB: ClientMetadata = { name: 'Job', type: 'MachineToMachine', redirectUris: [], options: {} };

/** A signal that never aborts. */
export const NEVER = new AbortController().signal;

/** `SHOP`, or `base`, with these optional fields. */
export function withOptions(options: ClientMetadata['options'], base: ClientMetadata = SHOP): ClientMetadata {
  return { ...base, options: { ...base.options, ...options } };
}

/** The adapter and the sockets that it holds. */
export interface OpenLogto extends AsyncDisposable {
  readonly provider: IdentityProvider;
}

/** An adapter over real sockets; `options` state only what differs from the emulator's operator. */
export function openLogto(endpoint: string, options: Partial<LogtoOptions> = {}): OpenLogto {
  const { wire, close } = undiciWire({ ca: undefined, proxy: undefined, reach: { type: 'anywhere' } });
  const defaults = {
    managementApiResource: undefined,
    credentials: { clientId: OPERATOR_ID, clientSecret: new Redacted(OPERATOR_SECRET) },
    wire,
    clock: systemClock,
  } as const;
  return { provider: logtoProvider({ endpoint, ...defaults, ...options }), [Symbol.asyncDispose]: close };
}

export interface RunningLogto extends OpenLogto {
  readonly emulator: LogtoEmulator;
  /** Registers a client with this name and without a mark. */
  made(wanted?: ClientMetadata): Promise<Registration>;
  /** Brings these fields of it in step, those that differ when left out, from what is seen of it by now. */
  updated(id: string, wanted: ClientMetadata, fields?: readonly MetadataField[]): Promise<Registration>;
}

/** An emulator with these switches, and an adapter for it. */
export async function startLogto(
  switches: Partial<Switches> = {},
  { emulator: said, ...options }: Partial<LogtoOptions> & { readonly emulator?: LogtoEmulatorOptions } = {},
): Promise<RunningLogto> {
  const emulator = await startLogtoEmulator({ ...said, switches });
  const { provider, [Symbol.asyncDispose]: hangUp } = openLogto(emulator.url, options);
  return {
    emulator,
    provider,
    made: async (wanted = SHOP) =>
      (await provider.register({ name: wanted.name, mark: undefined }, wanted, NEVER)).registration,
    async updated(id, wanted, fields) {
      const { registration } = await provider.inspect(id, NEVER);
      return provider.update(registration, wanted, fields ?? provider.differences(wanted, registration), NEVER);
    },
    async [Symbol.asyncDispose]() {
      await hangUp();
      await emulator.close();
    },
  };
}
