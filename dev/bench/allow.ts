import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { removeWhenOwnerEnds } from '../child.ts';
import { succeeded } from '../operator.ts';
import type { PlaneAccess } from '../plane/access.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');

/** Gives the operator, which runs already, the rights of components of deploy/ too. */
export async function allow(
  plane: PlaneAccess,
  components: readonly ('restart' | 'retire')[],
  begun: AsyncDisposableStack,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-bench-'));
  begun.defer(removeWhenOwnerEnds(folder));
  const at = (path: string): string => relative(folder, join(DEPLOY, path));
  const kustomization = {
    kind: 'Kustomization',
    resources: [at('base')],
    components: components.map((name) => at(`components/${name}`)),
  };
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  const documents = parseAllDocuments(succeeded(await plane.kubectl(['kustomize', folder])));
  const role = documents.find((document) => document.get('kind') === 'Role');
  succeeded(await plane.kubectl(['apply', '-f', '-'], { stdin: String(role) }));
}
