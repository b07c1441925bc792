import { durationMs } from '../../api/duration.ts';
import { factsOf, type Pass } from '../pass.ts';
import { pauseBefore, trafficOf } from '../rotation/pace.ts';
import { beginsAt, isOverdue, type Schedule } from '../rotation/schedule.ts';
import type { ScheduleView } from '../step.ts';

/**
 * When the next rotation comes that nobody has to ask for. What is due and has to wait for the limits counts as later,
 * so that it holds up nothing else.
 */
export function observeSchedule(pass: Pass): ScheduleView {
  const schedule = scheduleOf(pass);
  if (schedule === undefined) return { type: 'none' };
  const nowMs = pass.ports.clusterTime();
  const punctuality = isOverdue(schedule, nowMs) ? 'overdue' : 'on-time';
  const atMs = beginsAt(schedule, nowMs);
  if (atMs > nowMs) return { type: 'later', atMs, punctuality };
  const pause = pauseBefore('scheduled', trafficOf(pass));
  return pause === undefined ? { type: 'due' } : { type: 'later', atMs: pause.untilMs, punctuality };
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
