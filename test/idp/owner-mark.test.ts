import { expect, test } from 'vitest';
import { GROUP } from '../../src/api/names.ts';
import { MARK_KEY, markOf } from '../../src/idp/owner-mark.ts';
import { MARK } from '../support/registrations.ts';

const FOREIGN = { type: 'foreign-version' } as const;

test('the mark is kept under a name of our own group', () => {
  expect(MARK_KEY).toBe(`${GROUP}/owner`);
});

test.each([
  { why: 'nothing', value: undefined, view: { type: 'none' } },
  { why: 'null', value: null, view: { type: 'none' } },
  { why: 'a mark', value: MARK, view: { type: 'mark', mark: MARK } },
  { why: 'a mark and more', value: { ...MARK, more: 1 }, view: { type: 'mark', mark: MARK } },
  { why: 'a mark of a later release', value: { ...MARK, v: 2 }, view: FOREIGN },
  { why: 'a mark without a version', value: { ...MARK, v: undefined }, view: FOREIGN },
  { why: 'a mark with a number for its name', value: { ...MARK, name: 7 }, view: FOREIGN },
  { why: 'a mark without a proof', value: { ...MARK, proof: undefined }, view: FOREIGN },
  { why: 'a word', value: 'ours', view: FOREIGN },
  { why: 'a list', value: [], view: FOREIGN },
  { why: 'an empty object', value: {}, view: FOREIGN },
])('$why reads as $view.type', ({ value, view }) => {
  expect(markOf(value)).toEqual(view);
});

test.each(Object.keys(MARK))('a mark without %s cannot be read', (field) => {
  expect(markOf({ ...MARK, [field]: undefined })).toEqual(FOREIGN);
});
