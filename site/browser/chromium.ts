import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Where the Chromium of a machine may be; the first is a Debian package of its name. */
const PLACES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
] as const;

const APT = '/usr/bin/apt-get';
const PACKAGE = 'chromium-headless-shell';

/** Where a browser is looked for. */
export interface Machine {
  readonly places: readonly string[];
  /** Whether it has not done its work without a browser. */
  readonly isCi: boolean;
  /** Puts one into a place. @throws Error with why it cannot */
  install(): Promise<void>;
}

/** The machine that this runs on. */
export function thisMachine(progress: (line: string) => void): Machine {
  return { places: PLACES, isCi: process.env['CI'] === 'true', install: () => installPackage(progress) };
}

/**
 * The path of a Chromium, which a CI installs where there is none. `undefined`: there is none.
 *
 * @throws Error in a CI that gets none
 */
export async function findChromium({ places, isCi, install }: Machine): Promise<string | undefined> {
  const there = await firstOf(places);
  if (there !== undefined || !isCi) return there;
  let obstacle = 'none of them is there';
  try {
    await install();
  } catch (error) {
    obstacle = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  }
  const installed = await firstOf(places);
  if (installed !== undefined) return installed;
  throw new Error(
    `the site is to be opened in a browser, and there is none: install the Debian package ${PACKAGE}, or a Chromium as one of ${places.join(', ')} (${obstacle})`,
  );
}

async function installPackage(progress: (line: string) => void): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('only root can do so here');
  if ((await firstOf([APT])) === undefined) throw new Error(`there is no ${APT} here`);
  progress(`installing the Debian package ${PACKAGE}`);
  await apt('update');
  await apt('install', '-y', '--no-remove', '--no-install-recommends', PACKAGE);
}

async function apt(...args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await promisify(execFile)(APT, ['-qq', ...args], { env, maxBuffer: 2 ** 26 });
}

async function firstOf(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
