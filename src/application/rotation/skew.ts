import type { Ports } from '../ports/ports.ts';

/** Clocks further apart than this are not to be acted on unasked (protocol T6), ms. */
const LARGEST_SKEW_MS = 300_000;

/** Whether the clocks are too far apart for anything unasked (protocol T6). */
export function isSkewed(skewMs: number | undefined): boolean {
  return Math.abs(skewMs ?? 0) > LARGEST_SKEW_MS;
}

/**
 * Whether a time that was written down lies further ahead than clocks differ, both epoch ms: the API server's clock was
 * wrong and is set right since, or somebody made it up. It would count for as long as it pleased. Pure.
 */
export function isAhead(atMs: number, nowMs: number): boolean {
  return atMs > nowMs + LARGEST_SKEW_MS;
}

/**
 * The time by which an overlap, or that of a Secret of a former name, begins (protocol T6), epoch ms: that of the later
 * clock where the two are far apart. An overlap that lies ahead once they agree is dated anew; what lies in the past would
 * be over at once.
 */
export function laterTime({ clusterTime, clockSkewMs }: Pick<Ports, 'clusterTime' | 'clockSkewMs'>): number {
  const skewMs = clockSkewMs() ?? 0;
  return clusterTime() + (isSkewed(skewMs) ? Math.max(0, skewMs) : 0);
}
