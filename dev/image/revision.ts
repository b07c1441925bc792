import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/**
 * The commit that is built: what a Dockerfile's argument says, since its context has no history, else that of the checkout. A
 * copy without either has none.
 */
export function revision(): string {
  const said = process.env['REVISION'];
  if (said !== undefined && said !== '') return said;
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}
