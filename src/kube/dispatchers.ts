import type { Dispatcher } from 'undici';
import { Agent, Client, Pool } from 'undici';
import type { Clock } from '../runtime/clock.ts';
import type { ClusterConfig, TlsMaterial } from './config.ts';
import { type Reading, readInTime, shared } from './reading.ts';

/**
 * Sockets by what waits on them: ordinary calls, watches (each on a connection of its own), and the Lease, whose renewal
 * no load may starve.
 */
export interface Dispatchers {
  readonly api: Dispatcher;
  readonly watch: Dispatcher;
  readonly lease: Dispatcher;
}

export interface DispatcherSource {
  /** The dispatchers to use now. @throws the reader's error while TLS material was never read */
  current(): Promise<Dispatchers>;
  /** Ends every connection, also of calls under way. */
  close(): Promise<void>;
}

const RECHECK_MS = 60_000;

/** Longer than any watch lives, so that a rotation of the CA breaks none. */
const DRAIN_LIMIT_MS = 15 * 60_000;

const CONNECT_TIMEOUT_MS = 10_000;
/** Below the API server's own 90 s, so that it is never the server that closes first. */
const KEEP_ALIVE_MS = 60_000;
/** With Linux's defaults for the rest a dead peer is seen after about 40 s. */
const TCP_KEEP_ALIVE_MS = 30_000;

interface Generation extends Dispatchers {
  readonly material: string;
}

/**
 * Connections that follow the TLS files: their content is compared at the first use after a minute, since the kubelet
 * swaps symlinks and fs.watch does not see it. A change makes a new generation and lets the old one drain.
 */
export function dispatcherSource(config: ClusterConfig, connections: number, clock: Clock): DispatcherSource {
  let generation: Generation | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Reading<Generation> | undefined;
  const retired = new Set<Generation>();

  return {
    async current() {
      if (generation !== undefined && clock.monotonic() - checkedAt < RECHECK_MS) return generation;
      checking ??= shared(
        check().finally(() => {
          checking = undefined;
        }),
        clock,
      );
      if (generation === undefined) return checking.ended;
      await checking.soon;
      return generation;
    },
    async close() {
      const all = [...retired, ...(generation === undefined ? [] : [generation])];
      await Promise.all(all.flatMap(({ api, watch, lease }) => [api.destroy(), watch.destroy(), lease.destroy()]));
    },
  };

  async function check(): Promise<Generation> {
    const tls = await readInTime(config.readTls, clock).catch((error: unknown) => {
      if (generation === undefined) throw error;
      return undefined;
    });
    checkedAt = clock.monotonic();
    const material = tls === undefined ? undefined : [tls.ca, tls.cert, tls.key?.reveal()].join('\n');
    if (generation !== undefined && (material === undefined || material === generation.material)) return generation;

    if (generation !== undefined) retire(generation);
    generation = { ...connect(config, tls, connections), material: material ?? '' };
    return generation;
  }

  function retire(old: Generation): void {
    retired.add(old);
    const dispatchers = [old.api, old.watch, old.lease];
    const limit = clock.setTimer(() => {
      for (const dispatcher of dispatchers) void dispatcher.destroy();
    }, DRAIN_LIMIT_MS);
    void Promise.allSettled(dispatchers.map((dispatcher) => dispatcher.close())).then(() => {
      limit.cancel();
      retired.delete(old);
    });
  }
}

function connect(config: ClusterConfig, tls: TlsMaterial | undefined, connections: number): Dispatchers {
  const { origin } = new URL(config.server);
  const options = {
    // undici negotiates HTTP/2 by default: half the throughput here, and one stalled session would stall every watch.
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Deadlines and the watchdog are ours and run on the injected clock.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
      ca: tls?.ca,
      cert: tls?.cert,
      key: tls?.key?.reveal(),
      servername: config.tlsServerName,
      rejectUnauthorized: config.verification === 'verify',
    },
  };
  return {
    api: new Pool(origin, { ...options, connections }),
    watch: new Agent(options),
    lease: new Client(origin, options),
  };
}
