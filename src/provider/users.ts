import type { ProviderPass } from './pass.ts';

/** Keys (`namespace/name`) of the applications of a provider. Those that name none may wait for this one, as the default. */
export function usersOf({ key, ports }: Pick<ProviderPass, 'key' | 'ports'>): readonly string[] {
  const { providers } = ports;
  const isDefault = providers.defaults(key.namespace).some(({ metadata }) => metadata.name === key.name);
  const applications = [...providers.applications(key), ...(isDefault ? providers.undecided(key.namespace) : [])];
  return applications.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

/**
 * Whether a pass over one of them is running. It may have found the object as it was before, and goes on from there;
 * passes end within their own time.
 */
export function isAnyUnderWay(pass: Pick<ProviderPass, 'key' | 'ports'>): boolean {
  return usersOf(pass).some((application) => pass.ports.isUnderWay(application));
}

/** Look again after that where one is. */
export const UNDER_WAY_MS = 1_000;
