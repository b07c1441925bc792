import { once } from 'node:events';
import { withLock } from '../../../dev/tools/lock.ts';

const [file = ''] = process.argv.slice(2);
const ended = once(process.stdin.resume(), 'end');

await withLock(
  file,
  () => console.log('waiting'),
  async () => {
    console.log('held');
    await ended;
  },
);
