import { expect, test } from 'vitest';
import {
  datedNow,
  judgeRetirement,
  overlappingAnew,
  type PodsView,
  predecessorIn,
  type Retiring,
  rolledInPart,
  rolledNow,
  superseding,
} from '../../../src/application/rotation/retiring.ts';

const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 3_600_000;
const HOUR_MS = 3_600_000;
const WRITTEN_MS = Date.parse('2026-03-01T00:00:00Z');
const at = (afterMs: number): string => new Date(WRITTEN_MS + afterMs).toISOString();

/** Superseded at the write, with an overlap of an hour. */
const ENTRY: Retiring = { name: 'k8s-i-2', fingerprint: 'f', supersededAt: at(0), notBefore: at(HOUR_MS) };
const AFTER = { retireAfterMs: 6 * HOUR_MS };

function pods(...started: readonly number[]): PodsView {
  return {
    type: 'seen',
    pods: started.map((afterMs) => ({ name: 'shop-0', startedAtMs: WRITTEN_MS + afterMs, rolledFor: undefined })),
  };
}

/** A Pod that has started since on a Secret of a former name, which holds the value of this fingerprint. */
function onFormer(fingerprint: string | undefined): PodsView {
  const startedAtMs = WRITTEN_MS + 30 * MINUTE_MS;
  return { type: 'seen', pods: [{ name: 'shop-0', startedAtMs, rolledFor: undefined, former: { fingerprint } }] };
}

/** A Pod that was rolled for the value in use, and started so long after the write. */
function rolled(afterMs: number): PodsView {
  return { type: 'seen', pods: [{ name: 'shop-0', startedAtMs: WRITTEN_MS + afterMs, rolledFor: 'current' }] };
}

const ROLLED = rolled(-HOUR_MS);
const ROLLED_BEFORE: PodsView = { type: 'seen', pods: [{ name: 'shop-0', startedAtMs: 0, rolledFor: 'former' }] };
const UNREADABLE: PodsView = { type: 'unreadable' };
const UNKNOWN: PodsView = { type: 'unknown' };

interface Case {
  readonly when: string;
  readonly afterMs: number;
  readonly view: PodsView;
  readonly entry?: Partial<Retiring>;
  /** Why it goes, or what it waits for and until when after the write. */
  readonly want: string;
}

const CASES: readonly Case[] = [
  { when: 'within the overlap', afterMs: HOUR_MS - 1, view: pods(), want: 'the overlap until 60 min' },
  { when: 'as the overlap ends', afterMs: HOUR_MS, view: pods(), want: 'unused' },
  { when: 'with a Pod from before the write', afterMs: HOUR_MS, view: pods(-1000), want: 'Pods' },
  { when: 'with a Pod from the second of the write', afterMs: HOUR_MS, view: pods(0), want: 'Pods' },
  { when: 'with a Pod that may have read it as it started', afterMs: HOUR_MS, view: pods(10_000), want: 'Pods' },
  { when: 'with a Pod from after the write', afterMs: HOUR_MS, view: pods(11_000), want: 'unused' },
  { when: 'with one of each', afterMs: HOUR_MS, view: pods(11_000, -1000), want: 'Pods' },
  { when: 'with a Pod that was rolled for the value in use', afterMs: HOUR_MS, view: ROLLED, want: 'unused' },
  { when: 'with a Pod that was rolled for another', afterMs: HOUR_MS, view: ROLLED_BEFORE, want: 'Pods' },
  { when: 'with a Pod that took it by a former name since', afterMs: HOUR_MS, view: onFormer('f'), want: 'Pods' },
  { when: 'with one that took another there', afterMs: HOUR_MS, view: onFormer('g'), want: 'unused' },
  { when: 'with one that may have taken it there', afterMs: HOUR_MS, view: onFormer(undefined), want: 'Pods' },
  {
    when: 'of a value that was never read, with a Pod on a former name',
    afterMs: HOUR_MS,
    view: onFormer('g'),
    entry: { fingerprint: undefined },
    want: 'Pods',
  },
  { when: 'at retireAfter, with such a Pod', afterMs: 6 * HOUR_MS, view: onFormer('f'), want: 'overdue' },
  {
    when: 'with a Pod from before the Secret of an earlier name let go of it',
    afterMs: HOUR_MS,
    view: pods(30 * MINUTE_MS),
    entry: { heldUntil: at(30 * MINUTE_MS) },
    want: 'Pods',
  },
  {
    when: 'with a Pod from after that',
    afterMs: HOUR_MS,
    view: pods(31 * MINUTE_MS),
    entry: { heldUntil: at(30 * MINUTE_MS) },
    want: 'unused',
  },
  {
    when: 'with a Pod that was rolled for the value in use before that',
    afterMs: HOUR_MS,
    view: ROLLED,
    entry: { rolledAt: at(20 * MINUTE_MS), heldUntil: at(30 * MINUTE_MS) },
    want: 'Pods',
  },
  {
    when: 'with one that was rolled for it as that let go',
    afterMs: HOUR_MS,
    view: rolled(30 * MINUTE_MS),
    entry: { rolledAt: at(30 * MINUTE_MS), heldUntil: at(30 * MINUTE_MS) },
    want: 'unused',
  },
  {
    when: 'with one that started before, where others were rolled then',
    afterMs: HOUR_MS,
    view: rolled(29 * MINUTE_MS),
    entry: { rolledAt: at(30 * MINUTE_MS), heldUntil: at(30 * MINUTE_MS) },
    want: 'Pods',
  },
  { when: 'a moment before retireAfter', afterMs: 6 * HOUR_MS - 1, view: pods(-1000), want: 'Pods' },
  { when: 'at retireAfter', afterMs: 6 * HOUR_MS, view: pods(-1000), want: 'overdue' },
  { when: 'at retireAfter without a Pod', afterMs: 6 * HOUR_MS, view: pods(), want: 'unused' },
  {
    when: 'after a roll that came late',
    afterMs: 6 * HOUR_MS,
    view: pods(-1000),
    entry: { rolledAt: at(2 * HOUR_MS) },
    want: 'Pods',
  },
  {
    when: 'at retireAfter from that roll',
    afterMs: 8 * HOUR_MS,
    view: pods(-1000),
    entry: { rolledAt: at(2 * HOUR_MS) },
    want: 'overdue',
  },
  { when: 'without a look at Pods', afterMs: HOUR_MS, view: UNREADABLE, want: 'retireAfter until 360 min' },
  { when: 'without a look at Pods, at retireAfter', afterMs: 6 * HOUR_MS, view: UNREADABLE, want: 'overdue' },
  { when: 'after a look that failed', afterMs: 5 * HOUR_MS, view: UNKNOWN, want: 'a look' },
  { when: 'at retireAfter, after a look that failed', afterMs: 6 * HOUR_MS, view: UNKNOWN, want: 'overdue' },
  {
    when: 'with an overlap that is longer than retireAfter',
    afterMs: 7 * HOUR_MS,
    view: pods(),
    entry: { notBefore: at(8 * HOUR_MS) },
    want: 'the overlap until 480 min',
  },
];

test.each(CASES)('T3: $when a superseded secret: $want', ({ afterMs, view, entry, want }) => {
  const verdict = judgeRetirement({ ...ENTRY, ...entry }, AFTER, view, 'current', WRITTEN_MS + afterMs);
  const text =
    verdict.type === 'due'
      ? verdict.because
      : `${verdict.for}${verdict.untilMs === undefined ? '' : ` until ${(verdict.untilMs - WRITTEN_MS) / MINUTE_MS} min`}`;
  const [what = '', until = ''] = want.split(' until ');
  expect(text).toContain(what);
  expect(text.endsWith(until)).toBe(true);
});

test('T3: what is superseded is listed once, with the time of the write and the overlap of that time', () => {
  const once = superseding(
    undefined,
    [{ name: 'a', fingerprint: 'f' }, { name: 'b' }],
    { overlapMs: HOUR_MS },
    WRITTEN_MS,
  );
  const twice = superseding(once, [{ name: 'c' }, { name: 'b' }], { overlapMs: 2 * HOUR_MS }, WRITTEN_MS + HOUR_MS);
  const late = { supersededAt: at(HOUR_MS), notBefore: at(3 * HOUR_MS) };
  expect(twice?.retiring).toEqual([
    { name: 'a', fingerprint: 'f', supersededAt: at(0), notBefore: at(HOUR_MS) },
    { name: 'c', ...late },
    { name: 'b', ...late },
  ]);
});

test('T3: where a Secret of an earlier name is written again, what it held has the whole overlap from then on', () => {
  const late = { ...ENTRY, notBefore: at(3 * HOUR_MS) };
  const unread = { ...ENTRY, fingerprint: undefined };
  const another = { ...ENTRY, fingerprint: 'g' };
  const rotation = { rolling: 2, retiring: [late, unread, another, ENTRY] };
  const overlap = { overlapMs: HOUR_MS };
  const heldUntil = at(HOUR_MS);
  const notBefore = at(2 * HOUR_MS);
  expect(overlappingAnew(rotation, { fingerprint: 'f' }, overlap, WRITTEN_MS + HOUR_MS)).toEqual({
    rolling: 2,
    retiring: [
      { ...late, heldUntil },
      { ...unread, heldUntil, notBefore },
      another,
      { ...ENTRY, heldUntil, notBefore },
    ],
  });
  expect(overlappingAnew({ retiring: [another] }, {}, overlap, WRITTEN_MS + HOUR_MS)).toEqual({
    retiring: [{ ...another, heldUntil, notBefore }],
  });
  expect(overlappingAnew({ rolling: 2 }, {}, overlap, WRITTEN_MS)).toEqual({ rolling: 2 });
});

test('T3: what the write of that Secret has superseded itself was held by it no longer, however the clock goes on meanwhile', () => {
  const overlap = { overlapMs: HOUR_MS };
  for (const [first, second] of [
    [0, 0],
    [0.2, 0.7],
    [0.9, 1.1],
  ] as const) {
    const superseded = superseding(undefined, [{ name: 'a' }], overlap, WRITTEN_MS + first);
    const [entry] = overlappingAnew(superseded, {}, overlap, WRITTEN_MS + second)?.retiring ?? [];
    expect(entry?.heldUntil, `${first} and ${second} ms after`).toBeUndefined();
  }
});

test('T3: nothing superseded changes nothing', () => {
  expect(superseding({ rolling: 2 }, [], { overlapMs: HOUR_MS }, WRITTEN_MS)).toEqual({ rolling: 2 });
});

test('T3: without an overlap a container that was starting has a minute', () => {
  const rotation = superseding(undefined, [{ name: 'a' }], { overlapMs: 0 }, WRITTEN_MS);
  expect(rotation?.retiring).toEqual([{ name: 'a', supersededAt: at(0), notBefore: at(MINUTE_MS) }]);
});

test.each([
  { when: 'nothing is superseded', retiring: [], want: undefined },
  { when: 'one is', retiring: [entry('a', 0)], want: 'a' },
  { when: 'several are from one moment: the first of them', retiring: [entry('a', 0), entry('b', 0)], want: 'a' },
  { when: 'older ones work still: the last', retiring: [entry('a', -5), entry('b', 0), entry('c', 0)], want: 'b' },
  { when: 'only older ones work still', retiring: [entry('a', -5)], want: undefined },
])('T3: what the secret in use took the place of, where $when', ({ retiring, want }) => {
  expect(predecessorIn({ lastRotatedAt: at(0), retiring })?.name).toBe(want);
});

test('T3: what it took the place of is told though nobody knows when it was issued', () => {
  expect(predecessorIn({ retiring: [entry('a', 0)] })?.name).toBe('a');
  expect(predecessorIn(undefined)).toBeUndefined();
});

function entry(name: string, supersededMin: number): Retiring {
  return { ...ENTRY, name, supersededAt: at(supersededMin * MINUTE_MS) };
}

test.each([
  { roll: 'at once', afterMs: 10_000, notBefore: at(HOUR_MS) },
  { roll: 'after a pause within the overlap', afterMs: 30 * MINUTE_MS, notBefore: at(90 * MINUTE_MS) },
  { roll: 'after a pause longer than it', afterMs: 48 * HOUR_MS, notBefore: at(49 * HOUR_MS) },
])('T3: a roll $roll leaves the workloads their time', ({ afterMs, notBefore }) => {
  expect(rolledNow([ENTRY], WRITTEN_MS + afterMs)).toEqual([{ ...ENTRY, rolledAt: at(afterMs), notBefore }]);
});

test('T3: a roll without an end leaves the same time, and retireAfter to count from the write', () => {
  const later = WRITTEN_MS + 48 * HOUR_MS;
  expect(rolledInPart([ENTRY], later)).toEqual([{ ...ENTRY, notBefore: at(49 * HOUR_MS) }]);
  expect(rolledInPart([{ ...ENTRY, rolledAt: at(0) }], later)).toEqual([{ ...ENTRY, rolledAt: at(0) }]);
});

test('T3: the overlap that is said now keeps each from its write on, or from when its Secret let go of it, and shortens none', () => {
  const held = { ...ENTRY, heldUntil: at(30 * MINUTE_MS) };
  const late = { ...ENTRY, notBefore: at(4 * HOUR_MS) };
  expect(datedNow([ENTRY, held, late], { overlapMs: 3 * HOUR_MS }, WRITTEN_MS + HOUR_MS)).toEqual([
    { ...ENTRY, notBefore: at(3 * HOUR_MS) },
    { ...held, notBefore: at(3.5 * HOUR_MS) },
    late,
  ]);
  expect(datedNow([ENTRY], { overlapMs: 0 }, WRITTEN_MS)).toEqual([ENTRY]);
});

test.each(['supersededAt', 'rolledAt', 'heldUntil'] as const)(
  'T6: one whose $0 lies further ahead than clocks differ counts as superseded now',
  (time) => {
    const ahead = { ...ENTRY, rolledAt: at(0), notBefore: at(YEAR_MS), [time]: at(YEAR_MS) };
    const { name, fingerprint } = ENTRY;
    expect(datedNow([ahead, ENTRY], { overlapMs: HOUR_MS }, WRITTEN_MS)).toEqual([
      { name, fingerprint, supersededAt: at(0), notBefore: at(HOUR_MS) },
      ENTRY,
    ]);
  },
);
