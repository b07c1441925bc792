import type { Clock } from '../../src/runtime/clock.ts';
import { sleep } from '../../src/runtime/clock.ts';
import type { LeaseRecord, LeaseStore } from '../../src/runtime/election.ts';

/**
 * What the next calls meet. `slow`: the answer takes a second. `refused`: nothing happens and the call throws. `lost`: it
 * happens, and the call throws all the same. `silent`: it happens, and no answer ever comes, whatever the signal says.
 */
export type Weather = 'fine' | 'slow' | 'refused' | 'lost' | 'silent';

/** One elector's way to the Lease. */
interface LeaseClient {
  readonly store: LeaseStore;
  weather: Weather;
  readonly calls: string[];
  /** What it was last told of the Lease. */
  readonly seen: LeaseRecord | undefined;
}

/** A Lease in memory, with optimistic concurrency as the API server has it. */
export interface LeaseServer {
  /** A client of its own for each elector, so that one can be cut off alone. */
  client(): LeaseClient;
  live(): LeaseRecord | undefined;
  /** Writes past everybody, as kubectl does. */
  write(change: Partial<LeaseRecord>): void;
  remove(): void;
  /** Puts the Lease back as it was, or to before it was, and gives out its versions a second time, as an etcd that is restored. */
  setBack(to: LeaseRecord | undefined): void;
  /** Runs after each write, with what is now live. */
  onWrite: (record: LeaseRecord) => void;
}

export function leaseServer(clock: Clock): LeaseServer {
  let live: LeaseRecord | undefined;
  let version = 0;
  const never = new AbortController().signal;

  const server: LeaseServer = {
    client() {
      const client = {
        weather: 'fine' as Weather,
        calls: [] as string[],
        seen: undefined as LeaseRecord | undefined,
        store: {
          read: () => through('read', () => live),
          create: (record: Omit<LeaseRecord, 'version'>) =>
            through('create', () => (live === undefined ? save(valid(record)) : ('conflict' as const))),
          update: (record: LeaseRecord) =>
            through('update', () => (live?.version === record.version ? save(valid(record)) : ('conflict' as const))),
        } satisfies LeaseStore,
      };
      async function through<T extends LeaseRecord | 'conflict' | undefined>(
        verb: string,
        effect: () => T,
      ): Promise<T> {
        client.calls.push(verb);
        const { weather } = client;
        if (weather === 'refused') throw new Error('connection refused');
        if (weather === 'slow') await sleep(clock, 500, never);
        const answer = effect();
        if (weather === 'slow') await sleep(clock, 500, never);
        if (weather === 'lost') throw new Error('connection reset');
        if (weather === 'silent') return new Promise<T>(() => undefined);
        if (answer !== 'conflict') client.seen = answer;
        return answer;
      }
      return client;
    },
    live: () => live,
    write(change) {
      if (live !== undefined) save({ ...live, ...change });
    },
    remove() {
      live = undefined;
    },
    setBack(to) {
      live = to;
      version = Number(to?.version ?? 0);
    },
    onWrite: () => undefined,
  };

  function save(record: Omit<LeaseRecord, 'version'>): LeaseRecord {
    version += 1;
    live = { ...record, version: `${version}` };
    server.onWrite(live);
    return live;
  }

  return server;
}

/** As the API server: kubectl may leave a time out, but not write an empty one, and a number has 32 bits. */
function valid<T extends Omit<LeaseRecord, 'version'>>(record: T): T {
  const { acquireTime, renewTime, transitions } = record;
  if (acquireTime === '' || renewTime === '' || transitions > 2_147_483_647) throw new Error('400 BadRequest');
  return record;
}
