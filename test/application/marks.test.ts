import { expect, test } from 'vitest';
import {
  isFree,
  isGenuine,
  type Kinship,
  kinshipOf,
  type MarkedObject,
  markFor,
  markOfNobody,
} from '../../src/application/marks.ts';
import { Redacted } from '../../src/credentials.ts';
import type { OwnerMark } from '../../src/idp/owner-mark.ts';
import { createSeals, type Installation } from '../../src/seals.ts';

const KEY = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
const OTHER_KEY = KEY.replace('00', '01');
const HERE: Installation = { id: 'i', cluster: 'c', key: new Redacted(KEY) };
const ANOTHER: Installation = { id: 'j', cluster: 'c', key: new Redacted(OTHER_KEY) };
const ELSEWHERE: Installation = { id: 'i', cluster: 'copy', key: new Redacted(KEY) };

const SELF: MarkedObject = { namespaceUid: 'u-shop', uid: 'u-web', namespace: 'shop', name: 'web' };
const HELD = { operation: 'o1', retained: false } as const;

const seals = createSeals(HERE);
const MARK = markFor(SELF, HELD, seals);

function kinship(mark: OwnerMark, self = SELF, installation = HERE): Kinship {
  return kinshipOf({ type: 'mark', mark }, self, createSeals(installation));
}

test('a mark says whose the registration is and which operation made it', () => {
  const { proof, ...rest } = MARK;
  expect(rest).toEqual({ v: 1, installation: 'i', cluster: 'c', ...SELF, ...HELD });
  expect(proof).toMatch(/^[0-9a-f]{64}$/);
  expect(markFor(SELF, HELD, createSeals(HERE)), 'it is the same after a restart').toEqual(MARK);
});

test.each<{ kinship: Kinship; why: string; object: MarkedObject; retained?: boolean }>([
  { kinship: 'own', why: 'it was made for this object', object: SELF },
  { kinship: 'own', why: 'it was left behind on purpose by this object', object: SELF, retained: true },
  { kinship: 'former', why: 'an earlier object of the name had it', object: { ...SELF, uid: 'u-old' } },
  { kinship: 'former', why: 'it left it behind', object: { ...SELF, uid: 'u-old' }, retained: true },
  {
    kinship: 'former-namespace',
    why: 'an earlier namespace of the name had it',
    object: { ...SELF, uid: 'u-old', namespaceUid: 'u-old-shop' },
  },
  { kinship: 'stranger', why: 'another object has it', object: { ...SELF, uid: 'u-api', name: 'api' } },
  {
    kinship: 'stranger',
    why: 'one of the same name in another namespace has it',
    object: { ...SELF, uid: 'u-other', namespaceUid: 'u-store', namespace: 'store' },
  },
  {
    kinship: 'stranger',
    why: 'the border between namespace and name counts',
    object: { ...SELF, uid: 'u-other', namespace: 'sho', name: 'pweb' },
  },
])('a registration is $kinship: $why', ({ kinship: want, object, retained = false }) => {
  const mark = markFor(object, { ...HELD, retained }, seals);
  expect(isGenuine(mark, seals)).toBe(true);
  expect(kinship(mark)).toBe(want);
});

test.each([
  { kinship: 'unmarked', view: { type: 'none' } },
  { kinship: 'foreign-version', view: { type: 'foreign-version' } },
  { kinship: 'damaged', view: { type: 'damaged' } },
] as const)('without a mark that can be read it is $kinship', ({ kinship: want, view }) => {
  expect(kinshipOf(view, SELF, seals)).toBe(want);
});

/** Every field of a mark, with a value that somebody else may write there, and what it then is to its owner. */
const FORGED = {
  v: { change: { v: 2 as 1 }, kinship: 'another-cluster' },
  installation: { change: { installation: 'j' }, kinship: 'another-cluster' },
  cluster: { change: { cluster: 'copy' }, kinship: 'another-cluster' },
  namespaceUid: { change: { namespaceUid: 'u-old-shop' }, kinship: 'another-cluster' },
  uid: { change: { uid: 'u-old' }, kinship: 'another-cluster' },
  namespace: { change: { namespace: 'store' }, kinship: 'stranger' },
  name: { change: { name: 'api' }, kinship: 'stranger' },
  operation: { change: { operation: 'o2' }, kinship: 'another-cluster' },
  retained: { change: { retained: true }, kinship: 'another-cluster' },
  proof: {
    change: { proof: MARK.proof.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
    kinship: 'another-cluster',
  },
} as const satisfies Record<keyof OwnerMark, { change: Partial<OwnerMark>; kinship: Kinship }>;

test.each(Object.entries(FORGED))('a forged %s breaks the proof', (_, { change, kinship: want }) => {
  const forged = { ...MARK, ...change };
  expect(isGenuine(forged, seals)).toBe(false);
  expect(kinship(forged)).toBe(want);
});

test.each([
  { why: 'cut off', proof: MARK.proof.slice(0, -1) },
  { why: 'empty', proof: '' },
  { why: 'in capitals', proof: MARK.proof.toUpperCase() },
  { why: 'of another mark', proof: markFor({ ...SELF, uid: 'u-old' }, HELD, seals).proof },
  { why: 'of a seal over the same text', proof: seals.keyed('seal', JSON.stringify(Object.values(MARK).slice(0, -1))) },
])('a proof that is $why proves nothing', ({ proof }) => {
  expect(kinship({ ...MARK, proof })).toBe('another-cluster');
});

test('one who claims a registration of another object cannot make the proof', () => {
  const theirs = markFor({ ...SELF, uid: 'u-api', name: 'api' }, HELD, seals);
  expect(kinship({ ...theirs, uid: SELF.uid })).toBe('stranger');
  expect(kinship({ ...theirs, ...SELF })).toBe('another-cluster');
});

test.each([
  { why: 'another installation in the same cluster', one: HERE, other: ANOTHER },
  { why: 'another installation under a key that leaked', one: HERE, other: { ...ANOTHER, key: HERE.key } },
  { why: 'the same installation in a copy of the cluster', one: HERE, other: ELSEWHERE },
  { why: 'one that has only the name of this one', one: HERE, other: { ...HERE, key: new Redacted(OTHER_KEY) } },
])('keeps apart from $why, in both directions', ({ one, other }) => {
  const [mine, theirs] = [one, other].map((installation) => markFor(SELF, HELD, createSeals(installation)));
  if (mine === undefined || theirs === undefined) throw new Error('there are two');
  expect([kinship(mine, SELF, one), kinship(theirs, SELF, other)]).toEqual(['own', 'own']);
  expect([kinship(mine, SELF, other), kinship(theirs, SELF, one)]).toEqual(['another-cluster', 'another-cluster']);
  const elsewhere = { ...SELF, uid: 'u-api', name: 'api' };
  expect([kinship(mine, elsewhere, other), kinship(theirs, elsewhere, one)]).toEqual(['stranger', 'stranger']);
});

test('what an object gave up is nobody’s, whoever asks', () => {
  const mark = markOfNobody(SELF, 'o1', seals);
  expect(isGenuine(mark, seals)).toBe(true);
  expect([kinship(mark), kinship(mark, { ...SELF, uid: 'u-api', name: 'api' })]).toEqual(['given-up', 'given-up']);
});

test.each<{ mark: string; live: Kinship; free: boolean; retained: boolean; released: boolean }>([
  { mark: 'of its own', live: 'own', free: true, retained: true, released: true },
  { mark: 'of an earlier object of the name', live: 'former', free: true, retained: true, released: true },
  { mark: 'of an earlier namespace', live: 'former-namespace', free: false, retained: true, released: true },
  { mark: 'of another cluster', live: 'another-cluster', free: false, retained: true, released: true },
  { mark: 'of another object', live: 'stranger', free: false, retained: true, released: false },
])('a registration with the mark $mark may be had: $free, retained: $retained, released: $released', (row) => {
  const had = (held: boolean, by: 'nobody' | 'a person') =>
    isFree(
      { type: 'mark', mark: markFor(SELF, { operation: 'o1', retained: held }, seals) },
      row.live,
      () => by === 'a person',
    );
  expect([had(false, 'nobody'), had(true, 'nobody'), had(false, 'a person')]).toEqual([
    row.free,
    row.retained,
    row.free || row.released,
  ]);
});
