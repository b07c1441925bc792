import type { Chance } from '../../../src/runtime/chance.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Core } from '../emulator.ts';
import type { Note } from './backend.ts';
import { backend } from './backend.ts';
import type { Console } from './console.ts';
import { developerConsole } from './console.ts';
import type { NewApiKey } from './keys.ts';
import { keyring } from './keys.ts';
import { rateLimits } from './limits.ts';
import type { EmulatedApplication } from './registry.ts';
import { applicationRegistry } from './registry.ts';
import type { Operation } from './routes.ts';
import type { Switches } from './switches.ts';
import { DEFAULT_SWITCHES } from './switches.ts';
import { authenticates } from './token.ts';
import type { World } from './world.ts';

/** logi without a socket: issuer and management API in one. See `switches.ts` for what can be set. */
export interface Logi extends Core<Operation, Note>, Console {
  /** Every application that ever was, by id. */
  applications(): readonly EmulatedApplication[];
  switches(): Switches;
  set(switches: Partial<Switches>): void;
  /** Adds a key, or replaces the one with the same token; what is left out is that of an owner. */
  addKey(key: NewApiKey): void;
  removeKey(token: string): void;
  /** Whether these credentials authenticate the client at this moment. Says nothing of its approval. */
  logsIn(clientId: string, clientSecret: string): boolean;
}

export interface LogiOptions {
  /** logi's own clock: of every time that it keeps, and of every date that it says. */
  readonly clock: Clock;
  readonly chance: Chance;
  readonly switches?: Partial<Switches> | undefined;
  /** Keys beside the default one. */
  readonly keys?: readonly NewApiKey[] | undefined;
}

/** logi, empty but for an owner's key (`DEFAULT_KEY` in `keys.ts`). */
export function createLogi(options: LogiOptions): Logi {
  const { clock, chance } = options;
  let switches: Switches = { ...DEFAULT_SWITCHES, ...options.switches };
  const world: World = {
    clock,
    registry: applicationRegistry(clock, chance),
    keys: keyring(options.keys ?? []),
    limits: rateLimits(clock, () => switches),
    switches: () => switches,
  };

  return {
    ...developerConsole(world),
    clock,
    admit: backend(world),
    applications: () => world.registry.all(),
    switches: () => switches,
    set(changes) {
      switches = { ...switches, ...changes };
    },
    addKey: (key) => world.keys.add(key),
    removeKey: (token) => world.keys.remove(token),
    logsIn: (clientId, clientSecret) => authenticates(clientId, clientSecret, world),
  };
}
