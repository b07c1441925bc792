import { durationMs } from '../../api/duration.ts';
import { factsOf } from '../facts.ts';
import type { Pass } from '../pass.ts';
import { judgeSchedule, type Occasions, type PauseBefore } from '../rotation/due.ts';
import { endingOf } from '../rotation/ending.ts';
import { pauseBefore, type Traffic, trafficOf } from '../rotation/pace.ts';
import { beginsAt, isOverdue, type Schedule } from '../rotation/schedule.ts';
import { isAhead } from '../rotation/skew.ts';
import type { ScheduleView } from '../standing.ts';

/** A rotation that is held back is looked at so often, ms: nothing tells of a free place, or of clocks that agree. */
const DELAYED_REST_MS = 900_000;

/** When the next rotation comes that nobody has to ask for. */
export function observeSchedule(pass: Pass): ScheduleView {
  const { subject, desired, ports } = pass;
  if (desired.lifecycle !== 'present') return { type: 'none' };
  const occasions: Occasions = { interval: byInterval(pass), ending: endingOf(subject.application()) };
  // It walks over every application of the provider, and most are not due.
  let traffic: Traffic | undefined;
  const pause: PauseBefore = (because) => {
    traffic ??= trafficOf(pass);
    return pauseBefore(because, traffic);
  };
  return judgeSchedule(occasions, pause, ports.clusterTime());
}

/** Milliseconds until something of it is to be looked at again, the end of a secret included; 0 or more. */
export function scheduleLooks(schedule: ScheduleView, { subject, ports }: Pass): readonly number[] {
  const nowMs = ports.clusterTime();
  if (schedule.type !== 'later') return [];
  const endsAtMs = endingOf(subject.application())?.endsAtMs ?? 0;
  const isDelayed = schedule.punctuality === 'delayed-before-end' || schedule.punctuality === 'delayed-past-end';
  return [
    ...(schedule.atMs === undefined ? [] : [Math.max(0, schedule.atMs - nowMs)]),
    ...(endsAtMs > nowMs ? [endsAtMs - nowMs] : []),
    ...(isDelayed || schedule.atMs === undefined ? [DELAYED_REST_MS] : []),
  ];
}

function byInterval(pass: Pass): Occasions['interval'] {
  const schedule = scheduleOf(pass);
  if (schedule === undefined) return undefined;
  const nowMs = pass.ports.clusterTime();
  return { atMs: beginsAt(schedule, nowMs), punctuality: isOverdue(schedule, nowMs) ? 'overdue' : 'on-time' };
}

/** The object's uid spreads it: the same object is due at the same time after every restart. */
function scheduleOf({ subject, ports }: Pass): Schedule | undefined {
  const application = subject.application();
  const { metadata, spec } = application;
  const { interval, window } = spec.rotation ?? {};
  const { secret, rotation } = factsOf(application);
  if (interval === undefined || secret?.delivered !== true) return undefined;
  const issuedMs = Date.parse(rotation?.lastRotatedAt ?? metadata.creationTimestamp);
  const nowMs = ports.clusterTime();
  // As the report is about to write it down.
  const lastMs = isAhead(issuedMs, nowMs) ? nowMs : issuedMs;
  return { intervalMs: durationMs(interval), window, lastMs, seed: ports.seals.digest(metadata.uid) };
}
