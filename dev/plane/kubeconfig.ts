import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** What a kubeconfig says. */
export interface KubeconfigContent {
  readonly server: string;
  /** Path of the CA bundle, kept as a path. */
  readonly caFile: string;
  readonly token: string;
  readonly namespace?: string | undefined;
}

/** Writes a kubeconfig readable by its owner alone. */
export async function writeKubeconfigFile(path: string, content: KubeconfigContent): Promise<void> {
  await writeFile(path, kubeconfigText(content), { mode: 0o600 });
}

/** Writes a kubeconfig into a new folder inside `folder` and returns its path. */
export async function writeNewKubeconfig(folder: string, content: KubeconfigContent): Promise<string> {
  const path = join(await mkdtemp(join(folder, 'kubeconfig-')), 'kubeconfig');
  await writeKubeconfigFile(path, content);
  return path;
}

function kubeconfigText({ server, caFile, token, namespace }: KubeconfigContent): string {
  const context = { cluster: 'embedded', user: 'embedded', ...(namespace === undefined ? {} : { namespace }) };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'embedded', cluster: { server, 'certificate-authority': caFile } }],
    users: [{ name: 'embedded', user: { token } }],
    contexts: [{ name: 'embedded', context }],
    'current-context': 'embedded',
  });
}
