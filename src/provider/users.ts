import type { ProviderPass } from './pass.ts';

/** Keys (`namespace/name`) of the applications of a provider. Those that name none may wait for this one, as the default. */
export function usersOf({ key, ports }: Pick<ProviderPass, 'key' | 'ports'>): readonly string[] {
  const { providers } = ports;
  const isDefault = providers.defaults(key.namespace).some(({ metadata }) => metadata.name === key.name);
  const applications = [...providers.applications(key), ...(isDefault ? providers.undecided(key.namespace) : [])];
  return applications.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}
