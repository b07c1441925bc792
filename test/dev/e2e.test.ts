import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { obstacleHere } from '../../dev/node/real-node.ts';

const PROGRAM = join(import.meta.dirname, '../../dev/e2e.ts');

test.each([
  { where: 'as root on Linux', platform: 'linux', uid: 0, says: undefined },
  { where: 'as anybody else on Linux', platform: 'linux', uid: 1000, says: /root/ },
  { where: 'on another system', platform: 'darwin', uid: 0, says: /Linux/ },
] as const)('a node $where', ({ platform, uid, says }) => {
  const obstacle = obstacleHere({ platform, getuid: () => uid });
  if (says === undefined) expect(obstacle).toBeUndefined();
  else expect(obstacle).toMatch(says);
});

test('help tells what it takes, and a wrong flag is named and ends the program with 2', async () => {
  const run = promisify(execFile);
  expect((await run(process.execPath, [PROGRAM, '--help'])).stdout).toContain('root and Linux');
  await expect(run(process.execPath, [PROGRAM, '--colour'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--colour'),
  });
});
