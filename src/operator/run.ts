import { MANAGED_BY } from '../api/names.ts';
import { eventRecorder } from '../kube/events.ts';
import { fenced } from '../kube/fence.ts';
import type { Reflector, ServerFeatures } from '../kube/reflector.ts';
import { nameOf } from '../kube/resources.ts';
import { createClient } from '../kube/rest-client.ts';
import { retrying } from '../kube/retry.ts';
import { serverClock } from '../kube/server-clock.ts';
import { shardOf } from '../provider/shard.ts';
import { randomHex } from '../runtime/chance.ts';
import { deadline } from '../runtime/clock.ts';
import { LeadershipLost } from '../runtime/election.ts';
import { createHealth, freshContact, heartbeat } from '../runtime/health.ts';
import { firstOf } from '../runtime/signals.ts';
import { type Caches, createCaches, type Reflecting } from './caches.ts';
import { countObjects } from './census.ts';
import type { Base, Footing, OperatorOptions } from './footing.ts';
import { type FindInstallation, findsInstallation } from './installed.ts';
import { electedAs } from './leader.ts';
import { measuredTransport } from './measured.ts';
import { unsynced } from './readiness.ts';
import { startWork } from './work.ts';

/** How it ended. `lost-lease`: another may be leader, or the API server was set back, so the process has to end. */
export type Ending = 'stopped' | 'lost-lease';

/** Calls beside those of the workers: watches are not counted, listings and Events are. */
const SPARE_CONNECTIONS = 8;

/** A loop that stalls for longer answers probes and does no work. */
const STALL_MS = 30_000;

/** Bookmarks come once a minute, and a silent watch is cut after three. */
const CONTACT_MS = 240_000;

const FLUSH_MS = 3_000;

/**
 * Runs the operator until `signal` aborts, and then lets what is under way end.
 *
 * @throws Error when the operator's own namespace is unknown, or the address for probes is taken
 */
export async function runOperator(options: OperatorOptions, signal: AbortSignal): Promise<Ending> {
  const base = baseOf(options);
  const { config, clock, log, health, metrics, connection } = base;
  const ended = new AbortController();
  const running = firstOf(signal, ended.signal);
  health.add('live', 'event-loop', heartbeat(clock, STALL_MS, ended.signal));
  const find = findsInstallation(base);
  const server = await base.sockets.telemetry(config.metricsAddress, health, metrics, clock);
  options.onListening?.(server.port);
  metrics.watchLeader(config.lease.name, () => 0);
  try {
    const cached = startCaches(base, ended.signal);
    return await serve(base, cached, find, running, ended.signal);
  } catch (error) {
    if (signal.aborted) return 'stopped';
    if (error instanceof LeadershipLost) return 'lost-lease';
    throw error;
  } finally {
    ended.abort();
    await server.close();
    await connection.close();
    log.info('stopped');
  }
}

function baseOf(options: OperatorOptions): Base {
  const { config, sockets, clock, chance, metrics } = options;
  const namespace = config.namespace ?? options.namespace;
  if (namespace === undefined) throw new Error('the namespace of the operator is unknown: give --namespace');
  const watched = config.scope.type === 'cluster' ? undefined : (config.scope.watchNamespace ?? namespace);
  const connection = sockets.api({ clock, connections: config.workers + SPARE_CONNECTIONS });
  const measured = measuredTransport(connection.api, metrics, clock);
  const serverTime = serverClock(clock);
  const clientBehind: Base['clientBehind'] = (guard) =>
    createClient({
      transport: retrying(guard(measured), { clock, chance }),
      clock,
      serverTime,
      fieldManager: MANAGED_BY,
    });
  const client = clientBehind((transport) => transport);
  return { ...options, namespace, watched, connection, serverTime, client, clientBehind, health: createHealth() };
}

/** The caches, and what whoever follows one more collection shares with them. */
interface Cached {
  readonly caches: Caches;
  readonly reflecting: Reflecting;
}

/** They fill from here on: what they hold is asked of nobody but the API server, so they wait for no installation. */
function startCaches(base: Base, ended: AbortSignal): Cached {
  const { client, connection, clock, chance, log, health, watched } = base;
  const features: ServerFeatures = { watchList: 'assumed' };
  const reflecting = { transport: connection.api, clock, chance, features };
  const caches = createCaches(client, reflecting, watched, log);
  for (const reflector of caches.reflectors) {
    observe(base, reflector);
    void reflector.run(ended);
  }
  health.add('ready', 'caches', () => unsynced(caches.reflectors));
  return { caches, reflecting };
}

/** From full caches to the lease, from the lease to work, until one of them is over. */
async function serve(
  base: Base,
  cached: Cached,
  find: FindInstallation,
  stop: AbortSignal,
  ended: AbortSignal,
): Promise<Ending> {
  const { chance, log, metrics, namespace, watched, instance } = base;
  const { caches } = cached;
  const { id, cluster } = await find(stop);
  const holder = `${instance}-${randomHex(chance, 4)}`;
  log.info('started', { namespace, watched, installation: id, cluster, holder });
  await Promise.race([Promise.all(caches.reflectors.map(({ synced }) => synced)), aborted(stop)]);
  stop.throwIfAborted();
  log.info('caches are synced');
  countObjects(metrics, caches);

  const leadership = await electedAs(holder, base, stop, ended);
  metrics.watchLeader(base.config.lease.name, () => leadership.remainingMs());
  const over = firstOf(stop, leadership.lost);
  // The Secret may be gone since, or another one: under a key that nobody holds any more nothing may be sealed (protocol I1).
  const installation = await find(over).catch(() => undefined);
  if (installation !== undefined) {
    if (installation.id !== id) log.warn('the installation is another one by now', { installation: installation.id });
    await lead(base, cached, { installation, leadership, holder }, over, ended);
  }
  if (leadership.lost.aborted) return 'lost-lease';
  await leadership.release();
  return 'stopped';
}

/** Works until it is `over`, and lets what is under way end: that needs the Lease. */
async function lead(
  base: Base,
  { caches, reflecting }: Cached,
  elected: Pick<Footing, 'installation' | 'leadership' | 'holder'>,
  over: AbortSignal,
  ended: AbortSignal,
): Promise<void> {
  const { client, clock, chance, log, instance } = base;
  const recorder = eventRecorder({
    client,
    clock,
    chance,
    controller: 'oauthapp.dev/operator',
    instance,
    onDropped: (loss) => log.debug('an Event was dropped', { loss }),
  });
  const shard = shardOf(base.config.providerSelector);
  const fencedClient = base.clientBehind((transport) => fenced(transport, () => elected.leadership.remainingMs()));
  const work = startWork({ ...elected, base, shard, caches, reflecting, client: fencedClient, recorder }, ended);
  await aborted(over);

  const left = await work.drain();
  if (left.length > 0) log.warn('passes did not end in time', { keys: left });
  const flushing = deadline(clock, FLUSH_MS, ended);
  await recorder.flush(flushing.signal);
  flushing.clear();
}

function observe({ clock, health, metrics }: Base, reflector: Reflector): void {
  const resource = nameOf(reflector.target.resource);
  const sinceContact = (): number | undefined => {
    const { lastContact } = reflector.status();
    return lastContact === undefined ? undefined : clock.monotonic() - lastContact;
  };
  metrics.watchGap(resource, sinceContact);
  health.add('ready', `watch ${resource}`, freshContact(sinceContact, CONTACT_MS));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
