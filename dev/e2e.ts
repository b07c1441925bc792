import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { writeImages } from './e2e/images.ts';
import { obstacleHere, type RealNode, withNode } from './node/real-node.ts';
import { resolveTools, sourcesFrom } from './tools/resolve.ts';

const HELP = `Usage: npm run e2e [-- flags] [-- FILTER…]

Installs the operator with its chart into a real Kubernetes node and tests it there: has BuildKit build the Dockerfile, over
bases that are made here, starts the node in namespaces of its own, imports the image, runs the tests of test/node beside it
and ends the node. FILTER names test files.

  --keep-going   go on after a failed test (default: the first ends the run)
  --if-possible  where no node can run, say why and end well
  -h, --help     print this and exit

Takes root and Linux, Go 1.26.8 or later, and npm's registry; Debian packages that are missing are installed where there is
apt-get. The first run gets the programs of Kubernetes, from the cache in ~/.cache/oauthapp-operator, else by download, else
with Go, which takes about ten minutes on two cores, and BuildKit, from the cache, else with Go, which takes five. Later runs
start in two or three minutes. After a failure the logs of the node are in dist/node-logs.
`;

const ROOT = join(import.meta.dirname, '..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const LOGS = join(ROOT, 'dist/node-logs');
const USAGE = 2;

interface Flags {
  readonly help: boolean;
  /** Arguments for vitest. */
  readonly vitest: readonly string[];
  /** What to do where no node can run. */
  readonly without: 'skip' | 'fail';
}

const start = performance.now();
const flags = readFlags();
if (typeof flags === 'string') {
  process.stderr.write(`${flags}\nSee --help.\n`);
  process.exitCode = USAGE;
} else if (flags.help) process.stdout.write(HELP);
else process.exit(await run(flags));

async function run({ vitest, without }: Flags): Promise<number> {
  const obstacle = obstacleHere();
  if (obstacle !== undefined && without === 'skip') {
    say(`not run: ${obstacle}`);
    return 0;
  }
  try {
    const buildKit = await resolveTools(['buildkitd', 'buildctl'], sourcesFrom(process.env), say);
    say('building the images: the Dockerfile by BuildKit, the others without');
    return await withNode(
      (folder) => writeImages(folder, buildKit),
      say,
      (node) => test(node, vitest),
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function test(node: RealNode, args: readonly string[]): Promise<number> {
  say('the node is Ready');
  const { coordinates, helm, images } = node;
  const env = { ...process.env, OAUTHAPP_NODE: JSON.stringify({ coordinates, helm, images }) };
  const config = join(ROOT, 'vitest.node.config.ts');
  const vitest = node.enter(process.execPath, [VITEST, 'run', `--config=${config}`, ...args], { env });
  const code = await vitest.exited;
  if (code !== 0) await keepLogs(node);
  say(code === 0 ? 'all of it worked' : `failed; the logs of the node are in ${relative(process.cwd(), LOGS)}`);
  return code;
}

/** The node's folder is removed with the node. */
async function keepLogs({ coordinates }: RealNode): Promise<void> {
  await rm(LOGS, { recursive: true, force: true });
  await mkdir(LOGS, { recursive: true });
  const names = await readdir(coordinates.folder);
  for (const name of names.filter((each) => each.endsWith('.log'))) {
    await cp(join(coordinates.folder, name), join(LOGS, name));
  }
}

function readFlags(): Flags | string {
  try {
    const { values, positionals } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h' },
        'keep-going': { type: 'boolean' },
        'if-possible': { type: 'boolean' },
      },
      allowPositionals: true,
    });
    const bail = values['keep-going'] === true ? [] : ['--bail=1'];
    const without = values['if-possible'] === true ? 'skip' : 'fail';
    return { help: values.help === true, vitest: [...bail, ...positionals], without };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function say(line: string): void {
  process.stdout.write(`${((performance.now() - start) / 1_000).toFixed(0).padStart(5)} s  ${line}\n`);
}
