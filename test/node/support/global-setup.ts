import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { z } from 'zod';
import { succeeded } from '../../../dev/operator.ts';
import { planeAccess } from '../../../dev/plane/access.ts';
import { runProgram } from '../../../dev/program.ts';

const ROOT = join(import.meta.dirname, '../../..');

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder with the archives of the node's images. */
    readonly images: string;
  }
}

/** What `npm run e2e` says of the node. */
const Node = z.object({
  helm: z.string(),
  images: z.string(),
  coordinates: z.object({
    server: z.string(),
    caFile: z.string(),
    adminKubeconfig: z.string(),
    adminToken: z.string(),
    kubectlBinary: z.string(),
    folder: z.string(),
  }),
});

/** Gives the node names and our definitions, and tells the tests where it is. */
export async function setup({ provide }: TestProject): Promise<void> {
  const said = process.env['OAUTHAPP_NODE'];
  if (said === undefined) throw new Error('these tests run on a node, which npm run e2e starts');
  const { helm, images, coordinates } = Node.parse(JSON.parse(said));
  const { kubectl } = planeAccess(coordinates);
  succeeded(await kubectl(['apply', '-f', join(ROOT, 'dev/node/dns.yaml')]));
  const definitions = ['install', 'oauthapp-crds', join(ROOT, 'charts/oauthapp-crds')];
  const { code, stderr } = await runProgram(helm, [`--kubeconfig=${coordinates.adminKubeconfig}`, ...definitions]);
  if (code !== 0) throw new Error(`helm ${definitions.join(' ')}: ${stderr}`);
  succeeded(await kubectl(['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=120s']));
  provide('controlPlane', coordinates);
  provide('helm', helm);
  provide('images', images);
}
