import type { Desired, Overlap } from '../desired.ts';
import type { Facts, FormerSecret } from '../ports/applications.ts';
import type { RunningPod } from '../ports/workloads.ts';
import { isAhead } from './skew.ts';

type Rotation = NonNullable<Facts['rotation']>;

/** A superseded secret that still works (protocol T3). */
export type Retiring = NonNullable<Rotation['retiring']>[number];

/** A secret whose time is over once another is delivered. `fingerprint`: of its value, where that was read. */
export type Superseded = Pick<Retiring, 'name' | 'fingerprint'>;

/** What a Secret of a former name holds: the value of its time. Where that is not known it may be any. */
export type FormerValue = Pick<FormerSecret, 'fingerprint'>;

/** A Pod on a Secret of ours. `former`: where it was found by a former name. */
interface SeenPod extends RunningPod {
  readonly former?: FormerValue | undefined;
}

/** Who is seen to run with a superseded secret. `unreadable`: the operator may not see Pods. `unknown`: the look failed. */
export type PodsView =
  | { readonly type: 'seen'; readonly pods: readonly SeenPod[] }
  | { readonly type: 'unreadable' }
  | { readonly type: 'unknown' };

/** What becomes of a superseded secret now. */
export type RetirementVerdict =
  | { readonly type: 'due'; readonly because: 'unused' | 'overdue' }
  | { readonly type: 'waiting'; readonly for: string; readonly untilMs: number | undefined };

/** A workload that was rolled after this long a pause gets the time of {@link PAUSE_GRACE_MS} to take the new secret. */
const PAUSE_MS = 300_000;
const PAUSE_GRACE_MS = 3_600_000;

/** A container that is just starting may have read the Secret a moment before it was written. */
const SHORTEST_OVERLAP_MS = 60_000;

/** A container starts this long after its Secret was read for it, ms; and times of Pods are whole seconds. */
const START_MS = 10_000;

/** A write and what it supersedes are dated by two looks at the clock, ms; two rotations lie further apart (protocol T5). */
const ONE_WRITE_MS = 1_000;

/** Bound of the list in the schema. */
export const MOST_RETIRING = 50;

/**
 * The record with these as superseded by a Secret that was written now, whatever it said of them before. The one that was in
 * use, or else the last that may have been, comes first. Pure.
 */
export function superseding(
  rotation: Facts['rotation'],
  superseded: readonly Superseded[],
  overlap: Pick<Overlap, 'overlapMs'>,
  nowMs: number,
): Facts['rotation'] {
  if (superseded.length === 0) return rotation;
  const others = (rotation?.retiring ?? []).filter((entry) => !superseded.some(({ name }) => name === entry.name));
  const added = superseded.map((secret): Retiring => ({ ...secret, ...supersededNow(overlap, nowMs) }));
  return { ...rotation, retiring: [...others, ...added].slice(-MOST_RETIRING) };
}

/**
 * The record where a Secret that held one of these until now was written with the value in use: whoever read it there has
 * the whole overlap from now on. Pure.
 */
export function overlappingAnew(
  rotation: Facts['rotation'],
  held: FormerValue,
  { overlapMs }: Pick<Overlap, 'overlapMs'>,
  nowMs: number,
): Facts['rotation'] {
  if (rotation?.retiring === undefined) return rotation;
  const earliestMs = nowMs + Math.max(overlapMs, SHORTEST_OVERLAP_MS);
  const anew = (entry: Retiring): Retiring => {
    const notBefore = at(Math.max(Date.parse(entry.notBefore), earliestMs));
    // What the same write superseded begins its overlap with it anyway.
    const isFormer = Date.parse(entry.supersededAt) < nowMs - ONE_WRITE_MS;
    return isFormer && !isEnded(entry) && mayHold(held, entry) ? { ...entry, heldUntil: at(nowMs), notBefore } : entry;
  };
  return { ...rotation, retiring: rotation.retiring.map(anew) };
}

/** Whether this superseded secret may be what a Secret held. Pure. */
export function mayHold({ fingerprint }: FormerValue, entry: Superseded): boolean {
  return fingerprint === undefined || entry.fingerprint === undefined || entry.fingerprint === fingerprint;
}

/**
 * Whether a Pod may have this superseded secret from a Secret of a former name: it is what that holds, or was superseded
 * before its time was over, and so perhaps while it had its name still. Pure.
 */
export function mayHaveServed(former: Pick<FormerSecret, 'fingerprint' | 'removeAfter'>, entry: Retiring): boolean {
  return mayHold(former, entry) || Date.parse(entry.supersededAt) <= Date.parse(former.removeAfter);
}

/**
 * The list by what is said now. What was superseded, rolled or held at a time further ahead than clocks differ counts as
 * superseded now (protocol T6): it would go on working until then. A longer overlap keeps what works still, and a shorter one
 * speeds nothing up, as somebody may have counted on the former. Pure.
 */
export function datedNow(
  retiring: readonly Retiring[],
  overlap: Pick<Overlap, 'overlapMs'>,
  nowMs: number,
): readonly Retiring[] {
  return retiring.map((entry) => {
    const { name, fingerprint, supersededAt, rolledAt, heldUntil, notBefore } = entry;
    const isToCome = [supersededAt, rolledAt, heldUntil].some(
      (time) => time !== undefined && isAhead(Date.parse(time), nowMs),
    );
    if (isEnded(entry)) return entry;
    if (isToCome) return { name, fingerprint, ...supersededNow(overlap, nowMs) };
    const overlapEndMs = Date.parse(heldUntil ?? supersededAt) + Math.max(overlap.overlapMs, SHORTEST_OVERLAP_MS);
    return overlapEndMs > Date.parse(notBefore) ? { ...entry, notBefore: at(overlapEndMs) } : entry;
  });
}

/** The entry of one that a person wants gone, whatever becomes of that request: its overlap ended before it began. Pure. */
export function endedNow(entry: Retiring): Retiring {
  return { ...entry, notBefore: at(0) };
}

/** Whether {@link endedNow} made it so, as nothing else does. Pure. */
export function isEnded({ supersededAt, notBefore }: Retiring): boolean {
  return Date.parse(notBefore) < Date.parse(supersededAt);
}

/**
 * Whether a secret is to go that has leaked: a person asks for that, or has, by a request that a rotation has ended since.
 * Pure.
 */
export function owesRetirement({ rotation }: Pick<Facts, 'rotation'>, { retire }: Desired['requests']): boolean {
  return retire !== undefined || rotation?.retiring?.some(isEnded) === true;
}

function supersededNow({ overlapMs }: Pick<Overlap, 'overlapMs'>, nowMs: number) {
  return { supersededAt: at(nowMs), notBefore: at(nowMs + Math.max(overlapMs, SHORTEST_OVERLAP_MS)) };
}

/** The secret that the one in use took the place of, as long as it works. Pure. */
export function predecessorIn(rotation: Facts['rotation']): Retiring | undefined {
  const { retiring = [], lastRotatedAt } = rotation ?? {};
  const last = retiring.at(-1);
  // Where the last rotation superseded none of ours, what is left is from before it.
  if (last === undefined || Date.parse(last.supersededAt) < Date.parse(lastRotatedAt ?? last.supersededAt))
    return undefined;
  return retiring.find(({ supersededAt }) => supersededAt === last.supersededAt);
}

/**
 * The record once the workloads were asked to take the new secret. Where that was held up for long, they get extra time
 * (protocol T3). Pure.
 */
export function rolledNow(retiring: readonly Retiring[], nowMs: number): readonly Retiring[] {
  // An entry that was rolled for keeps the time of that: a later roll is not for it.
  return retiring.map((entry) =>
    entry.rolledAt === undefined ? { ...givenTime(entry, nowMs), rolledAt: at(nowMs) } : entry,
  );
}

/** The same where some were asked and others could not be: the roll has no end yet. Pure. */
export function rolledInPart(retiring: readonly Retiring[], nowMs: number): readonly Retiring[] {
  return retiring.map((entry) => (entry.rolledAt === undefined ? givenTime(entry, nowMs) : entry));
}

function givenTime(entry: Retiring, nowMs: number): Retiring {
  const wasPaused = nowMs - Date.parse(entry.supersededAt) > PAUSE_MS;
  return wasPaused && !isEnded(entry)
    ? { ...entry, notBefore: at(Math.max(Date.parse(entry.notBefore), nowMs + PAUSE_GRACE_MS)) }
    : entry;
}

/** Whether a superseded secret may go, by time and by who runs with it. Pure. */
export function judgeRetirement(
  entry: Retiring,
  { retireAfterMs }: Pick<Overlap, 'retireAfterMs'>,
  view: PodsView,
  currentMark: string | undefined,
  nowMs: number,
): RetirementVerdict {
  const { supersededAt, rolledAt, notBefore } = entry;
  const notBeforeMs = Date.parse(notBefore);
  if (nowMs < notBeforeMs) return { type: 'waiting', for: 'the overlap', untilMs: notBeforeMs };
  const overdueMs = Math.max(Date.parse(supersededAt), Date.parse(rolledAt ?? supersededAt)) + retireAfterMs;
  const isOverdue = nowMs >= overdueMs;
  switch (view.type) {
    case 'unknown':
      return isOverdue ? OVERDUE : { type: 'waiting', for: 'a look at the Pods, which failed', untilMs: undefined };
    case 'unreadable':
      return isOverdue ? OVERDUE : { type: 'waiting', for: BLIND, untilMs: overdueMs };
    case 'seen':
      if (!view.pods.some((pod) => runsWith(pod, entry, currentMark))) return { type: 'due', because: 'unused' };
      return isOverdue
        ? OVERDUE
        : { type: 'waiting', for: 'Pods that still run with a superseded secret', untilMs: undefined };
  }
}

const OVERDUE = { type: 'due', because: 'overdue' } as const;

const BLIND = 'spec.rotation.retireAfter, since the operator may not see which Pods still run with a superseded secret';

/**
 * Whether this Pod may hold the superseded secret: it started no later than the write that replaced it (plus START_MS); or it
 * reads a Secret of a former name, which keeps the old value; or that Secret held the value once more after the roll.
 */
function runsWith(
  { startedAtMs, rolledFor, former }: SeenPod,
  entry: Retiring,
  currentMark: string | undefined,
): boolean {
  if (rolledFor !== undefined && rolledFor === currentMark && isRolledSince(startedAtMs, entry)) return false;
  if (former !== undefined && mayHold(former, entry)) return true;
  return startedAtMs <= Date.parse(entry.heldUntil ?? entry.supersededAt) + START_MS;
}

/**
 * Whether a Pod that was rolled for the value in use cannot have the superseded one: its Secret never held that once more, or
 * let go of it before the roll and before the Pod started. A pass writes the Secret before it rolls, and all three may bear
 * one second.
 */
function isRolledSince(startedAtMs: number, { heldUntil, rolledAt }: Retiring): boolean {
  if (heldUntil === undefined) return true;
  const heldMs = Date.parse(heldUntil);
  return rolledAt !== undefined && Date.parse(rolledAt) >= heldMs && startedAtMs >= Math.floor(heldMs / 1_000) * 1_000;
}

function at(ms: number): string {
  return new Date(ms).toISOString();
}
