import { readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { writeArchive } from './image/archive.ts';
import { bundle } from './image/bundle.ts';
import { nodeBase } from './image/node-base.ts';
import { operatorImage } from './image/operator-image.ts';
import { revision } from './image/revision.ts';

const HELP = `Usage: npm run image [-- flags]

Builds the operator and assembles its image from the Dockerfile's description, without an engine: Node.js and the
libraries that it is linked to take the place of the base. The result is an OCI archive:

  ctr -n k8s.io images import FILE     podman load -i FILE     docker load -i FILE

  --name NAME   name and tag (default: registry.example.com/oauthapp-operator and the version of package.json)
  --out FILE    where to (default: dist/oauthapp-operator.tar)
  -h, --help    print this and exit

Takes Linux with GNU tar and ldd, as Debian has them.
`;

const ROOT = join(import.meta.dirname, '..');
const USAGE = 2;

const Package = z.object({ version: z.string() });

const { version } = Package.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
const flags = readFlags();
if (typeof flags === 'string') {
  process.stderr.write(`${flags}\nSee --help.\n`);
  process.exitCode = USAGE;
} else if (flags.type === 'help') process.stdout.write(HELP);
else if (process.platform !== 'linux') {
  process.stderr.write(
    'An image for Linux is assembled from programs of Linux, which this is not. Use docker build.\n',
  );
  process.exitCode = 1;
} else await assemble(flags);

async function assemble({ name, out }: { readonly name: string; readonly out: string }): Promise<void> {
  const commit = revision();
  await bundle(join(ROOT, 'dist/app'), commit);
  const image = await operatorImage(name, { VERSION: version, REVISION: commit }, await nodeBase());
  await writeArchive([image], out);
  const { size } = await stat(out);
  process.stdout.write(`${name}: ${relative(process.cwd(), out)}, ${(size / 2 ** 20).toFixed(0)} MiB\n`);
}

/** What was asked for, or what is wrong with it. */
function readFlags():
  | { readonly type: 'help' }
  | { readonly type: 'assemble'; readonly name: string; readonly out: string }
  | string {
  try {
    const { values } = parseArgs({
      options: {
        name: { type: 'string', default: `registry.example.com/oauthapp-operator:${version}` },
        out: { type: 'string', default: join(ROOT, 'dist/oauthapp-operator.tar') },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return { type: 'help' };
    return { type: 'assemble', name: values.name, out: values.out };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
