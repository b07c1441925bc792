import { DEFAULT_KEY } from '../../../dev/emulators/logi/keys.ts';
import type { Switches } from '../../../dev/emulators/logi/switches.ts';
import { type LogiEmulator, startLogiEmulator } from '../../../dev/emulators/logi.ts';
import { Redacted } from '../../../src/credentials.ts';
import { type LogiOptions, logiProvider } from '../../../src/idp/logi/provider.ts';
import type { ClientMetadata, IdentityProvider } from '../../../src/idp/provider.ts';
import { undiciWire } from '../../../src/idp/wire.ts';
import { systemClock } from '../../../src/runtime/clock.ts';

/** A confidential client; a case states what it has otherwise. */
export const SHOP: ClientMetadata = {
  name: 'Shop',
  type: 'Web',
  redirectUris: ['https://shop.example.com/callback', 'https://shop.example.com/silent'],
  options: { scopes: ['openid', 'profile'] },
};

/** A signal that never aborts. */
export const NEVER = new AbortController().signal;

/** The adapter and the sockets that it holds. */
export interface OpenLogi extends AsyncDisposable {
  readonly provider: IdentityProvider;
}

/** An adapter over real sockets; `options` state only what differs from the default key and settings. */
export function openLogi(apiUrl: string, options: Partial<LogiOptions> = {}): OpenLogi {
  const { wire, close } = undiciWire({ ca: undefined, proxy: undefined, reach: { type: 'anywhere' } });
  const defaults = {
    apiKey: new Redacted(DEFAULT_KEY),
    clientType: undefined,
    wrapperKey: 'application',
    wire,
    clock: systemClock,
  } as const;
  return { provider: logiProvider({ apiUrl, ...defaults, ...options }), [Symbol.asyncDispose]: close };
}

/** An emulator with these switches, and an adapter for it. */
export async function startLogi(
  switches: Partial<Switches> = {},
  options: Partial<LogiOptions> = {},
): Promise<OpenLogi & { readonly emulator: LogiEmulator }> {
  const emulator = await startLogiEmulator({ switches });
  const { provider, [Symbol.asyncDispose]: hangUp } = openLogi(emulator.url, options);
  return {
    emulator,
    provider,
    async [Symbol.asyncDispose]() {
      await hangUp();
      await emulator.close();
    },
  };
}
