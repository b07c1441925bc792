import type { LossView } from '../observed.ts';
import type { Facts } from '../ports/applications.ts';
import { isAhead } from './skew.ts';

type Rotation = Facts['rotation'];

/** Losses within a day that are made good; at the next one a person looks for whoever else writes (protocol S7). */
const MOST_LOSSES = 1;

/** For so long a loss is remembered, and counts together with the next one (protocol S7). */
const DAY_MS = 86_400_000;

/** Bound of each list in the schema. */
const MOST = 50;

/**
 * Whether one more loss of the value may be made good, by issuing a secret or by writing the value back, beside those of
 * the last day. Times are epoch ms. Pure.
 */
export function lossesLately(rotation: Rotation, nowMs: number): LossView {
  const losses = recent(rotation?.unasked, nowMs).length + recent(rotation?.restored, nowMs).length;
  return losses < MOST_LOSSES ? 'few' : 'too-many';
}

/** The record with one more secret issued for a loss, now, and without those of former days. Pure. */
export function withLoss(rotation: Rotation, nowMs: number): NonNullable<Rotation> {
  return { ...rotation, unasked: another(rotation?.unasked, nowMs) };
}

/** The same for a value that was written back: nothing is issued, so that no limit on that counts it. Pure. */
export function withRestored(rotation: Rotation, nowMs: number): NonNullable<Rotation> {
  return { ...rotation, restored: another(rotation?.restored, nowMs) };
}

function another(times: readonly string[] | undefined, nowMs: number): string[] {
  return [...recent(times, nowMs), new Date(nowMs).toISOString()].slice(-MOST);
}

function recent(times: readonly string[] | undefined, nowMs: number): readonly string[] {
  return (times ?? []).filter((at) => Date.parse(at) > nowMs - DAY_MS && !isAhead(Date.parse(at), nowMs));
}
