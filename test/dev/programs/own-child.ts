import { spawnChild } from '../../../dev/child.ts';

const [log = '', script = ''] = process.argv.slice(2);

spawnChild('/bin/sh', ['-c', script], { log });
process.stdin.resume().once('end', () => process.exit());
console.log('started');
