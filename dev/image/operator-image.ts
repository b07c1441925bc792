import { join, posix } from 'node:path';
import type { Image, Placed } from './archive.ts';
import type { BuildArguments, ImageDescription } from './description.ts';
import { describeOperatorImage } from './description.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The stage whose files are those of this repository after `npm run build`, and the folder that it has them in. */
const BUILD = { stage: 'build', folder: '/src' } as const;

/**
 * The image of the Dockerfile over `base`, which has Node.js where the Dockerfile's has it. Takes a bundle in `dist/app`.
 *
 * @throws Error when the Dockerfile says what cannot be done without an engine
 */
export async function operatorImage(name: string, given: BuildArguments, base: readonly Placed[]): Promise<Image> {
  const description = await describeOperatorImage(given);
  return { name, config: configOf(description), layers: [base, description.copied.map(placed)] };
}

function configOf({ entrypoint, user, workingDir, labels, exposedPorts }: ImageDescription): Image['config'] {
  return {
    Entrypoint: entrypoint,
    User: user,
    WorkingDir: workingDir,
    Labels: labels,
    ExposedPorts: Object.fromEntries(exposedPorts.map((port) => [port, {}])),
  };
}

function placed({ from, source, target }: ImageDescription['copied'][number]): Placed {
  const path = posix.relative(BUILD.folder, source);
  if (from !== BUILD.stage || path.startsWith('..')) throw new Error(`${source} of ${from} is not of this repository`);
  return { source: join(ROOT, path), target };
}
