import { expect, test } from 'vitest';
import { GROUP } from '../../src/api/names.ts';
import { MARK_KEY, markOf } from '../../src/idp/owner-mark.ts';
import { MARK } from '../support/registrations.ts';

const FOREIGN = { type: 'foreign-version' } as const;
const DAMAGED = { type: 'damaged' } as const;

test('the mark is kept under a name of our own group', () => {
  expect(MARK_KEY).toBe(`${GROUP}/owner`);
});

test.each([
  { why: 'nothing', value: undefined, view: { type: 'none' } },
  { why: 'null', value: null, view: { type: 'none' } },
  { why: 'a mark', value: MARK, view: { type: 'mark', mark: MARK } },
  { why: 'a mark and more', value: { ...MARK, more: 1 }, view: { type: 'mark', mark: MARK } },
  { why: 'a mark of a later release', value: { ...MARK, v: 2 }, view: FOREIGN },
  { why: 'a mark of a later release in another shape', value: { v: 7, owners: [] }, view: FOREIGN },
  { why: 'a mark without a version', value: { ...MARK, v: undefined }, view: DAMAGED },
  { why: 'a mark of a version that never was', value: { ...MARK, v: 0 }, view: DAMAGED },
  { why: 'a mark with a word for its version', value: { ...MARK, v: '2' }, view: DAMAGED },
  { why: 'a mark with a number for its name', value: { ...MARK, name: 7 }, view: DAMAGED },
  { why: 'a mark without a proof', value: { ...MARK, proof: undefined }, view: DAMAGED },
  { why: 'a version and nothing else', value: { v: 1 }, view: DAMAGED },
  { why: 'a word', value: 'ours', view: DAMAGED },
  { why: 'a list', value: [], view: DAMAGED },
  { why: 'an empty object', value: {}, view: DAMAGED },
])('$why reads as $view.type', ({ value, view }) => {
  expect(markOf(value)).toEqual(view);
});

test.each(Object.keys(MARK))('a mark without %s cannot be read', (field) => {
  expect(markOf({ ...MARK, [field]: undefined })).toEqual(DAMAGED);
});
