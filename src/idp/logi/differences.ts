import { tidied } from '../fields.ts';
import type { ClientMetadata, MetadataField, Registration } from '../provider.ts';
import { sameScopes } from './scopes.ts';

type Comparison = (wanted: ClientMetadata, found: Registration) => 'same' | 'different';

const COMPARISONS = {
  displayName: (wanted, found) => compare(wanted.name, found.name, sameNames),
  redirectUris: (wanted, found) => compare(wanted.redirectUris, found.redirectUris, sameUris),
  scopes: (wanted, found) => compare(wanted.options.scopes, found.options.scopes ?? undefined, sameScopes),
  'logi.webhookUrl': (wanted, found) => compareOption('logi.webhookUrl', wanted, found),
  'logi.appLinkUrl': (wanted, found) => compareOption('logi.appLinkUrl', wanted, found),
} as const satisfies Partial<Record<MetadataField, Comparison>>;

const FIELDS = Object.keys(COMPARISONS) as (keyof typeof COMPARISONS)[]; // Object.keys forgets the keys' type

/** The fields of `found` that do not say what `wanted` says. Pure. What either leaves open never differs. */
export function logiDifferences(wanted: ClientMetadata, found: Registration): readonly MetadataField[] {
  return FIELDS.filter((field) => COMPARISONS[field](wanted, found) === 'different');
}

/** Whether both name the same URIs, letter for letter as logi compares them, in any order. */
export function sameUris(left: readonly string[], right: readonly string[]): boolean {
  return new Set(left).symmetricDifference(new Set(right)).size === 0;
}

/** A server that tidies names would be told the same name for ever. */
function sameNames(left: string, right: string): boolean {
  return tidied(left) === tidied(right);
}

function compareOption(
  field: 'logi.webhookUrl' | 'logi.appLinkUrl',
  wanted: ClientMetadata,
  found: Registration,
): 'same' | 'different' {
  return compare<string, string | null>(wanted.options[field], found.options[field], Object.is);
}

function compare<Wanted, Found>(
  wanted: Wanted | undefined,
  found: Found | undefined,
  same: (wanted: Wanted, found: Found) => boolean,
): 'same' | 'different' {
  return wanted === undefined || found === undefined || same(wanted, found) ? 'same' : 'different';
}
