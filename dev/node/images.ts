import { join } from 'node:path';
import { writeArchive } from '../image/archive.ts';
import { programBase } from '../image/node-base.ts';

/** Writes the images that every node needs into `folder`: what holds a pod's namespaces open, and CoreDNS. */
export async function writeNodeImages(coredns: string, folder: string): Promise<void> {
  // Without signal handlers of its own it is killed at once, and without children it has none to bury.
  const pause = {
    name: 'node.test/pause:1',
    config: { Entrypoint: ['/sleep', 'infinity'], User: '65535:65535' },
    layers: [await programBase('/bin/sleep', '/sleep')],
  };
  const names = {
    name: 'node.test/coredns:1',
    config: { Entrypoint: ['/coredns'], User: '65532:65532' },
    layers: [[{ source: coredns, target: '/coredns' }]],
  };
  await writeArchive([pause, names], join(folder, 'node.tar'));
}
