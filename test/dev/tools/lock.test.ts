import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLock } from '../../../dev/tools/lock.ts';
import { emptyFolder } from '../folder.ts';
import { startProgram } from '../programs/program.ts';

test('a second process waits until the first lets go', async () => {
  const file = join(await emptyFolder(), 'lock');
  const first = startProgram('hold-lock', [file]);
  expect(await first.nextLine()).toBe('held');
  const second = startProgram('hold-lock', [file]);
  expect(await second.nextLine()).toBe('waiting');

  await first.finish();

  expect(await second.nextLine()).toBe('held');
  await second.finish();
});

test('a lock whose holder was killed is free', async () => {
  const file = join(await emptyFolder(), 'lock');
  const first = startProgram('hold-lock', [file]);
  expect(await first.nextLine()).toBe('held');
  const second = startProgram('hold-lock', [file]);
  expect(await second.nextLine()).toBe('waiting');

  await first.kill();

  expect(await second.nextLine()).toBe('held');
  await second.finish();
});

test('work of one process under one lock never overlaps', async () => {
  const file = join(await emptyFolder(), 'deep', 'lock');
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside--;
  };

  await Promise.all(Array.from({ length: 5 }, () => withLock(file, () => undefined, work)));

  expect({ most, inside }).toEqual({ most: 1, inside: 0 });
});

test('work that fails lets go of the lock and fails its caller', async () => {
  const file = join(await emptyFolder(), 'lock');
  const broken = withLock(
    file,
    () => undefined,
    () => Promise.reject(new Error('broken')),
  );
  await expect(broken).rejects.toThrow('broken');

  expect(
    await withLock(
      file,
      () => undefined,
      () => Promise.resolve('done'),
    ),
  ).toBe('done');
});
