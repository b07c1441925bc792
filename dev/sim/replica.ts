import { configFrom } from '../../src/config.ts';
import { runOperator } from '../../src/operator/run.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import type { ApiSite } from './api-site.ts';
import { apiSockets } from './api-sockets.ts';
import type { SeededChance } from './chance.ts';
import { beginLife, type Life } from './life.ts';
import { OWN_NAMESPACE } from './manifests.ts';
import type { Network } from './network.ts';
import { type ProviderSite, providerSockets } from './provider-sockets.ts';
import type { Scheduler } from './scheduler.ts';

/** A container with the operator in it, that its kubelet starts anew whenever it ends. */
export interface Replica {
  readonly name: string;
  /** The process of this moment. */
  life(): Life | undefined;
  /** Its page of metrics; empty where there is no process. */
  metricsPage(): Promise<string>;
  start(): void;
  /** SIGKILL; a new process follows. */
  kill(): void;
  /** SIGTERM; a new process follows. */
  terminate(): void;
  /** SIGSTOP for so long. */
  stop(forMs: number): void;
}

export interface ReplicaOptions {
  readonly name: string;
  readonly flags: readonly string[];
  readonly scheduler: Scheduler;
  readonly chance: SeededChance;
  readonly network: Network;
  readonly api: ApiSite;
  readonly providers: readonly ProviderSite[];
  readonly wallMs: () => number;
  /** Told of each new process before it runs. */
  readonly onBorn: (life: Life) => void;
  readonly onLog: (line: string) => void;
  /** Told of every start and end, in words. */
  readonly onLife: (word: string) => void;
  /** Told of an error that the operator did not expect. */
  readonly onFall: (error: unknown) => void;
}

const SHORTEST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 10_000;

/** The replica, not yet started. */
export function createReplica(options: ReplicaOptions): Replica {
  const { name, flags, scheduler, chance, api, onLife } = options;
  const invocation = configFrom([...flags, '--namespace', OWN_NAMESPACE], {});
  if (invocation.type !== 'run') throw new Error(`wrong flags: ${flags.join(' ')}`);
  const { config } = invocation;
  let current: { readonly life: Life; readonly stop: AbortController; readonly metrics: Metrics } | undefined;
  let starts = 0;

  function start(): void {
    starts += 1;
    const life = beginLife(scheduler, options.wallMs, () => ended(process));
    const metrics = createMetrics({ version: 'sim', revision: 'sim' }, 'operator-alone');
    const process = { life, stop: new AbortController(), metrics };
    current = process;
    options.onBorn(life);
    onLife('starts');
    const sockets = {
      api: () => apiSockets({ ...options, site: api, life }),
      provider: () => providerSockets({ ...options, sites: options.providers, life }),
      telemetry: async () => ({ port: 0, close: async () => undefined }),
    };
    const running = runOperator(
      {
        config,
        namespace: undefined,
        sockets,
        clock: life.clock,
        chance: chance.fork(`start ${starts}`),
        log: createLog('debug', life.clock, { write: options.onLog }),
        metrics,
        instance: name,
      },
      process.stop.signal,
    );
    void running
      .then(
        (ending) => onLife(`ends: ${ending}`),
        (error: unknown) => options.onFall(error),
      )
      .then(() => life.kill());
  }

  function ended(process: NonNullable<typeof current>): void {
    if (current !== process) return;
    current = undefined;
    for (const stream of [...api.streams]) if (stream.life === process.life) stream.abandon();
    scheduler.after(chance.between(SHORTEST_RESTART_MS, LONGEST_RESTART_MS), () => {
      if (current === undefined) start();
    });
  }

  return {
    name,
    life: () => current?.life,
    metricsPage: async () => (await current?.metrics.page())?.body ?? '',
    start,
    kill() {
      if (current === undefined) return;
      onLife('is killed');
      current.life.kill();
    },
    terminate: () => current?.stop.abort(),
    stop(forMs) {
      const life = current?.life;
      if (life === undefined) return;
      onLife(`is stopped for ${Math.round(forMs / 1_000)} s`);
      life.stop();
      scheduler.after(forMs, () => life.goOn());
    },
  };
}
