import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Where the Chromium of this machine may be; the first is a Debian package of its name. */
const PLACES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
] as const;

const APT = '/usr/bin/apt-get';

/** The path of a Chromium. In a CI that may, the Debian package is installed. `undefined`: there is none. */
export async function findChromium(progress: (line: string) => void): Promise<string | undefined> {
  const there = await firstOf(PLACES);
  if (there !== undefined || process.env['CI'] !== 'true' || process.getuid?.() !== 0) return there;
  if ((await firstOf([APT])) === undefined) return undefined;
  progress('installing the Debian package chromium-headless-shell');
  try {
    await apt('update');
    await apt('install', '-y', '--no-remove', '--no-install-recommends', 'chromium-headless-shell');
  } catch (error) {
    progress(`it cannot be installed: ${error instanceof Error ? error.message.split('\n', 1)[0] : 'unknown failure'}`);
  }
  return firstOf(PLACES);
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
