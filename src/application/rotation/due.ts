import type { Punctuality, ScheduleView } from '../standing.ts';
import type { Ending } from './ending.ts';
import type { Pause } from './pace.ts';

/** What lets a rotation come that nobody asks for. */
export interface Occasions {
  /** By `spec.rotation.interval`. */
  readonly interval: { readonly atMs: number; readonly punctuality: 'on-time' | 'overdue' } | undefined;
  readonly ending: Ending | undefined;
}

type Due = Extract<ScheduleView, { type: 'due' }>;
type Later = Extract<ScheduleView, { type: 'later' }>;

/** What keeps such a rotation back now. */
export type PauseBefore = (because: Due['because']) => Pause | undefined;

/** From well to worst. */
const GRAVITY = [
  'on-time',
  'overdue',
  'delayed-before-end',
  'delayed-past-end',
] as const satisfies readonly Punctuality[];

/**
 * When the next rotation comes that nobody asks for. What is due and has to wait for the limits counts as later, so that
 * it holds up nothing else; and neither occasion waits for the limit of the other. Pure.
 */
export function judgeSchedule({ interval, ending }: Occasions, pauseBefore: PauseBefore, nowMs: number): ScheduleView {
  const views = [
    ...(ending === undefined ? [] : [byEnding(ending, pauseBefore, nowMs)]),
    ...(interval === undefined ? [] : [byInterval(interval, pauseBefore, nowMs)]),
  ];
  const due = views.find((view) => view.type === 'due');
  if (due !== undefined) return due;
  const laters = views.filter((view) => view.type === 'later');
  const [first] = laters.toSorted((one, other) => (one.atMs ?? nowMs) - (other.atMs ?? nowMs));
  const [worst] = laters.toSorted((one, other) => gravityOf(other) - gravityOf(one));
  if (first === undefined || worst === undefined) return { type: 'none' };
  return { type: 'later', atMs: first.atMs, punctuality: worst.punctuality };
}

/** Whatever a window says: without a successor the client stops working. */
function byEnding({ dueAtMs, endsAtMs }: Ending, pauseBefore: PauseBefore, nowMs: number): Due | Later {
  if (nowMs < dueAtMs) return { type: 'later', atMs: dueAtMs, punctuality: 'on-time' };
  const because = nowMs < endsAtMs ? 'ending' : 'ended';
  const pause = pauseBefore(because);
  if (pause === undefined) return { type: 'due', because };
  const { untilMs: atMs, waitsFor } = pause;
  if (because === 'ended') return { type: 'later', atMs, punctuality: 'delayed-past-end' };
  // The floor between two rotations is over in seconds.
  return { type: 'later', atMs, punctuality: waitsFor === 'rotation' ? 'on-time' : 'delayed-before-end' };
}

function byInterval(
  { atMs, punctuality }: NonNullable<Occasions['interval']>,
  pauseBefore: PauseBefore,
  nowMs: number,
): Due | Later {
  if (nowMs < atMs) return { type: 'later', atMs, punctuality };
  const pause = pauseBefore('scheduled');
  return pause === undefined
    ? { type: 'due', because: 'scheduled' }
    : { type: 'later', atMs: pause.untilMs, punctuality };
}

function gravityOf({ punctuality }: Later): number {
  return GRAVITY.indexOf(punctuality);
}
