import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { findChromium, type Machine } from '../../site/browser/chromium.ts';
import { temporaryFile } from '../support/temporary-file.ts';

/** Has no place for a browser. */
const BARE: Machine = { places: [], isCi: false, install: async () => expect.fail('it was not asked to install one') };

test('the browser is the first that is there', async () => {
  const places = ['/nowhere/chromium', process.execPath, '/bin/sh'];
  expect(await findChromium({ ...BARE, places })).toBe(process.execPath);
  expect(await findChromium({ ...BARE, places, isCi: true })).toBe(process.execPath);
});

test('where there is none, a person goes without', async () => {
  expect(await findChromium(BARE)).toBeUndefined();
});

test('in a CI it is installed', async () => {
  const place = await temporaryFile('chromium');
  const install = (): Promise<void> => writeFile(place, '', { mode: 0o755 });
  expect(await findChromium({ places: [place], isCi: true, install })).toBe(place);
});

test.each([
  { install: async () => undefined, why: 'none of them is there' },
  { install: async () => Promise.reject(new Error('only root can')), why: 'only root can' },
])('a CI does not go without, and is told what to install and why it was not: $why', async ({ install, why }) => {
  const machine = { places: ['/nowhere/chromium', '/nowhere/chrome'], isCi: true, install };
  await expect(findChromium(machine)).rejects.toThrow(
    `the site is to be opened in a browser, and there is none: install the Debian package chromium-headless-shell, or a Chromium as one of /nowhere/chromium, /nowhere/chrome (${why})`,
  );
});
