import { createHash } from 'node:crypto';
import type { Core, Emulator } from '../../dev/emulators/emulator.ts';
import type { Note as LogiNote } from '../../dev/emulators/logi/backend.ts';
import { createLogi, type Logi } from '../../dev/emulators/logi/core.ts';
import type { Operation as LogiOperation } from '../../dev/emulators/logi/routes.ts';
import type { Switches as LogiSwitches } from '../../dev/emulators/logi/switches.ts';
import { startLogiEmulator } from '../../dev/emulators/logi.ts';
import type { Note as LogtoNote } from '../../dev/emulators/logto/backend.ts';
import { createLogto, type Logto } from '../../dev/emulators/logto/core.ts';
import type { Operation as LogtoOperation } from '../../dev/emulators/logto/routes.ts';
import type { Switches as LogtoSwitches } from '../../dev/emulators/logto/switches.ts';
import { startLogtoEmulator } from '../../dev/emulators/logto.ts';
import { type SimulatedProvider, simulatedProvider } from '../../dev/sim/provider.ts';
import type { WireResponse } from '../../src/idp/http.ts';
import { undiciWire } from '../../src/idp/wire.ts';
import type { Chance } from '../../src/runtime/chance.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';

/** The same provider twice, with the same chance at the same moment: behind a socket, and simulated. */
export interface Twins<P extends Core<Operation, Note>, Operation extends string, Note extends object>
  extends AsyncDisposable {
  readonly emulator: P & Emulator<Operation, Note>;
  readonly core: P;
  readonly simulated: SimulatedProvider<Operation, Note>;
  /** One request over a socket. */
  readonly wire: ReturnType<typeof undiciWire>['wire'];
  /** What people do at both. */
  each(hand: (provider: P) => void): void;
}

/** The moment at which everything happens, ms since the epoch. */
const NOW = Date.UTC(2026, 1, 3, 4, 5, 6);

/** The machine's timers, at a moment that stands still. */
export const STILL: Clock = { ...systemClock, now: () => NOW };

export async function logiTwins(switches: Partial<LogiSwitches> = {}) {
  const emulator = await startLogiEmulator({ clock: STILL, chance: seeded(), switches });
  return twins<Logi, LogiOperation, LogiNote>(emulator, createLogi({ clock: STILL, chance: seeded(), switches }));
}

export async function logtoTwins(switches: Partial<LogtoSwitches> = {}) {
  const basePath = '/auth';
  const emulator = await startLogtoEmulator({ clock: STILL, chance: seeded(), switches, basePath });
  const core = createLogto({ clock: STILL, chance: seeded(), switches, basePath });
  return twins<Logto, LogtoOperation, LogtoNote>(emulator, core);
}

/** The bytes depend on nothing but how many draws came before. */
export function seeded(): Chance {
  let draws = 0;
  return {
    fraction: () => 0.5,
    bytes(outputLength) {
      draws += 1;
      return createHash('shake256', { outputLength }).update(String(draws)).digest();
    },
  };
}

/** A whole answer without what a connection says of itself. */
export function seen({ status, headers, body }: WireResponse) {
  const { connection, 'keep-alive': keepAlive, 'transfer-encoding': transferEncoding, ...said } = headers;
  return { status, headers: said, body: Buffer.from(body).toString() };
}

function twins<P extends Core<Operation, Note>, Operation extends string, Note extends object>(
  emulator: P & Emulator<Operation, Note>,
  core: P,
): Twins<P, Operation, Note> {
  const { wire, close } = undiciWire({ ca: undefined, proxy: undefined, reach: { type: 'anywhere' } });
  return {
    emulator,
    core,
    simulated: simulatedProvider(core, '127.0.0.1'),
    wire,
    each(hand) {
      for (const provider of [emulator, core]) hand(provider);
    },
    async [Symbol.asyncDispose]() {
      await close();
      await emulator.close();
    },
  };
}
