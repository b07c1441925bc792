import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createScreen, type Screen } from './quickstart/screen.ts';
import { type Setting, setUp } from './quickstart/set-up.ts';
import { farewell, tour } from './quickstart/tour.ts';

const HELP = `Usage: npm run quickstart [-- flags]

Starts a real Kubernetes API (etcd, kube-apiserver, kube-controller-manager), emulators of logi and Logto and the operator,
all on 127.0.0.1; registers three clients, rotates the secret of one at each provider, shows a manifest that is refused, and
leaves everything running with a kubeconfig to play with. Ctrl-C ends all of it. Nothing stays behind but the cache of
binaries.

  --once      end after the tour; the exit code is 0 when everything worked
  -h, --help  print this and exit

The first start gets the binaries: from the folder that KUBEBUILDER_ASSETS names, else from ~/.cache/oauthapp-operator,
else by download, else with Go 1.26 or later, which takes about ten minutes on two cores. Later starts take seconds.
`;

/** BSD sysexits, and 128 plus the number of SIGINT, as shells have it. */
const USAGE = 2;
const INTERRUPTED = 130;

const flags = readFlags();
if (typeof flags === 'string') {
  process.stderr.write(`${flags}\nSee --help.\n`);
  process.exitCode = USAGE;
} else if (flags.help) process.stdout.write(HELP);
else process.exit(await run(flags.once ? 'once' : 'until-interrupted'));

/** What was asked for, or what is wrong with it. */
function readFlags(): { readonly help: boolean; readonly once: boolean } | string {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' }, once: { type: 'boolean' } } });
    return { help: values.help === true, once: values.once === true };
  } catch (error) {
    return messageOf(error);
  }
}

/** Returns the exit code. Whatever happens, what was started ends with this process (see child.ts). */
async function run(mode: 'once' | 'until-interrupted'): Promise<number> {
  const screen = createScreen(process.stdout);
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => undefined);
  await using begun = new AsyncDisposableStack();
  try {
    const setting = await Promise.race([show(screen, begun), interrupted]);
    if (setting === undefined) {
      screen.say('Interrupted');
      return INTERRUPTED;
    }
    if (mode === 'until-interrupted') {
      farewell(setting, screen);
      await Promise.race([interrupted, setting.broken]);
      screen.step('Ending');
    } else screen.step('All of it worked; ending');
    return 0;
  } catch (error) {
    screen.failed(messageOf(error));
    return 1;
  }
}

async function show(screen: Screen, begun: AsyncDisposableStack): Promise<Setting> {
  const setting = await setUp(screen, begun);
  await tour(setting, screen);
  return setting;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
