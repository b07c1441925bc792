import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { startEmulator } from '../emulators/emulator.ts';
import { createLogto, type LogtoOptions } from '../emulators/logto/core.ts';
import type { LogtoEmulator } from '../emulators/logto.ts';

/** Logto on loopback, and what it has issued. */
export interface RecordedLogto extends LogtoEmulator {
  /** The value of every secret that a call ever found or left in it, those that were deleted since among them. */
  issued(): readonly string[];
}

/** Starts Logto on 127.0.0.1, empty but for the operator's own application. */
export async function startRecordedLogto(options: Pick<LogtoOptions, 'switches'>): Promise<RecordedLogto> {
  const logto = createLogto({ ...options, clock: systemClock, chance: systemChance });
  const issued = new Set<string>();

  function record(): void {
    for (const { secrets } of logto.applications()) for (const { value } of secrets) issued.add(value);
  }

  const admit: typeof logto.admit = (arrival) => {
    const visit = logto.admit(arrival);
    const serve: typeof visit.serve = () => {
      record();
      const served = visit.serve();
      record();
      return served;
    };
    return { ...visit, serve };
  };
  const emulator = await startEmulator({ clock: logto.clock, admit }, {});
  return { ...logto, ...emulator, issued: () => [...issued] };
}
