import { join } from 'node:path';
import { writeArchive } from '../image/archive.ts';
import { bundle } from '../image/bundle.ts';
import { NODE, nodeBase } from '../image/node-base.ts';
import { operatorImage } from '../image/operator-image.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Images on the node, none of which can be pulled. The operator's are two programs, so that it can be upgraded: each
 * shows its tag as the revision that it was made from.
 */
export const OPERATOR = { repository: 'node.test/oauthapp-operator', tag: 'present', nextTag: 'next' } as const;

/** An application that logs in all the time; see `login.mts`. */
export const LOGIN_IMAGE = 'node.test/login:1';

/** Builds the operator, once for each tag, and writes archives of the images into `folder`. */
export async function writeImages(folder: string): Promise<void> {
  const base = await nodeBase();
  for (const tag of [OPERATOR.tag, OPERATOR.nextTag]) {
    await bundle(join(ROOT, 'dist/app'), tag);
    const operator = await operatorImage(`${OPERATOR.repository}:${tag}`, { REVISION: tag }, base);
    await writeArchive([operator], join(folder, `operator-${tag}.tar`));
  }
  const login = {
    name: LOGIN_IMAGE,
    config: { Entrypoint: [NODE, '/app/login.mts'], User: '65532:65532' },
    layers: [base, [{ source: join(import.meta.dirname, 'login.mts'), target: '/app/login.mts' }]],
  };
  await writeArchive([login], join(folder, 'login.tar'));
}
