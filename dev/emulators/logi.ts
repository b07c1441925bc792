import type { Chance } from '../../src/runtime/chance.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Fault, FaultHandle } from './faults.ts';
import type { Entry } from './frontend.ts';
import { frontend } from './frontend.ts';
import type { Note } from './logi/backend.ts';
import { backend } from './logi/backend.ts';
import type { Console } from './logi/console.ts';
import { developerConsole } from './logi/console.ts';
import type { NewApiKey } from './logi/keys.ts';
import { keyring } from './logi/keys.ts';
import { rateLimits } from './logi/limits.ts';
import type { EmulatedApplication } from './logi/registry.ts';
import { applicationRegistry } from './logi/registry.ts';
import type { Operation } from './logi/routes.ts';
import type { Switches } from './logi/switches.ts';
import { DEFAULT_SWITCHES } from './logi/switches.ts';
import { authenticates } from './logi/token.ts';
import type { World } from './logi/world.ts';
import type { ServerOptions } from './server.ts';
import { listen } from './server.ts';

/** logi on loopback: issuer and management API in one. See `logi/switches.ts` for what can be set. */
export interface LogiEmulator extends Console {
  /** `http://127.0.0.1:<port>`, or `https:` with a certificate, without a slash at the end. */
  readonly url: string;
  /** Every call, in the order in which they were served. */
  readonly journal: readonly (Entry<Operation> & Note)[];
  /** Every application that ever was, by id. */
  readonly applications: readonly EmulatedApplication[];
  readonly switches: Switches;
  set(switches: Partial<Switches>): void;
  fault(fault: Fault<Operation>): FaultHandle;
  /** Adds a key, or replaces the one with the same token; what is left out is that of an owner. */
  addKey(key: NewApiKey): void;
  removeKey(token: string): void;
  /** Whether these credentials authenticate the client at this moment. Says nothing of its approval. */
  logsIn(clientId: string, clientSecret: string): boolean;
  /** Stops listening and ends every connection; calls that are held end without an answer. */
  close(): Promise<void>;
}

export interface LogiEmulatorOptions extends ServerOptions {
  readonly clock?: Clock | undefined;
  readonly chance?: Chance | undefined;
  readonly switches?: Partial<Switches> | undefined;
  /** Keys beside the default one. */
  readonly keys?: readonly NewApiKey[] | undefined;
}

/** Starts logi on 127.0.0.1, empty but for an owner's key (`DEFAULT_KEY` in `logi/keys.ts`). */
export async function startLogiEmulator(options: LogiEmulatorOptions = {}): Promise<LogiEmulator> {
  const { clock = systemClock, chance = systemChance } = options;
  let switches: Switches = { ...DEFAULT_SWITCHES, ...options.switches };
  const world: World = {
    clock,
    registry: applicationRegistry(clock, chance),
    keys: keyring(options.keys ?? []),
    limits: rateLimits(clock, () => switches),
    switches: () => switches,
  };
  const { listener, journal, faults, stop } = frontend(clock, backend(world));
  const server = await listen(listener, options);

  return {
    ...developerConsole(world),
    url: server.url,
    journal,
    get applications() {
      return world.registry.all();
    },
    get switches() {
      return switches;
    },
    set(changes) {
      switches = { ...switches, ...changes };
    },
    fault: (fault) => faults.add(fault),
    addKey: (key) => world.keys.add(key),
    removeKey: (token) => world.keys.remove(token),
    logsIn: (clientId, clientSecret) => authenticates(clientId, clientSecret, world),
    async close() {
      stop();
      await server.close();
    },
  };
}
