import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { z } from 'zod';
import { planeAccess } from '../../../dev/plane/access.ts';
import { runHelm } from './helm.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of Helm. */
    readonly helm: string;
  }
}

const ROOT = join(import.meta.dirname, '../../..');
const CHARTS = join(ROOT, 'charts');

/** What `npm run e2e` says of the node. */
const Node = z.object({
  helm: z.string(),
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
  const { helm, coordinates } = Node.parse(JSON.parse(said));
  const { kubectl } = planeAccess(coordinates);
  for (const args of [
    ['apply', '-f', join(ROOT, 'dev/node/dns.yaml')],
    ['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=120s'],
  ]) {
    const { code, stderr } = await kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  }
  await runHelm({ helm, kubeconfig: coordinates.adminKubeconfig }, [
    'install',
    'oauthapp-crds',
    join(CHARTS, 'oauthapp-crds'),
  ]);
  provide('controlPlane', coordinates);
  provide('helm', helm);
}
