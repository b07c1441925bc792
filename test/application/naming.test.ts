import { expect, test } from 'vitest';
import { isTemporaryNameOf, isTemporaryNameOfCluster, temporaryName } from '../../src/application/naming.ts';
import { Redacted } from '../../src/credentials.ts';
import { createSeals } from '../../src/seals.ts';

const seals = (cluster: string) => createSeals({ id: 'i', cluster, key: new Redacted('ab'.repeat(32)) });

/** The name of the object in cluster `c`, with the digits of another cluster before it. */
function borrowed(cluster: string): string {
  const [own, other] = [
    temporaryName('Shop', 'u-shop', 2, seals('c')),
    temporaryName('Shop', 'u-shop', 2, seals(cluster)),
  ];
  return own.replace(/[0-9a-f]{16}/, `${other.slice(-17, -13)}${own.slice(-13, -1)}`);
}

test('the same object has the same temporary name, whoever asks', () => {
  const name = temporaryName('Shop', 'u-shop', 0, seals('c'));
  expect(name).toMatch(/^Shop \[k8s [0-9a-f]{16}\]$/);
  expect(temporaryName('Shop', 'u-shop', 0, seals('c'))).toBe(name);
});

test.each([
  ['object', temporaryName('Shop', 'u-other', 0, seals('c'))],
  ['counter', temporaryName('Shop', 'u-shop', 1, seals('c'))],
  ['cluster', temporaryName('Shop', 'u-shop', 0, seals('d'))],
])('another %s has another one', (_, other) => {
  expect(other).not.toBe(temporaryName('Shop', 'u-shop', 0, seals('c')));
});

test('a long name is clipped, and never in the middle of a character', () => {
  const name = temporaryName('🛒'.repeat(100), 'u-shop', 0, seals('c'));
  expect(name).toMatch(/^(🛒)+ \[k8s [0-9a-f]{16}\]$/u);
  expect(Array.from(name).length).toBeLessThanOrEqual(64);
});

test.each([
  ['spaces at its ends', '  Shop ', 'Shop'],
  ['doubled spaces', 'Shop  One', 'Shop One'],
  ['spaces of another kind', 'Shop\u00a0\u3000One', 'Shop One'],
  ['a letter and its accent apart', 'Cafe\u0301', 'Caf\u00e9'],
  ['a space where it is clipped', `  ${'a'.repeat(39)}  b`, 'a'.repeat(39)],
  ['more spaces than are clipped', `${' '.repeat(60)}Shop`, 'Shop'],
])('R5: a display name with %s gives a temporary name that no server has to tidy', (_, displayName, base) => {
  const name = temporaryName(displayName, 'u-shop', 0, seals('c'));
  expect(name).toBe(temporaryName(base, 'u-shop', 0, seals('c')));
  expect(name.startsWith(`${base} [k8s `)).toBe(true);
  expect(name).toBe(name.normalize('NFC').trim().replaceAll(/\s+/g, ' '));
});

test.each([
  ['as it is given now', temporaryName('Shop', 'u-shop', 2, seals('c')), true],
  ['as it was given before a disappearance', temporaryName('Shop', 'u-shop', 0, seals('c')), true],
  ['after the application was renamed', temporaryName('Store', 'u-shop', 2, seals('c')), true],
  ['with a base that was not tidied', '  Shop  One'.concat(temporaryName('', 'u-shop', 2, seals('c'))), true],
  ['of a counter that was never reached', temporaryName('Shop', 'u-shop', 3, seals('c')), false],
  ['of another object', temporaryName('Shop', 'u-other', 0, seals('c')), false],
  ['of the same object in another cluster', temporaryName('Shop', 'u-shop', 0, seals('d')), false],
  ['of this object under the tag of another cluster', borrowed('d'), false],
  ['that somebody made up', 'Billing', false],
  ['with a tag that somebody made up', 'Billing [k8s 0123456789abcdef]', false],
])('R5: a temporary name %s is proved by its tag alone', (_, name, proved) => {
  expect(isTemporaryNameOf(name, 'u-shop', 2, seals('c'))).toBe(proved);
});

test.each([
  ['of an object of this cluster', temporaryName('Shop', 'u-gone', 7, seals('c')), true],
  ['of another cluster', temporaryName('Shop', 'u-gone', 7, seals('d')), false],
  ['of a release before clusters were told apart', 'Shop [k8s 0123456789ab]', false],
  ['with words after the tag', `${temporaryName('Shop', 'u-gone', 7, seals('c'))} 2`, false],
  ['that is nothing but the tag', temporaryName('', 'u-gone', 7, seals('c')).trimStart(), false],
  ['that a person gave', 'Shop', false],
])('B4: knows a temporary name %s', (_, name, known) => {
  expect(isTemporaryNameOfCluster(name, seals('c'))).toBe(known);
});
