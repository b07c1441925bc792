import { describe, expect, test } from 'vitest';
import { formsOf } from '../../dev/sim/forms.ts';

const VALUE = 's3cr3t/??>>val"ue~';

const WAYS: readonly (readonly [name: string, write: (text: string) => string])[] = [
  ['as it is', (text) => text],
  ['in a text of JSON', (text) => JSON.stringify({ text })],
  ['percent-encoded', (text) => encodeURIComponent(text)],
  ['in base64', (text) => Buffer.from(text).toString('base64')],
  ['in base64url', (text) => Buffer.from(text).toString('base64url')],
  ['in hex', (text) => Buffer.from(text).toString('hex')],
  ['in hex of capitals', (text) => Buffer.from(text).toString('hex').toUpperCase()],
];

function isSeenIn(text: string): boolean {
  return formsOf(VALUE).some((form) => text.includes(form));
}

describe('a value is seen', () => {
  test.each(WAYS)('written down %s, wherever in a text it stands', (_, write) => {
    const texts = ['', 'a', 'ab', 'id:'].flatMap((before) => ['', 'z', 'zz'].map((after) => before + VALUE + after));
    expect(texts.filter((text) => !isSeenIn(write(text)))).toEqual([]);
  });

  test.each(WAYS)('and another one is not, written down %s', (_, write) => {
    expect(isSeenIn(write(VALUE.replace('3', '4')))).toBe(false);
  });
});
