import { join } from 'node:path';
import { writeArchive } from '../image/archive.ts';
import { bundle } from '../image/bundle.ts';
import { NODE, nodeBase } from '../image/node-base.ts';
import { operatorImage } from '../image/operator-image.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Images on the node, none of which can be pulled. The operator's has two tags, so that it can be upgraded. */
export const OPERATOR = { repository: 'node.test/oauthapp-operator', tag: 'present', nextTag: 'next' } as const;

/** An application that logs in all the time; see `login.mts`. */
export const LOGIN_IMAGE = 'node.test/login:1';

/** Builds the operator and writes an archive of the images into `folder`. */
export async function writeImages(folder: string): Promise<void> {
  await bundle(join(ROOT, 'dist/app'), 'e2e');
  const base = await nodeBase();
  const tags = [OPERATOR.tag, OPERATOR.nextTag];
  const operators = tags.map((tag) => operatorImage(`${OPERATOR.repository}:${tag}`, { REVISION: tag }, base));
  const login = {
    name: LOGIN_IMAGE,
    config: { Entrypoint: [NODE, '/app/login.mts'], User: '65532:65532' },
    layers: [base, [{ source: join(import.meta.dirname, 'login.mts'), target: '/app/login.mts' }]],
  };
  await writeArchive([...(await Promise.all(operators)), login], join(folder, 'operator.tar'));
}
