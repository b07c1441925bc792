import type { Chance } from '../../src/runtime/chance.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Fault, FaultHandle } from './faults.ts';
import type { Entry } from './frontend.ts';
import { frontend } from './frontend.ts';
import type { Note } from './logto/backend.ts';
import { backend } from './logto/backend.ts';
import type { Role } from './logto/catalogue.ts';
import { MANAGEMENT_ROLE, tenantCatalogue } from './logto/catalogue.ts';
import { authenticates } from './logto/client-login.ts';
import type { Console } from './logto/console.ts';
import { OPERATOR_ID, OPERATOR_SECRET, tenantConsole } from './logto/console.ts';
import { tenantGate } from './logto/gate.ts';
import type { EmulatedApplication } from './logto/registry.ts';
import { applicationRegistry } from './logto/registry.ts';
import type { Operation } from './logto/routes.ts';
import type { Switches } from './logto/switches.ts';
import { DEFAULT_SWITCHES } from './logto/switches.ts';
import { tokenMint } from './logto/tokens.ts';
import type { World } from './logto/world.ts';
import type { ServerOptions } from './server.ts';
import { listen } from './server.ts';

/** Logto on loopback: OIDC endpoints and Management API. See `logto/switches.ts` for what can be set. */
export interface LogtoEmulator extends Console {
  /** The endpoint, its base path included, without a slash at the end. */
  readonly url: string;
  /** Every call, in the order in which they were served. */
  readonly journal: readonly (Entry<Operation> & Note)[];
  /** Every application that there is, its secrets included, in the order in which they were made. */
  readonly applications: readonly EmulatedApplication[];
  readonly roles: readonly Role[];
  readonly switches: Switches;
  set(switches: Partial<Switches>): void;
  fault(fault: Fault<Operation>): FaultHandle;
  /** Whether these credentials authenticate the client at this moment. */
  logsIn(clientId: string, clientSecret: string): boolean;
  /** Stops listening and ends every connection; calls that are held end without an answer. */
  close(): Promise<void>;
}

export interface LogtoEmulatorOptions extends ServerOptions {
  readonly clock?: Clock | undefined;
  readonly chance?: Chance | undefined;
  readonly switches?: Partial<Switches> | undefined;
  /** Where Logto lies behind a proxy: `/auth`. At the root when left out. */
  readonly basePath?: string | undefined;
}

/** Starts Logto on 127.0.0.1, empty but for the operator's own application. */
export async function startLogtoEmulator(options: LogtoEmulatorOptions = {}): Promise<LogtoEmulator> {
  const { clock = systemClock, chance = systemChance, basePath = '' } = options;
  let switches: Switches = { ...DEFAULT_SWITCHES, ...options.switches };
  const world: World = {
    clock,
    chance,
    registry: applicationRegistry(clock, chance),
    catalogue: tenantCatalogue(clock, chance, () => switches),
    tokens: tokenMint(clock, chance),
    gate: tenantGate(clock, () => switches),
    switches: () => switches,
  };
  addOperator(world);
  const { listener, journal, faults, stop } = frontend(clock, backend(world, basePath));
  const server = await listen(listener, options);

  return {
    ...tenantConsole(world),
    url: server.url + basePath,
    journal,
    get applications() {
      return world.registry.all();
    },
    get roles() {
      return world.catalogue.roles();
    },
    get switches() {
      return switches;
    },
    set(changes) {
      switches = { ...switches, ...changes };
    },
    fault: (fault) => faults.add(fault),
    logsIn: (clientId, clientSecret) => authenticates(clientId, clientSecret, world),
    async close() {
      stop();
      await server.close();
    },
  };
}

function addOperator({ registry, clock }: World): void {
  registry.add({
    id: OPERATOR_ID,
    name: 'oauthapp-operator',
    type: 'MachineToMachine',
    roleIds: [MANAGEMENT_ROLE],
    secrets: [{ name: 'Default secret', value: OPERATOR_SECRET, createdAt: clock.now(), expiresAt: null }],
  });
}
