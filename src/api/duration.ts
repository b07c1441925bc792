import { z } from 'zod';

/** Hours, minutes and seconds in that order, each at most once: the part of Go's durations that people write. */
const DURATION = '^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$';

const IS_DURATION = new RegExp(DURATION);

const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1000 } as const;

/** No `spec.rotation.overlap` is longer. */
export const LONGEST_OVERLAP = '8760h';

interface Range {
  readonly min: string;
  readonly max: string;
}

/** A length of time such as `1h30m`, refused by the API server outside `min` to `max`, both included. */
export function duration(description: string, { min, max }: Range) {
  return z.string().meta({
    description: `${description} A duration such as 90s, 30m or 1h30m; ${min} to ${max}.`,
    minLength: 2,
    maxLength: 24,
    'x-kubernetes-validations': [
      {
        rule: `self.matches('${DURATION}')`,
        message: 'must be hours, minutes and seconds in that order, such as 168h, 1h30m or 90s',
      },
      {
        rule: `!self.matches('${DURATION}') || (duration(self) >= duration('${min}') && duration(self) <= duration('${max}'))`,
        message: `must be from ${min} to ${max}`,
      },
    ],
  });
}

/**
 * Milliseconds of a duration as {@link duration} admits it.
 *
 * @throws RangeError for any other text
 */
export function durationMs(value: string): number {
  if (value === '' || !IS_DURATION.test(value)) throw new RangeError('not a duration such as 1h30m');
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/([0-9]+)([hms])/g)) {
    if (unit === 'h' || unit === 'm' || unit === 's') total += Number(amount) * UNIT_MS[unit];
  }
  return total;
}
