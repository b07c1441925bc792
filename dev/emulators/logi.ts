import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Emulator, EmulatorOptions } from './emulator.ts';
import { startEmulator } from './emulator.ts';
import type { Note } from './logi/backend.ts';
import type { Logi, LogiOptions } from './logi/core.ts';
import { createLogi } from './logi/core.ts';
import type { Operation } from './logi/routes.ts';

/** logi on loopback. */
export interface LogiEmulator extends Logi, Emulator<Operation, Note> {}

export interface LogiEmulatorOptions extends EmulatorOptions, Omit<LogiOptions, 'clock' | 'chance'> {}

/** Starts logi on 127.0.0.1, empty but for an owner's key (`DEFAULT_KEY` in `logi/keys.ts`). */
export async function startLogiEmulator(options: LogiEmulatorOptions = {}): Promise<LogiEmulator> {
  const { clock = systemClock, chance = systemChance } = options;
  const logi = createLogi({ ...options, clock, chance });
  const emulator = await startEmulator(logi, options);

  return { ...logi, ...emulator };
}
