import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Command lines of the running processes that contain `words`. What has ended but was not reaped does not run. */
export async function runningWith(words: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'stat=,args=']);
  return stdout.split('\n').filter((line) => line.includes(words) && !line.startsWith('Z'));
}
