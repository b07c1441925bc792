import { durationMs } from '../../api/duration.ts';
import { factsOf, type Pass } from '../pass.ts';
import { pauseBefore, trafficOf } from '../rotation/pace.ts';
import { beginsAt, isOverdue, type Schedule } from '../rotation/schedule.ts';
import type { ScheduleView } from '../standing.ts';

/** A secret that somebody gave an end is replaced one overlap before it, and at least this long, ms. */
const SHORTEST_LEAD_MS = 3_600_000;

/**
 * When the next rotation comes that nobody has to ask for. What is due and has to wait for the limits counts as later,
 * so that it holds up nothing else.
 */
export function observeSchedule(pass: Pass): ScheduleView {
  const times = [byInterval(pass), byExpiry(pass)].filter((time) => time !== undefined);
  const [first] = times.toSorted((one, other) => one.atMs - other.atMs);
  if (first === undefined) return { type: 'none' };
  if (first.atMs > pass.ports.clusterTime()) return { type: 'later', ...first };
  const pause = pauseBefore('scheduled', trafficOf(pass));
  return pause === undefined ? { type: 'due' } : { type: 'later', atMs: pause.untilMs, punctuality: first.punctuality };
}

type Time = Pick<Extract<ScheduleView, { type: 'later' }>, 'atMs' | 'punctuality'>;

function byInterval(pass: Pass): Time | undefined {
  const schedule = scheduleOf(pass);
  if (schedule === undefined) return undefined;
  const nowMs = pass.ports.clusterTime();
  return { atMs: beginsAt(schedule, nowMs), punctuality: isOverdue(schedule, nowMs) ? 'overdue' : 'on-time' };
}

/** Somebody set an end to the secret in use: its successor comes in time, whatever the window says. */
function byExpiry({ subject, desired }: Pass): Time | undefined {
  const { secret } = factsOf(subject.application());
  if (desired.lifecycle !== 'present' || secret?.delivered !== true || secret.expiresAt === undefined) return undefined;
  const leadMs = Math.max(desired.overlap.overlapMs, SHORTEST_LEAD_MS);
  return { atMs: Date.parse(secret.expiresAt) - leadMs, punctuality: 'on-time' };
}

/** The object's uid spreads it: the same object is due at the same time after every restart. */
function scheduleOf({ subject, desired, ports }: Pass): Schedule | undefined {
  const application = subject.application();
  const { metadata, spec } = application;
  const { interval, window } = spec.rotation ?? {};
  const { secret, rotation } = factsOf(application);
  if (desired.lifecycle !== 'present' || interval === undefined || secret?.delivered !== true) return undefined;
  const lastMs = Date.parse(rotation?.lastRotatedAt ?? metadata.creationTimestamp);
  return { intervalMs: durationMs(interval), window, lastMs, seed: ports.seals.digest(metadata.uid) };
}
