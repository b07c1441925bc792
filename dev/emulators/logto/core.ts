import type { Chance } from '../../../src/runtime/chance.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Core } from '../emulator.ts';
import type { Note } from './backend.ts';
import { backend } from './backend.ts';
import type { Role } from './catalogue.ts';
import { MANAGEMENT_ROLE, tenantCatalogue } from './catalogue.ts';
import { authenticates } from './client-login.ts';
import type { Console } from './console.ts';
import { OPERATOR_ID, OPERATOR_SECRET, tenantConsole } from './console.ts';
import { tenantGate } from './gate.ts';
import type { EmulatedApplication } from './registry.ts';
import { applicationRegistry } from './registry.ts';
import type { Operation } from './routes.ts';
import type { Switches } from './switches.ts';
import { DEFAULT_SWITCHES } from './switches.ts';
import { tokenMint } from './tokens.ts';
import type { World } from './world.ts';

/** Logto without a socket: OIDC endpoints and Management API. See `switches.ts` for what can be set. */
export interface Logto extends Core<Operation, Note>, Console {
  /** Every application that there is, its secrets included, in the order in which they were made. */
  applications(): readonly EmulatedApplication[];
  roles(): readonly Role[];
  switches(): Switches;
  set(switches: Partial<Switches>): void;
  /** Whether these credentials authenticate the client at this moment. */
  logsIn(clientId: string, clientSecret: string): boolean;
}

export interface LogtoOptions {
  /** Logto's own clock: of every time that it keeps, and of every date that it says. */
  readonly clock: Clock;
  readonly chance: Chance;
  readonly switches?: Partial<Switches> | undefined;
  /** Where Logto lies behind a proxy: `/auth`. At the root when left out. */
  readonly basePath?: string | undefined;
}

/** Logto, empty but for the operator's own application. */
export function createLogto(options: LogtoOptions): Logto {
  const { clock, chance, basePath = '' } = options;
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

  return {
    ...tenantConsole(world),
    clock,
    admit: backend(world, basePath),
    applications: () => world.registry.all(),
    roles: () => world.catalogue.roles(),
    switches: () => switches,
    set(changes) {
      switches = { ...switches, ...changes };
    },
    logsIn: (clientId, clientSecret) => authenticates(clientId, clientSecret, world),
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
