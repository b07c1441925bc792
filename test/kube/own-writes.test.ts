import { expect, test } from 'vitest';
import { createOwnWrites } from '../../src/kube/own-writes.ts';

function version(resourceVersion: string, uid = 'a') {
  return { metadata: { uid, resourceVersion } };
}

test('what we wrote is known before the cache has seen it', () => {
  const writes = createOwnWrites();
  writes.wrote(version('1'), version('2'));
  expect(writes.latest(version('1'))).toEqual(version('2'));
});

test('a cache that has seen some of our writes is still behind the last', () => {
  const writes = createOwnWrites();
  writes.wrote(version('1'), version('2'));
  writes.wrote(version('2'), version('3'));
  expect(writes.latest(version('2'))).toEqual(version('3'));
});

test('what somebody else wrote after us counts, and ours is forgotten', () => {
  const writes = createOwnWrites();
  writes.wrote(version('1'), version('2'));
  expect(writes.latest(version('7'))).toEqual(version('7'));
  expect(writes.latest(version('1')), 'a version that comes again is not ours any more').toEqual(version('1'));
});

test('a namesake with another uid is another object', () => {
  const writes = createOwnWrites();
  writes.wrote(version('1'), version('2'));
  expect(writes.latest(version('1', 'b'))).toEqual(version('1', 'b'));
});

test('an object that is gone is forgotten', () => {
  const writes = createOwnWrites();
  writes.wrote(version('1'), version('2'));
  writes.forget('a');
  expect(writes.latest(version('1'))).toEqual(version('1'));
});

test('every version that came of a write of ours is ours, and no other', () => {
  const writes = createOwnWrites();
  writes.wrote(version('1'), version('2'));
  writes.wrote(version('2'), version('3'));
  const ours = ['2', '3', '4'].map((each) => writes.isOurs(version(each)));
  expect(ours).toEqual([true, true, false]);
});

test('a write that the cache shows before its answer arrives is known by what it says', () => {
  const writes = createOwnWrites<ReturnType<typeof version> & { readonly status: string }>();
  const saying = (resourceVersion: string, status: string) => ({ ...version(resourceVersion), status });
  writes.expect(saying('1', 'b'));
  expect([writes.isOurs(saying('2', 'b')), writes.isOurs(saying('2', 'c'))]).toEqual([true, false]);
  writes.wrote(saying('1', 'a'), saying('2', 'b'));
  expect(writes.isOurs(saying('3', 'b')), 'the same again, by somebody else').toBe(false);
});
