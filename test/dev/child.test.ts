import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { removeWhenOwnerEnds, spawnChild } from '../../dev/child.ts';
import { emptyFolder } from './folder.ts';
import { runningWith } from './processes.ts';
import { startProgram } from './programs/program.ts';

const SOON = { timeout: 20_000 };

/** Runs for as long as nobody ends it, under a name that `ps` shows, with a child of its own. */
function endless(mark: string): string {
  return `sh -c 'while :; do sleep 1000; done' ${mark} & echo running; while :; do sleep 1000; done # ${mark}`;
}

test.each([
  { script: 'exit 0', code: 0 },
  { script: 'exit 7', code: 7 },
  { script: 'kill -s KILL $$', code: 137 },
  { script: 'kill -s TERM $$', code: 143 },
])('tells that "$script" ended with $code', async ({ script, code }) => {
  const log = join(await emptyFolder(), 'log');

  expect(await spawnChild('/bin/sh', ['-c', script], { log }).exited).toBe(code);
});

test('a program that does not exist ends like in a shell', async () => {
  const log = join(await emptyFolder(), 'log');

  expect(await spawnChild('no-such-program', [], { log }).exited).toBe(127);
});

test('keeps both outputs in the log, and what was there', async () => {
  const log = join(await emptyFolder(), 'log');
  await writeFile(log, 'before\n');

  await spawnChild('/bin/sh', ['-c', 'echo out; echo err >&2'], { log }).exited;

  expect(await readFile(log, 'utf8')).toBe('before\nout\nerr\n');
});

test('SIGTERM lets the program end in its own way', async () => {
  const log = join(await emptyFolder(), 'log');
  const script = 'trap "echo bye; exit 3" TERM; echo running; while :; do sleep 0.05; done';
  const child = spawnChild('/bin/sh', ['-c', script], { log });
  await vi.waitUntil(async () => (await readFile(log, 'utf8')) === 'running\n', SOON);

  expect(await child.end('SIGTERM')).toBe(3);
  expect(await readFile(log, 'utf8')).toBe('running\nbye\n');
});

test('SIGSTOP holds a program up until SIGCONT, and SIGKILL ends one that is held up', async () => {
  const folder = await emptyFolder();
  const log = join(folder, 'log');
  const beat = 'while :; do echo beat; sleep 0.05; done';
  const child = spawnChild('/bin/sh', ['-c', beat], { log });
  const beats = async (): Promise<number> => (await readFile(log, 'utf8')).length;
  const goesOn = async (): Promise<boolean> => {
    const before = await beats();
    await delay(500);
    return (await beats()) > before;
  };
  await vi.waitUntil(goesOn, SOON);

  child.send('SIGSTOP');
  await vi.waitUntil(async () => !(await goesOn()), SOON);
  child.send('SIGCONT');
  await vi.waitUntil(goesOn, SOON);
  child.send('SIGSTOP');

  expect(await child.end('SIGKILL')).toBe(137);
  child.send('SIGSTOP');
});

test('SIGKILL ends a program that ignores SIGTERM, and ending twice is safe', async () => {
  const log = join(await emptyFolder(), 'log');
  const child = spawnChild('/bin/sh', ['-c', 'trap "" TERM; echo running; while :; do sleep 0.05; done'], { log });
  await vi.waitUntil(async () => (await readFile(log, 'utf8')) === 'running\n', SOON);

  expect(await child.end('SIGKILL')).toBe(137);
  expect(await child.end('SIGKILL')).toBe(137);
});

test('what a program leaves behind ends after it', async () => {
  const folder = await emptyFolder();
  const script = `sh -c 'while :; do sleep 1000; done' ${folder} & exit 0`;

  expect(await spawnChild('/bin/sh', ['-c', script], { log: join(folder, 'log') }).exited).toBe(0);

  await vi.waitUntil(async () => (await runningWith(folder)).length === 0, SOON);
});

test('a program and its own children end when their owner is killed', async () => {
  const folder = await emptyFolder();
  const log = join(folder, 'log');
  const owner = startProgram('own-child', [log, endless(folder)]);
  expect(await owner.nextLine()).toBe('started');
  await vi.waitUntil(async () => (await readFile(log, 'utf8')) === 'running\n', SOON);
  expect((await runningWith(folder)).length).toBeGreaterThan(2);

  await owner.kill();

  await vi.waitUntil(async () => (await runningWith(folder)).length === 0, SOON);
});

test('a folder can be removed before its owner ends', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'file'), 'content');

  await removeWhenOwnerEnds(folder)();

  await expect(readFile(join(folder, 'file'))).rejects.toMatchObject({ code: 'ENOENT' });
});
