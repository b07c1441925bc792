import { join } from 'node:path';
import type { Image } from '../image/archive.ts';
import { writeArchive } from '../image/archive.ts';
import { buildBase } from '../image/build-base.ts';
import { type BuildKit, buildDockerfile } from '../image/buildkit.ts';
import { bundle } from '../image/bundle.ts';
import { NODE, nodeBase } from '../image/node-base.ts';
import { operatorImage } from '../image/operator-image.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Images on the node, none of which can be pulled. The operator's are two programs, so that it can be upgraded: each
 * shows its tag as the revision that it was made from. BuildKit makes the present one of the Dockerfile; `assembled` is the
 * same program as `npm run image` makes it.
 */
export const OPERATOR = {
  repository: 'node.test/oauthapp-operator',
  tag: 'present',
  assembledTag: 'assembled',
  nextTag: 'next',
} as const;

/** An application that logs in all the time; see `login.mts`. */
export const LOGIN_IMAGE = 'node.test/login:1';

/** Where the archive of the operator's image with this tag is, in the folder of images. */
export function operatorArchive(folder: string, tag: string): string {
  return join(folder, `operator-${tag}.tar`);
}

/** Builds the operator's images and writes archives of all images into `folder`. Takes what BuildKit takes. */
export async function writeImages(folder: string, tools: BuildKit): Promise<void> {
  const base = await nodeBase();
  const bases = {
    BASE_IMAGE: { name: 'node.test/base:1', config: { Entrypoint: [NODE] }, layers: [base] },
    BUILD_IMAGE: await buildBase('node.test/build:1', process.env),
  };
  const image = { name: `${OPERATOR.repository}:${OPERATOR.tag}`, target: operatorArchive(folder, OPERATOR.tag) };
  await buildDockerfile(image, { REVISION: OPERATOR.tag }, bases, tools);
  await assemble(OPERATOR.assembledTag, OPERATOR.tag, base, folder);
  await assemble(OPERATOR.nextTag, OPERATOR.nextTag, base, folder);
  const login = {
    name: LOGIN_IMAGE,
    config: { Entrypoint: [NODE, '/app/login.mts'], User: '65532:65532' },
    layers: [base, [{ source: join(import.meta.dirname, 'login.mts'), target: '/app/login.mts' }]],
  };
  await writeArchive([login], join(folder, 'login.tar'));
}

async function assemble(tag: string, revision: string, base: Image['layers'][number], folder: string): Promise<void> {
  await bundle(join(ROOT, 'dist/app'), revision);
  const operator = await operatorImage(`${OPERATOR.repository}:${tag}`, { REVISION: revision }, base);
  await writeArchive([operator], operatorArchive(folder, tag));
}
