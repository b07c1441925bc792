import { describe, expect, test } from 'vitest';
import {
  type BirthRecord,
  birthIn,
  isCopy,
  isNoted,
  operationBehind,
  presumedBirths,
  wasGivenUp,
  withBirth,
  withGivenUp,
} from '../../src/application/births.ts';
import type { Registration } from '../../src/idp/provider.ts';
import { MARK, registrationNamed } from '../support/registrations.ts';

const NOON = '2026-01-01T12:00:00Z';
const SOON = '2026-01-01T12:10:00Z';
const LATER = '2026-01-01T12:10:01Z';
const TEN_MINUTES_MS = 600_000;

function bearing(operation: string, id: string, createdAt?: string): Registration {
  const facts = { ...registrationNamed('Shop').facts, createdAt };
  return registrationNamed('Shop', { id, mark: { type: 'mark', mark: { ...MARK, operation } }, facts });
}

function birth(operation: string, applicationId: string, createdAt?: string): BirthRecord {
  return { operation, applicationId, ...(createdAt === undefined ? {} : { createdAt }) };
}

test('a mark tells of the birth of its registration', () => {
  expect(birthIn(bearing('o1', '7', NOON))).toEqual(birth('o1', '7', NOON));
  expect(birthIn(bearing('o1', '7'))).toEqual(birth('o1', '7'));
});

test.each([
  { why: 'there is none', found: registrationNamed('Shop') },
  { why: 'it is damaged', found: registrationNamed('Shop', { mark: { type: 'damaged' } }) },
  { why: 'the registration was given up', found: bearing('', '7') },
  { why: 'no operation of ours is called that', found: bearing('x'.repeat(129), '7') },
])('a mark tells of no birth where $why', ({ found }) => {
  expect(birthIn(found)).toBeUndefined();
  expect(isCopy(found, [birth('', '1')], TEN_MINUTES_MS)).toBe(false);
});

describe('a registration is', () => {
  test.each<{ what: string; why: string; found: Registration; births: readonly BirthRecord[] }>([
    { what: 'no copy', why: 'nothing is known', found: bearing('o1', '8'), births: [] },
    { what: 'no copy', why: 'another operation made it', found: bearing('o2', '8'), births: [birth('o1', '7')] },
    { what: 'no copy', why: 'it is the original', found: bearing('o1', '7', LATER), births: [birth('o1', '7', NOON)] },
    {
      what: 'no copy',
      why: 'the same create made it, as old',
      found: bearing('o1', '8', SOON),
      births: [birth('o1', '7', NOON)],
    },
    {
      what: 'no copy',
      why: 'both of one create were held',
      found: bearing('o1', '7', LATER),
      births: [birth('o1', '7', NOON), birth('o1', '8', NOON)],
    },
    { what: 'a copy', why: 'it is younger', found: bearing('o1', '8', LATER), births: [birth('o1', '7', NOON)] },
    { what: 'a copy', why: 'it is older', found: bearing('o1', '8', NOON), births: [birth('o1', '7', LATER)] },
    { what: 'a copy', why: 'nobody knows how old it is', found: bearing('o1', '8'), births: [birth('o1', '7', NOON)] },
    {
      what: 'a copy',
      why: 'nobody knows how old the other was',
      found: bearing('o1', '8', NOON),
      births: [birth('o1', '7')],
    },
    {
      what: 'a copy',
      why: 'no create of ours made the original',
      found: bearing('adopted-o1', '8', NOON),
      births: [birth('adopted-o1', '7', NOON)],
    },
  ])('$what where $why', ({ what, found, births }) => {
    expect(isCopy(found, births, TEN_MINUTES_MS) ? 'a copy' : 'no copy').toBe(what);
  });
});

test('of an operation that nobody knows the first bearer is taken for the original', () => {
  const known = [birth('o1', '1')];
  expect(presumedBirths(known, [bearing('o1', '2'), bearing('o2', '3'), bearing('o2', '4')])).toEqual([
    birth('o1', '1'),
    birth('o2', '3'),
  ]);
});

test('a birth is noted once, as the newest, and only so many are kept', () => {
  const many = Array.from({ length: 10 }, (_, at) => birth(`o${at}`, '1'));
  expect(withBirth(undefined, birth('o', '1'))).toEqual([birth('o', '1')]);
  expect(withBirth(many, birth('o3', '1', NOON))).toEqual([
    ...many.filter(({ operation }) => operation !== 'o3'),
    birth('o3', '1', NOON),
  ]);
  expect(withBirth(many, birth('o3', '2'))).toEqual([...many.slice(1), birth('o3', '2')]);
});

test('a birth is known by its operation and its id', () => {
  const births = [birth('o1', '1'), birth('o2', '1'), birth('o3', '2')];
  expect([birth('o1', '1', NOON), birth('o1', '2'), birth('o2', '2')].map((each) => isNoted(births, each))).toEqual([
    true,
    false,
    false,
  ]);
  expect(['1', '2', '3'].map((id) => operationBehind(births, id))).toEqual(['o2', 'o3', undefined]);
  expect([isNoted(undefined, birth('o1', '1')), operationBehind(undefined, '1')]).toEqual([false, undefined]);
});

test('a registration is given up from when a person says so until the object takes it again', () => {
  const births = [birth('o1', '1'), birth('o2', '2'), birth('o3', '1')];
  const given = withGivenUp(births, '1', NOON);
  expect(given).toEqual([births[0], births[1], { ...birth('o3', '1'), givenUpAt: NOON }]);
  expect(['1', '2', '3'].map((id) => wasGivenUp(given, id))).toEqual([true, false, false]);
  expect([birth('o3', '1'), birth('o4', '1')].map((again) => wasGivenUp(withBirth(given, again), '1'))).toEqual([
    false,
    false,
  ]);
  expect([withGivenUp(births, '3', NOON), withGivenUp(undefined, '1', NOON), wasGivenUp(undefined, '1')]).toEqual([
    births,
    [],
    false,
  ]);
});
