import { durationMs } from '../../api/duration.ts';

const SECONDS_PER_DAY = 86_400;

/** What Logto keeps a refresh token's lifetime within. */
const MAX_DAYS = 180;

/** What is found is told in seconds, of which the spec takes fewer digits. */
const SECONDS = /^(\d{1,12})s$/;

/** Seconds of a duration of the spec, or of one that was found; `undefined` for a text that is none. */
export function secondsOf(duration: string): number | undefined {
  const seconds = SECONDS.exec(duration)?.[1];
  if (seconds !== undefined) return Number(seconds);
  try {
    return durationMs(duration) / 1000;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether both texts are the same length of time. */
export function sameDuration(left: string, right: string): boolean {
  const seconds = secondsOf(left);
  return seconds !== undefined && seconds === secondsOf(right);
}

/** Why a refresh token cannot live this long, as the end of a sentence that starts with the field. */
export function refreshTokenTtlProblem(duration: string): string | undefined {
  const days = (secondsOf(duration) ?? 0) / SECONDS_PER_DAY;
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return undefined;
  return `must be a whole number of days from 1 to ${MAX_DAYS}, such as 336h`;
}

/**
 * Both of the fields in which Logto keeps the lifetime of a refresh token. The one in days counts where both are known;
 * the deprecated one in seconds is what older servers read.
 */
export function refreshTokenFields(duration: string): Readonly<Record<string, number>> {
  const seconds = secondsOf(duration) ?? 0;
  return { refreshTokenTtl: seconds, refreshTokenTtlInDays: Math.round(seconds / SECONDS_PER_DAY) };
}

/** What the two fields say; two that disagree say what no duration is, so that they differ from any. */
export function refreshTokenTtlOf(seconds: number | undefined, days: number | undefined): string | null {
  if (days === undefined) return seconds === undefined ? null : `${seconds}s`;
  const inDays = `${days * SECONDS_PER_DAY}s`;
  return seconds === undefined || inDays === `${seconds}s` ? inDays : `${seconds}s or ${days} days`;
}
