import type { Happening } from './ports/ports.ts';

/** An Event that says what was done. `action` is the verb of the API conventions for Events. */
export function done(reason: string, action: string, note: string): Happening {
  return { type: 'Normal', reason, action, note };
}

/** An Event that a person should look at. */
export function warning(reason: string, action: string, note: string): Happening {
  return { type: 'Warning', reason, action, note };
}
