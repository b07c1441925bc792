import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Emulator, EmulatorOptions } from './emulator.ts';
import { startEmulator } from './emulator.ts';
import type { Note } from './logto/backend.ts';
import type { Logto, LogtoOptions } from './logto/core.ts';
import { createLogto } from './logto/core.ts';
import type { Operation } from './logto/routes.ts';

/** Logto on loopback. */
export interface LogtoEmulator extends Logto, Emulator<Operation, Note> {
  /** The endpoint, its base path included, without a slash at the end. */
  readonly url: string;
}

export interface LogtoEmulatorOptions extends EmulatorOptions, Omit<LogtoOptions, 'clock' | 'chance'> {}

/** Starts Logto on 127.0.0.1, empty but for the operator's own application. */
export async function startLogtoEmulator(options: LogtoEmulatorOptions = {}): Promise<LogtoEmulator> {
  const { clock = systemClock, chance = systemChance } = options;
  const logto = createLogto({ ...options, clock, chance });
  const emulator = await startEmulator(logto, options);

  return {
    ...logto,
    ...emulator,
    url: emulator.url + (options.basePath ?? ''),
  };
}
