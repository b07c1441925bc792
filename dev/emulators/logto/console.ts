import { columnOf } from './body.ts';
import type { Catalogue, CatalogueBackup } from './catalogue.ts';
import { MANAGEMENT_ROLE } from './catalogue.ts';
import { hasSecrets } from './create.ts';
import { pendingDomain, withDomain } from './protected.ts';
import type { CustomDomain, EmulatedApplication, EmulatedSecret, NewApplication, RegistryBackup } from './registry.ts';
import type { World } from './world.ts';

/** The application of the operator that is there from the start, with access to the Management API. */
export const OPERATOR_ID = 'operator0m2m0app00001';
/** Its first secret. */
export const OPERATOR_SECRET = 'OperatorSecretOfTheEmulator00001';

/** Logto's database at one moment. Tokens are not in it: they go on saying what they say. */
export interface Backup {
  readonly registry: RegistryBackup;
  readonly catalogue: CatalogueBackup;
}

/** What people do in Logto's console, past the API and its rules. */
export interface Console extends Pick<Catalogue, 'addRole' | 'addResource' | 'addOrganizationScope'> {
  /** Makes an application, with its Default secret where the type has secrets. */
  createByHand(said: NewApplication): EmulatedApplication;
  /** Makes another application of the same name and settings, customData among them; roles and consent it has none. */
  copyByHand(id: string): EmulatedApplication;
  edit(id: string, patch: Partial<Omit<EmulatedApplication, 'id'>>): void;
  rename(id: string, name: string): void;
  setCustomData(id: string, customData: Readonly<Record<string, unknown>>): void;
  deleteByHand(id: string): void;
  /**
   * A secret with a value of its own; it never expires unless `expiresAt` says so.
   *
   * @throws Error when the application has one of this name
   */
  addSecret(id: string, name: string, expiresAt?: number): EmulatedSecret;
  removeSecret(id: string, name: string): void;
  /** @throws Error when the application has another secret of this name */
  renameSecretByHand(id: string, from: string, to: string): void;
  /** The secret is still listed, and worthless from now on. */
  expireSecret(id: string, name: string): void;
  /** Gives the application the one secret that applications had before 1.19. */
  setLegacySecret(id: string, value: string): void;
  grant(id: string, roleId: string): void;
  revoke(id: string, roleId: string): void;
  /** The role is gone for every application. */
  deleteRole(roleId: string): void;
  /** Adds a custom domain to a Protected application; what is left out is that of a new one. */
  addCustomDomain(id: string, domain: string, said?: Partial<CustomDomain>): void;
  /** Changes a custom domain as the provider's checks do. */
  editCustomDomain(id: string, domain: string, said: Partial<CustomDomain>): void;
  /** Takes the Management API from the operator. Tokens that it has go on working. */
  revokeManagementAccess(): void;
  /** Gives the operator's application another secret instead of all that it has. */
  changeOperatorSecret(): string;
  /** Makes the application unseen without deleting it; `everywhere` when not said. */
  vanish(id: string, from?: 'list' | 'show' | 'everywhere'): void;
  /** Takes {@link Console.vanish} back. */
  reappear(id: string): void;
  backup(): Backup;
  /** Puts everything back as it was, the operator's own secret and roles included. */
  restore(backup: Backup): void;
}

/** The console over `world`. */
export function tenantConsole(world: World): Console {
  const { registry, catalogue } = world;

  function createByHand(said: NewApplication): EmulatedApplication {
    const { id, type } = registry.add(said);
    if (hasSecrets(type) && said.secrets === undefined) addSecretTo(id, 'Default secret', undefined, world);
    return registry.get(id);
  }

  return {
    addRole: (role) => catalogue.addRole(role),
    addResource: (resource) => catalogue.addResource(resource),
    addOrganizationScope: (name) => catalogue.addOrganizationScope(name),

    createByHand,
    copyByHand(id) {
      const { name, type, description, oidcClientMetadata, customClientMetadata, customData, isThirdParty } =
        registry.get(id);
      return createByHand({
        name,
        type,
        description,
        oidcClientMetadata,
        customClientMetadata,
        customData,
        isThirdParty,
      });
    },
    edit: (id, patch) => void registry.update(id, patch),
    rename: (id, name) => void registry.update(id, { name }),
    setCustomData: (id, customData) => void registry.update(id, { customData: columnOf(customData) }),
    deleteByHand: (id) => registry.remove(id),
    vanish: (id, from = 'everywhere') => void registry.update(id, { vanishedFrom: from }),
    reappear: (id) => void registry.update(id, { vanishedFrom: 'nowhere' }),

    ...secretDrawer(world),
    ...roleBoard(world),
    ...domainBoard(world),

    backup: () => ({ registry: registry.backup(), catalogue: catalogue.backup() }),
    restore(backup) {
      registry.restore(backup.registry);
      catalogue.restore(backup.catalogue);
    },
  };
}

type SecretDrawer = Pick<
  Console,
  'addSecret' | 'removeSecret' | 'renameSecretByHand' | 'expireSecret' | 'setLegacySecret' | 'changeOperatorSecret'
>;

/** So long ago that every clock that tells whole seconds agrees. */
const LONG_ENOUGH_MS = 5_000;

function secretDrawer(world: World): SecretDrawer {
  const { registry, clock } = world;

  function patchSecret(id: string, name: string, patch: Partial<EmulatedSecret>): void {
    const secrets = registry.get(id).secrets.map((one) => (one.name === name ? { ...one, ...patch } : one));
    registry.update(id, { secrets });
  }

  return {
    addSecret: (id, name, expiresAt) => addSecretTo(id, name, expiresAt, world),
    removeSecret(id, name) {
      registry.update(id, { secrets: registry.get(id).secrets.filter((one) => one.name !== name) });
    },
    renameSecretByHand(id, from, to) {
      if (from !== to) refuseTaken(to, registry.get(id));
      patchSecret(id, from, { name: to });
    },
    expireSecret: (id, name) => patchSecret(id, name, { expiresAt: clock.now() - LONG_ENOUGH_MS }),
    setLegacySecret: (id, value) => void registry.update(id, { secret: value }),
    changeOperatorSecret() {
      registry.update(OPERATOR_ID, { secrets: [] });
      return addSecretTo(OPERATOR_ID, 'Default secret', undefined, world).value;
    },
  };
}

type RoleBoard = Pick<Console, 'grant' | 'revoke' | 'deleteRole' | 'revokeManagementAccess'>;

function roleBoard({ registry, catalogue }: World): RoleBoard {
  function revoke(id: string, roleId: string): void {
    registry.update(id, { roleIds: registry.get(id).roleIds.filter((one) => one !== roleId) });
  }

  return {
    grant(id, roleId) {
      registry.update(id, { roleIds: [...new Set([...registry.get(id).roleIds, roleId])] });
    },
    revoke,
    deleteRole(roleId) {
      catalogue.removeRole(roleId);
      for (const { id } of registry.all()) revoke(id, roleId);
    },
    revokeManagementAccess: () => revoke(OPERATOR_ID, MANAGEMENT_ROLE),
  };
}

type DomainBoard = Pick<Console, 'addCustomDomain' | 'editCustomDomain'>;

function domainBoard({ registry, switches }: World): DomainBoard {
  function protectedApp(id: string) {
    const { oidcClientMetadata, protectedAppMetadata } = registry.get(id);
    if (protectedAppMetadata === null) throw new Error(`${id} is no Protected application`);
    return { oidcClientMetadata, protectedAppMetadata };
  }

  return {
    addCustomDomain(id, domain, said = {}) {
      registry.update(id, withDomain(protectedApp(id), { ...pendingDomain(domain, switches()), ...said }));
    },
    editCustomDomain(id, domain, said) {
      const { protectedAppMetadata } = protectedApp(id);
      const customDomains = (protectedAppMetadata.customDomains ?? []).map((one) =>
        one.domain === domain ? { ...one, ...said } : one,
      );
      registry.update(id, { protectedAppMetadata: { ...protectedAppMetadata, customDomains } });
    },
  };
}

function addSecretTo(
  id: string,
  name: string,
  expiresAt: number | undefined,
  { registry, clock }: World,
): EmulatedSecret {
  const application = registry.get(id);
  refuseTaken(name, application);
  const secret = { name, value: registry.newSecret(), createdAt: clock.now(), expiresAt: expiresAt ?? null };
  registry.update(id, { secrets: [...application.secrets, secret] });
  return secret;
}

/** The table's own constraint, which binds people too. */
function refuseTaken(name: string, { id, secrets }: EmulatedApplication): void {
  if (secrets.some((one) => one.name === name)) throw new Error(`${id} has a secret of the name ${name}`);
}
