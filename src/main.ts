import { hostname } from 'node:os';
import manifest from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';
import { readConfig } from './config.ts';
import { type ClusterConfig, inClusterConfig, kubeconfig } from './kube/config.ts';
import { runOperator } from './operator/run.ts';
import { systemSockets } from './operator/sockets.ts';
import { objectsLeft, uninstallReport } from './operator/uninstall.ts';
import { systemChance } from './runtime/chance.ts';
import { systemClock } from './runtime/clock.ts';
import { unlessAborted } from './runtime/signals.ts';
import { createLog } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';

const { version: VERSION } = manifest;

/** The commit that a bundle was made from; the build puts it in. Sources that are run as they are have none. */
declare const BUILT_FROM: string;
const REVISION = typeof BUILT_FROM === 'undefined' ? 'unknown' : BUILT_FROM;

/** As shells, and Go's flag package, end on a wrong command line. */
const USAGE = 2;

void main();

async function main(): Promise<void> {
  const invocation = readConfig();
  switch (invocation.type) {
    case 'help':
      process.stdout.write(invocation.text);
      break;
    case 'version':
      process.stdout.write(`oauthapp-operator ${VERSION}\n`);
      break;
    case 'invalid':
      process.stderr.write(`${invocation.problems.join('\n')}\nSee --help.\n`);
      process.exitCode = USAGE;
      break;
    case 'check-uninstall':
      process.exitCode = await checkUninstall(invocation.config);
      break;
    case 'run':
      // Not the code alone: a credential plugin that hangs would keep the process.
      process.exit(await run(invocation.config));
  }
}

/** Runs until SIGTERM or SIGINT. Returns the exit code: 0 when it was asked to stop. */
async function run(config: Config): Promise<number> {
  const log = createLog(config.logLevel, systemClock);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info('stopping', { signal });
      stop.abort();
    });
  }
  process.on('unhandledRejection', (error) => {
    log.error('an error was not handled', { error });
    process.exit(1);
  });
  try {
    const cluster = await unlessAborted(clusterOf(config), stop.signal).catch(unlessStopped);
    if (cluster === undefined) return 0;
    const ending = await runOperator(
      {
        config,
        namespace: cluster.namespace,
        sockets: systemSockets(cluster),
        clock: systemClock,
        chance: systemChance,
        log,
        metrics: createMetrics({ version: VERSION, revision: REVISION }, 'with-process'),
        instance: hostname(),
        onListening: (port) => log.info('probes and metrics are served', { port }),
      },
      stop.signal,
    );
    return ending === 'stopped' ? 0 : 1;
  } catch (error) {
    log.error('the operator ended with an error', { error });
    return 1;
  }

  function unlessStopped(error: unknown): undefined {
    if (!stop.signal.aborted) throw error;
  }
}

/** Returns the exit code: 0 when nothing needs the operator any more. */
async function checkUninstall(config: Config): Promise<number> {
  try {
    const cluster = await clusterOf(config);
    const left = await objectsLeft(config, cluster.namespace, systemSockets(cluster));
    process.stdout.write(uninstallReport(left));
    return left.length === 0 ? 0 : 1;
  } catch (error) {
    createLog(config.logLevel, systemClock).error('what is left cannot be read', { error });
    return 1;
  }
}

async function clusterOf({ kubeconfig: file, clusterEnvironment }: Config): Promise<ClusterConfig> {
  if (file !== undefined) return kubeconfig({ from: { file } });
  return (await inClusterConfig(clusterEnvironment)) ?? kubeconfig({ from: 'default' });
}
