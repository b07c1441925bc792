import { join, relative } from 'node:path';
import { bundle, ENTRY } from './image/bundle.ts';
import { revision } from './image/revision.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'dist/app');

const { outputs } = await bundle(FOLDER, revision());
for (const [path, { bytes }] of Object.entries(outputs)) {
  if (!path.endsWith('.map')) process.stdout.write(`${path}  ${Math.ceil(bytes / 1024)} KiB\n`);
}
process.stdout.write(`The operator: node ${relative(process.cwd(), join(FOLDER, ENTRY))} --help\n`);
