import type { OAuthApplication } from '../../api/application.ts';
import { durationMs } from '../../api/duration.ts';
import { Blocked } from '../blocked.ts';
import { factsOf } from '../facts.ts';
import type { RotationCause } from '../observed.ts';
import type { Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { Postponed } from '../ports/errors.ts';
import { endingOf, endingSooner } from './ending.ts';
import { type Schedule, scheduledRate } from './schedule.ts';
import { isAhead, isSkewed } from './skew.ts';

/** What the limits on rotations are counted from. Times are epoch ms, by the API server's clock (protocol T6). */
export interface Traffic {
  /** Of the object whose secret is to be issued. */
  readonly rotation: Facts['rotation'];
  /** When that object's secret comes to its end; `undefined` where it has none. */
  readonly endsAtMs: number | undefined;
  /** Every application of the provider identity, the object itself included. */
  readonly applications: readonly OAuthApplication[];
  /** Why a rotation is about to begin of which no status tells yet, by the uid of its object. */
  readonly beginning: (uid: string) => RotationCause | undefined;
  readonly automaticRotationsPerHour: number;
  readonly nowMs: number;
  /** By how much our clock and the API server's differ; `undefined` while that is not known. */
  readonly skewMs: number | undefined;
}

/** Why a rotation waits, and the epoch ms at which it is likely to go on; `undefined` where nobody knows. */
export interface Pause {
  readonly waitsFor: 'rotation' | 'unasked' | 'schedule';
  readonly untilMs: number | undefined;
}

const UNTIL_CLOCKS_AGREE = { waitsFor: 'schedule', untilMs: undefined } as const satisfies Pause;

/** Between two rotations of one object (protocol T5). */
const FLOOR_MS = 30_000;

const HOUR_MS = 3_600_000;

/** How many records of one application count in an hour: whoever can forge one status uses up no more than these. */
const MOST_OF_ONE = 5;

/** All that wait for a limit look again when a place is free; this keeps thousands of them from doing so every second. */
const SHORTEST_WAIT_MS = HOUR_MS / 4;

/** What counts against `automaticRotationsPerHour`: secrets that were lost, or had an end. */
const AUTOMATIC: ReadonlySet<RotationCause> = new Set(['secret-lost', 'withdrawn', 'ending', 'ended']);

const SCHEDULED: ReadonlySet<RotationCause> = new Set(['scheduled']);

/**
 * Keeps rotations apart, and those that nobody asked for within their limits (protocol T5, T6). What begins the rotation is
 * `work`, which has the place of that until it is done: passes run side by side.
 *
 * @throws what `work` throws; Postponed until when it has to wait, Blocked where only a person can help
 */
export async function inPace<T>(pass: Pass, because: RotationCause, work: () => Promise<T>): Promise<T> {
  keepPace(because, pass);
  return pass.provider.beginnings.during(pass.subject.application().metadata.uid, because, work);
}

function keepPace(because: RotationCause, pass: Pass): void {
  const traffic = trafficOf(pass);
  if ((because === 'secret-lost' || because === 'withdrawn') && isSkewed(traffic.skewMs)) {
    throw new Blocked(
      'SecretLost',
      'Nothing is rotated unasked while the clocks of operator and API server differ by minutes',
    );
  }
  const pause = pauseBefore(because, traffic);
  if (pause === undefined) return;
  // Another one took the place since this pass looked. The next pass sees that, tells of it, and does what else there is to do.
  const isInTime = because === 'scheduled' || because === 'ending' || because === 'ended';
  throw new Postponed(pause.waitsFor, isInTime || pause.untilMs === undefined ? 0 : pause.untilMs - traffic.nowMs);
}

/** What the limits are counted from, as the caches have it now. */
export function trafficOf({ subject, provider, ports }: Pass): Traffic {
  return {
    rotation: wasRotated(subject.application()) ? factsOf(subject.application()).rotation : undefined,
    endsAtMs: endingOf(subject.application())?.endsAtMs,
    applications: ports.applications.ofIdentity(provider.identity),
    beginning: provider.beginnings.causeOf,
    automaticRotationsPerHour: provider.automaticRotationsPerHour,
    nowMs: ports.clusterTime(),
    skewMs: ports.clockSkewMs(),
  };
}

/** The first secret of a registration replaced none. */
function wasRotated({ status }: OAuthApplication): boolean {
  return (status?.secret?.serial ?? 0) > 1;
}

/** What a rotation for this cause has to wait for; `undefined` when nothing keeps it. Pure. */
export function pauseBefore(because: RotationCause, traffic: Traffic): Pause | undefined {
  return floorOf(traffic) ?? limitOn(because, traffic);
}

function floorOf({ rotation, nowMs }: Traffic): Pause | undefined {
  const [lastMs] = timesBefore([rotation?.lastRotatedAt], nowMs, FLOOR_MS);
  return lastMs === undefined ? undefined : { waitsFor: 'rotation', untilMs: lastMs + FLOOR_MS };
}

function limitOn(because: RotationCause, traffic: Traffic): Pause | undefined {
  const { applications, automaticRotationsPerHour, nowMs } = traffic;
  switch (because) {
    case 'requested':
    case 'undelivered':
    case 'answer-lost':
      return undefined;
    case 'secret-lost':
    case 'withdrawn': {
      const untilMs = freeAt(automaticOf(traffic), automaticRotationsPerHour, nowMs);
      return untilMs === undefined ? undefined : { waitsFor: 'unasked', untilMs };
    }
    case 'ending':
    case 'ended': {
      if (isSkewed(traffic.skewMs)) return UNTIL_CLOCKS_AGREE;
      const others = applications.filter((application) => !isUnderWay(application, AUTOMATIC, traffic));
      const ahead = endingSooner(others, traffic.endsAtMs ?? nowMs, nowMs);
      const untilMs = placeAt(automaticOf(traffic), automaticRotationsPerHour, ahead, nowMs);
      return untilMs === undefined ? undefined : { waitsFor: 'schedule', untilMs };
    }
    case 'scheduled': {
      if (isSkewed(traffic.skewMs)) return UNTIL_CLOCKS_AGREE;
      const spent = applications.flatMap((application) => [
        ...timesBefore([application.status?.rotation?.lastScheduledAt], nowMs, HOUR_MS),
        ...underWay(application, SCHEDULED, traffic),
      ]);
      const untilMs = freeAt(spent, scheduledRate(applications.flatMap(scheduleOf)), nowMs);
      return untilMs === undefined ? undefined : { waitsFor: 'schedule', untilMs };
    }
  }
}

function automaticOf(traffic: Traffic): readonly number[] {
  const { applications, nowMs } = traffic;
  return applications.flatMap((application) => {
    const { unasked = [], lastEndingAt } = application.status?.rotation ?? {};
    const spent = timesBefore([...unasked, lastEndingAt], nowMs, HOUR_MS);
    return [...spent, ...underWay(application, AUTOMATIC, traffic)].slice(-MOST_OF_ONE);
  });
}

/** A rotation under way takes a place; its time is set so that whoever waits for it looks again before long. */
function underWay(
  application: OAuthApplication,
  causes: ReadonlySet<RotationCause>,
  traffic: Traffic,
): readonly number[] {
  return isUnderWay(application, causes, traffic) ? [traffic.nowMs + SHORTEST_WAIT_MS - HOUR_MS] : [];
}

/** Where the answer was lost it is made again unasked, and no limit keeps that back. */
function isUnderWay(
  { metadata, status }: OAuthApplication,
  causes: ReadonlySet<RotationCause>,
  { beginning }: Traffic,
): boolean {
  const { operation } = status ?? {};
  const cause = operation?.type === 'rotate' ? operation.cause : beginning(metadata.uid);
  return cause !== undefined && causes.has(cause);
}

/** When there is room for one more, given those of the last hour; `undefined` when there is now. */
function freeAt(spent: readonly number[], perHour: number, nowMs: number): number | undefined {
  const untilMs = placeAt(spent, perHour, 0, nowMs);
  return untilMs === undefined ? undefined : Math.max(untilMs, nowMs + SHORTEST_WAIT_MS);
}

/** When there is room for one more beside `ahead` others; `undefined` when there is now. Each takes its place for an hour. */
function placeAt(spent: readonly number[], perHour: number, ahead: number, nowMs: number): number | undefined {
  const taken = spent.length + ahead;
  if (taken < perHour) return undefined;
  const leaving = spent.toSorted((one, other) => one - other)[taken - perHour] ?? nowMs;
  return leaving + HOUR_MS;
}

/** Those of the last `withinMs`, oldest first. */
function timesBefore(times: readonly (string | undefined)[], nowMs: number, withinMs: number): readonly number[] {
  return times
    .map((time) => Date.parse(time ?? ''))
    .filter((atMs) => atMs > nowMs - withinMs && !isAhead(atMs, nowMs))
    .toSorted((one, other) => one - other);
}

function scheduleOf({ spec }: OAuthApplication): readonly Pick<Schedule, 'intervalMs' | 'window'>[] {
  const { interval, window } = spec.rotation ?? {};
  return interval === undefined ? [] : [{ intervalMs: durationMs(interval), window }];
}
