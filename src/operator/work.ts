import type { OAuthApplication } from '../api/application.ts';
import { reconcile } from '../application/reconcile.ts';
import { DRAIN_MS } from '../config.ts';
import { createOwnWrites } from '../kube/own-writes.ts';
import { exponentialBackOff } from '../runtime/backoff.ts';
import {
  type Controller,
  type ControllerOptions,
  type Pass,
  type Reconcile,
  startController,
} from '../runtime/controller.ts';
import { noStuckPass } from '../runtime/health.ts';
import { createQueue } from '../runtime/queue.ts';
import { applicationPorts } from './application-ports.ts';
import type { Base, Footing, Queues } from './footing.ts';
import { providerPasses } from './provider-passes.ts';
import { feedQueues } from './triggers.ts';
import { createWires } from './wires.ts';

/** Passes under way. */
export interface Work {
  /** Hands out nothing more and lets what runs come to its end. Returns the keys of passes that did not. */
  drain(): Promise<readonly string[]>;
}

/** Long enough for any work that goes on, and for a Secret that the API server will not have for a moment (protocol S3). */
const PASS_TIMEOUT_MS = 120_000;
const STUCK_MS = 300_000;
const PROVIDER_WORKERS = 4;

/** Starts the two controllers, applications and providers, and feeds them. */
export function startWork(footing: Footing, signal: AbortSignal): Work {
  const { base, caches, leadership } = footing;
  const { clock, metrics, config } = base;
  const queues: Queues = {
    applications: createQueue(clock, metrics.queue('applications'), groupOf),
    providers: createQueue(clock, metrics.queue('providers'), groupOf),
  };
  const wires = createWires({
    open: base.sockets.provider,
    clock,
    hosts: config.providerHosts,
    leaseRemainingMs: () => leadership.remainingMs(),
    lingerMs: PASS_TIMEOUT_MS,
  });
  const writes = createOwnWrites<OAuthApplication>();
  const underWay = new Set<string>();
  const providers = providerPasses(footing, { queues, wires, writes, underWay }, signal);
  const ports = applicationPorts(footing, providers.directory, writes);

  const overApplications: Reconcile = async (key, limit) => {
    const [namespace = '', name = ''] = key.split('/');
    underWay.add(key);
    try {
      return await reconcile({ namespace, name }, ports, limit);
    } finally {
      underWay.delete(key);
    }
  };

  const crews: readonly Crew[] = [
    {
      name: 'providers',
      queue: queues.providers,
      workers: PROVIDER_WORKERS,
      reconcile: providers.pass,
      // Few workers, and a server that answers nothing holds one until its calls are over their time.
      retries: 'behind-others',
    },
    {
      name: 'applications',
      queue: queues.applications,
      workers: config.workers,
      reconcile: overApplications,
      retries: 'as-urgent',
    },
  ];
  const controllers = crews.map((crew) => control(base, crew, signal));
  feedQueues(caches, queues, providers.credentials, writes, footing.shard);

  return {
    async drain() {
      const left = await Promise.all(controllers.map((controller) => controller.drain(DRAIN_MS)));
      await wires.close();
      return left.flat();
    },
  };
}

/** The namespace of what a key names; a provider without one is a group of its own. */
function groupOf(key: string): string {
  return key.split('/', 1)[0] ?? key;
}

interface Crew extends Pick<ControllerOptions, 'queue' | 'workers' | 'reconcile' | 'retries'> {
  readonly name: string;
}

function control(base: Base, { name, ...crew }: Crew, signal: AbortSignal): Controller {
  const { clock, chance, log, metrics, health } = base;
  metrics.watchQueue(name, () => crew.queue.stats());
  const onPass = ({ key, durationMs, result }: Pass): void => {
    const end = result.type === 'done' ? result.outcome.type : 'failed';
    const error = result.type === 'failed' ? result.error : undefined;
    metrics.passEnded(name, end, durationMs, error instanceof Error ? error.name : undefined);
    if (result.type === 'failed') log.error('a pass failed', { controller: name, key, error });
    else log.debug('a pass ended', { controller: name, key, end, durationMs });
  };
  const backOff = exponentialBackOff(chance);
  const options = { ...crew, backOff, clock, passTimeoutMs: PASS_TIMEOUT_MS, onPass };
  const controller = startController(options, signal);
  health.add('live', `passes of ${name}`, noStuckPass(controller, STUCK_MS));
  return controller;
}
