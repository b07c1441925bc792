import type { Chance } from '../../../src/runtime/chance.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { randomText } from './registry.ts';
import type { Switches } from './switches.ts';
import { managementResource } from './switches.ts';

export interface Scope {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
}

export interface Resource {
  readonly id: string;
  readonly name: string;
  /** What a client asks a token for. */
  readonly indicator: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: 'User' | 'MachineToMachine';
  /** Ids of the resource scopes that it grants. */
  readonly scopeIds: readonly string[];
}

/** What a test says of a role. */
export type NewRole = Pick<Role, 'name'> & Partial<Role>;

/** Everything that people have put into a catalogue, and the roles that were in it, copied. */
export interface CatalogueBackup {
  readonly roles: ReadonlyMap<string, Role>;
  readonly resources: readonly Resource[];
  readonly organizationScopes: readonly Scope[];
}

/** Roles, resources and scopes of the tenant. */
export interface Catalogue {
  roles(): readonly Role[];
  role(id: string): Role | undefined;
  /** A machine-to-machine role that grants nothing, unless said otherwise. */
  addRole(role: NewRole): Role;
  removeRole(id: string): void;
  /** The Management API first. */
  resources(): readonly Resource[];
  /** Adds an API with scopes of these names. */
  addResource(said: Pick<Resource, 'name' | 'indicator'> & { readonly scopes: readonly string[] }): Resource;
  organizationScopes(): readonly Scope[];
  addOrganizationScope(name: string): Scope;
  backup(): CatalogueBackup;
  restore(backup: CatalogueBackup): void;
}

/** The role that lets an application use the Management API. */
export const MANAGEMENT_ROLE = 'management-api-access';
/** The role behind the deprecated `isAdmin`. Listed nowhere. */
export const INTERNAL_ADMIN_ROLE = 'admin-role';
/** The only scope of the Management API. */
export const MANAGEMENT_SCOPE: Scope = {
  id: 'management-api-all',
  name: 'all',
  description: 'All of the Management API',
};

const SEEDED_ROLES: readonly Role[] = [
  {
    id: INTERNAL_ADMIN_ROLE,
    name: '#internal:admin',
    description: 'Internal admin role for Logto tenant default.',
    type: 'MachineToMachine',
    scopeIds: [MANAGEMENT_SCOPE.id],
  },
  {
    id: MANAGEMENT_ROLE,
    name: 'Logto Management API access',
    description: 'This default role grants access to the Logto management API.',
    type: 'MachineToMachine',
    scopeIds: [MANAGEMENT_SCOPE.id],
  },
];

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** The catalogue of a new tenant. */
export function tenantCatalogue(clock: Clock, chance: Chance, switches: () => Switches): Catalogue {
  let roles = new Map(SEEDED_ROLES.map((role) => [role.id, role]));
  let resources: readonly Resource[] = [];
  let organizationScopes: readonly Scope[] = [];
  const createdAt = clock.now();

  const newId = () => randomText(chance, ALPHABET, 21);
  const newScope = (name: string): Scope => ({ id: newId(), name, description: null });

  return {
    roles: () => [...roles.values()],
    role: (id) => roles.get(id),

    addRole(said) {
      const role: Role = { id: newId(), description: said.name, type: 'MachineToMachine', scopeIds: [], ...said };
      roles.set(role.id, role);
      return role;
    },

    removeRole: (id) => void roles.delete(id),

    resources: () => [
      {
        id: 'management-api',
        name: 'Logto Management API',
        indicator: managementResource(switches()),
        scopes: [MANAGEMENT_SCOPE],
        createdAt,
      },
      ...resources,
    ],

    addResource({ name, indicator, scopes }) {
      const resource = { id: newId(), name, indicator, scopes: scopes.map(newScope), createdAt: clock.now() };
      resources = [...resources, resource];
      return resource;
    },

    organizationScopes: () => organizationScopes,

    addOrganizationScope(name) {
      const scope = newScope(name);
      organizationScopes = [...organizationScopes, scope];
      return scope;
    },

    backup: () => structuredClone({ roles, resources, organizationScopes }),
    restore(backup) {
      const copy = structuredClone(backup);
      roles = new Map(copy.roles);
      ({ resources, organizationScopes } = copy);
    },
  };
}
