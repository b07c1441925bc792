import { OPTION_FIELDS, type OptionField } from '../api/application/options.ts';
import { foundValue, wantedValue } from '../idp/fields.ts';
import type { ClientMetadata, MetadataField, Registration } from '../idp/provider.ts';
import type { Facts } from './ports/applications.ts';
import type { ReadyProvider } from './ports/provider.ts';

type Enforced = Facts['enforced'];

/** Paths of the optional fields that are wanted, for `status.enforced`. Pure. */
export function enforcedBy(wanted: ClientMetadata): readonly string[] {
  return OPTION_FIELDS.filter((field) => isSet(wantedValue(field, wanted)));
}

/**
 * Fields that we set once, that the spec leaves out by now, and that the provider can clear and does not show as
 * cleared. Pure.
 */
export function leftOver(
  enforced: Enforced,
  wanted: ClientMetadata,
  found: Registration,
  { clears, unlisted }: Pick<ReadyProvider, 'clears' | 'unlisted'>,
): readonly MetadataField[] {
  return leftOut(enforced, wanted).filter((field) => {
    const value = foundValue(field, found);
    // What a listing does not show is looked for where it can be seen.
    const isHidden = value === undefined && unlisted.has(field);
    return clears.has(field) && value !== null && !isHidden;
  });
}

/**
 * Paths for `status.enforced` when the registration was seen: those that are wanted, and those that were set once and
 * are still set there, until they are cleared. Pure.
 */
export function enforcedAfter(
  enforced: Enforced,
  wanted: ClientMetadata,
  found: Registration,
  { unlisted }: Pick<ReadyProvider, 'unlisted'>,
): readonly string[] {
  const left = leftOut(enforced, wanted).filter((field) => {
    const value = foundValue(field, found);
    return isSet(value) || (value === undefined && unlisted.has(field));
  });
  return OPTION_FIELDS.filter((field) => isSet(wantedValue(field, wanted)) || left.includes(field));
}

/** Fields that were set once, are left out by now, and stay, since the provider cannot take them away. Pure. */
export function stuck(
  enforced: Enforced,
  wanted: ClientMetadata,
  { clears }: Pick<ReadyProvider, 'clears'>,
): readonly MetadataField[] {
  return leftOut(enforced, wanted).filter((field) => !clears.has(field));
}

/** What it never set is the provider's; what it did set, and leaves out by now, is cleared once (design section 3). */
function leftOut(enforced: Enforced, wanted: ClientMetadata): readonly OptionField[] {
  return OPTION_FIELDS.filter((field) => enforced?.includes(field) === true && !isSet(wantedValue(field, wanted)));
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
