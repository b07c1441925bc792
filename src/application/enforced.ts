import { FIELD_PATHS } from '../api/application/block.ts';
import type { ClientMetadata, MetadataField, Registration } from '../idp/provider.ts';
import type { Facts } from './ports/applications.ts';
import type { ReadyProvider } from './ports/provider.ts';

type Value = string | readonly string[] | null | undefined;

/** Fields that a spec may leave out. What it never set is the provider's; what it did set is cleared once (section 3). */
const OPTIONAL = ['scopes', 'webhookUrl', 'appLinkUrl'] as const satisfies readonly MetadataField[];

/** Where a field stands in the spec, without the leading `spec.`. */
export function pathOf(field: MetadataField): string {
  return FIELD_PATHS[field];
}

/** Paths of the optional fields that are wanted, for `status.enforced`. Pure. */
export function enforcedBy(wanted: ClientMetadata): readonly string[] {
  return OPTIONAL.filter((field) => isSet(wantedValue(field, wanted))).map(pathOf);
}

/**
 * Fields that we set once, that the spec leaves out by now, and that the provider can clear and does not show as
 * cleared. Pure.
 */
export function leftOver(
  enforced: Facts['enforced'],
  wanted: ClientMetadata,
  found: Registration,
  { clears }: Pick<ReadyProvider, 'clears'>,
): readonly MetadataField[] {
  return OPTIONAL.filter(
    (field) =>
      enforced?.includes(pathOf(field)) === true &&
      clears.has(field) &&
      !isSet(wantedValue(field, wanted)) &&
      foundValue(field, found) !== null,
  );
}

/**
 * Paths for `status.enforced` when the registration was seen: those that are wanted, and those that were set once and
 * are still set there, until they are cleared. Pure.
 */
export function enforcedAfter(
  enforced: Facts['enforced'],
  wanted: ClientMetadata,
  found: Registration,
): readonly string[] {
  return OPTIONAL.filter((field) => {
    if (isSet(wantedValue(field, wanted))) return true;
    return enforced?.includes(pathOf(field)) === true && isSet(foundValue(field, found));
  }).map(pathOf);
}

/** Fields that were set once, are left out by now, and stay, since the provider cannot take them away. Pure. */
export function stuck(
  enforced: Facts['enforced'],
  wanted: ClientMetadata,
  { clears }: Pick<ReadyProvider, 'clears'>,
): readonly MetadataField[] {
  return OPTIONAL.filter(
    (field) => enforced?.includes(pathOf(field)) === true && !clears.has(field) && !isSet(wantedValue(field, wanted)),
  );
}

/** What the spec says of a field. */
export function wantedValue(field: MetadataField, wanted: ClientMetadata): Value {
  switch (field) {
    case 'displayName':
      return wanted.name;
    case 'redirectUris':
    case 'scopes':
      return wanted[field];
    case 'webhookUrl':
    case 'appLinkUrl':
      return wanted.extension[field];
  }
}

/** What the provider has for a field; `undefined` where it does not show it. */
export function foundValue(field: MetadataField, found: Registration): Value {
  switch (field) {
    case 'displayName':
      return found.name;
    case 'redirectUris':
    case 'scopes':
      return found[field];
    case 'webhookUrl':
    case 'appLinkUrl':
      return found.extension[field];
  }
}

function isSet(value: Value): boolean {
  return value !== undefined && value !== null;
}
