import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { fromInstallToUninstall } from './kind/life.ts';
import { missingPrograms, PROGRAMS } from './kind/programs.ts';

const HELP = `Usage: npm run e2e:kind [-- flags]

Builds the image with Docker, makes a cluster with kind, loads the image into it, installs definitions and operator with
their charts, registers one application at an emulator of logi, waits for its Secret, uninstalls, and deletes the cluster.

  -h, --help  print this and exit

Takes Linux, ${PROGRAMS.join(', ')}, and the registries that the Dockerfile and kind pull from. Where there is no engine for
containers, \`npm run e2e\` tests more.
`;

/** As shells have them: BSD sysexits, and 128 plus the number of SIGINT. */
const USAGE = 2;
const INTERRUPTED = 130;

const start = performance.now();
const flags = readFlags();
if (typeof flags === 'string') {
  process.stderr.write(`${flags}\nSee --help.\n`);
  process.exitCode = USAGE;
} else if (flags.help) process.stdout.write(HELP);
else process.exit(await run());

/** Returns the exit code. Whatever happens, the cluster is deleted when this process ends. */
async function run(): Promise<number> {
  const missing = await missingPrograms(process.env['PATH'] ?? '');
  if (missing.length > 0) {
    process.stderr.write(`This takes programs that are not on the PATH: ${missing.join(', ')}\n`);
    return 1;
  }
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => INTERRUPTED);
  await using begun = new AsyncDisposableStack();
  try {
    return await Promise.race([fromInstallToUninstall(begun, say).then(() => 0), interrupted]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function readFlags(): { readonly help: boolean } | string {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
    return { help: values.help === true };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function say(line: string): void {
  process.stdout.write(`${((performance.now() - start) / 1_000).toFixed(0).padStart(5)} s  ${line}\n`);
}
