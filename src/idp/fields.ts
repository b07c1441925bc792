import type { ClientMetadata, MetadataField, Registration } from './provider.ts';

/** What the spec says of a field; `undefined`: nothing. */
export function wantedValue(field: MetadataField, wanted: ClientMetadata): unknown {
  if (field === 'displayName') return wanted.name;
  return field === 'redirectUris' ? wanted.redirectUris : wanted.options[field];
}

/** What the provider has for a field: `null` where it says that none is set, `undefined` where it does not show it. */
export function foundValue(field: MetadataField, found: Registration): unknown {
  if (field === 'displayName') return found.name;
  return field === 'redirectUris' ? found.redirectUris : found.options[field];
}
