import type { OAuthApplication } from '../api/application.ts';
import type { ProviderPass } from './pass.ts';

/** Keys (`namespace/name`) of the applications of a provider. Those that name none may wait for this one, as the default. */
export function usersOf(pass: Pick<ProviderPass, 'key' | 'ports'>): readonly string[] {
  return applicationsFor(pass).map(keyOf);
}

/** The applications themselves, from the cache. */
export function applicationsFor({ key, ports }: Pick<ProviderPass, 'key' | 'ports'>): readonly OAuthApplication[] {
  const { providers } = ports;
  const isDefault = providers.defaults(key.namespace).some(({ metadata }) => metadata.name === key.name);
  return [...providers.applications(key), ...(isDefault ? providers.undecided(key.namespace) : [])];
}

/**
 * Whether a pass is running over one of them, or over one that names none: it may have begun when this was the default,
 * or said something else, and goes on from there. It ends within the time of a pass.
 */
export function isAnyUnderWay({ key, ports }: Pick<ProviderPass, 'key' | 'ports'>): boolean {
  const { providers } = ports;
  const applications = [...providers.applications(key), ...providers.undecided(key.namespace)];
  return applications.some((application) => ports.isUnderWay(keyOf(application)));
}

/** `namespace/name`, by which the queue knows an application. Pure. */
export function keyOf({ metadata }: OAuthApplication): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** After how long to look again where one is, ms. */
export const UNDER_WAY_MS = 1_000;
