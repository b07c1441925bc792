import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LuaFactory, LuaLibraries } from 'wasmoon';
import { z } from 'zod';
import { HEALTH_SCRIPT } from '../../dev/gitops.ts';

/** What Argo CD takes from a script; the words are its own. */
export type ArgoHealth = z.infer<typeof ArgoHealth>;

const ArgoHealth = z.strictObject({
  status: z.enum(['Healthy', 'Progressing', 'Degraded', 'Suspended']),
  message: z.string().min(1),
});

const SCRIPT = readFileSync(join(import.meta.dirname, '../..', HEALTH_SCRIPT), 'utf8');

const factory = new LuaFactory();

/**
 * Runs the script over an object as Argo CD does, with the base and table libraries alone.
 *
 * @see https://github.com/argoproj/argo-cd/blob/master/util/lua/lua.go
 * @throws Error when the script fails, or returns what Argo CD would not take
 */
export async function argoHealthOf(object: object): Promise<ArgoHealth> {
  const lua = await factory.createEngine({ openStandardLibs: false, enableProxy: false });
  try {
    lua.global.loadLibrary(LuaLibraries.Base);
    lua.global.loadLibrary(LuaLibraries.Table);
    lua.global.set('obj', object);
    return ArgoHealth.parse(await lua.doString(SCRIPT));
  } finally {
    lua.global.close();
  }
}
