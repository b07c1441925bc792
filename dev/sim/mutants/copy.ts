import { cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeWhenOwnerEnds } from '../../child.ts';
import { type Mutant, mutated, replacementsOf } from './mutant.ts';

/** The operator and its simulator, mutated, in a folder of their own. */
export interface Copy {
  readonly folder: string;
  remove(): Promise<void>;
}

const ROOT = join(import.meta.dirname, '../../..');
const COPIED = ['package.json', 'src', 'dev'] as const;

/** Goes when this process ends, however it ends. @throws Error where the mutant does not fit its files */
export async function copyWith(mutant: Mutant): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-mutant-'));
  const remove = removeWhenOwnerEnds(folder);
  for (const each of COPIED) await cp(join(ROOT, each), join(folder, each), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const replacement of replacementsOf(mutant)) {
    const target = join(folder, replacement.file);
    await writeFile(target, mutated(mutant, replacement, await readFile(target, 'utf8')));
  }
  return { folder, remove };
}
