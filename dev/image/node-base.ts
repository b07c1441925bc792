import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Placed } from './archive.ts';

/** Where the base image of the Dockerfile has Node.js. */
export const NODE = '/nodejs/bin/node';

/**
 * Node.js without an operating system around it, in the place of the Dockerfile's base: the binary that runs this program
 * and the libraries that it is linked to.
 */
export function nodeBase(): Promise<readonly Placed[]> {
  return programBase(process.execPath, NODE);
}

/** A program of this machine and the libraries that it is linked to, where the loader looks for them. */
export async function programBase(source: string, target: string): Promise<readonly Placed[]> {
  const { stdout } = await promisify(execFile)('ldd', [source]);
  const libraries = [...stdout.matchAll(/(?:=> |^\t)(\/\S+) \(/gm)].map(([, path = '']) => path);
  return [{ source, target }, ...libraries.map((path) => ({ source: path, target: path }))];
}
