import type { Facts } from '../ports/applications.ts';

type Rotation = Facts['rotation'];

/** Within it losses belong together, and the memory of one is kept (protocol S7). */
const DAY_MS = 86_400_000;

/** Bound of the list in the schema. */
const MOST = 50;

/** How often within the last day a secret was issued as its value was lost. Times are epoch ms. Pure. */
export function lossesWithin(rotation: Rotation, nowMs: number): number {
  return recent(rotation, nowMs).length;
}

/** The record with one more such rotation, made now, and without those of former days. Pure. */
export function withLoss(rotation: Rotation, nowMs: number): NonNullable<Rotation> {
  return { ...rotation, unasked: [...recent(rotation, nowMs), new Date(nowMs).toISOString()].slice(-MOST) };
}

function recent(rotation: Rotation, nowMs: number): readonly string[] {
  return (rotation?.unasked ?? []).filter((at) => Date.parse(at) > nowMs - DAY_MS);
}
