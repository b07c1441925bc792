import { OPTION_FIELDS, type OptionField } from '../api/application/options.ts';
import type { ClientMetadata, FoundOptions, MetadataField, Refusal, Registration } from './provider.ts';

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

/** The optional fields among those that a provider has a place for. */
export function optionsAmong<Field extends MetadataField>(
  places: Readonly<Record<Field, string>>,
): readonly Extract<Field, OptionField>[] {
  return OPTION_FIELDS.filter((field): field is Extract<Field, OptionField> => Object.hasOwn(places, field));
}

/** A name as servers keep it that tidy names: composed, with one blank between its words and none around them. */
export function tidied(name: string): string {
  return name.normalize('NFC').trim().replaceAll(/\s+/g, ' ');
}

/** The options that an answer shows; those that it does not are left out, and not `undefined`. */
export function shownOptions(
  options: {
    readonly [Field in keyof FoundOptions]: FoundOptions[Field] | undefined;
  },
): FoundOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Refuses what the spec says at `path`, with the rest of a sentence that begins with it. Empty without a problem. */
export function refusal(path: string, problem: string | undefined): readonly Refusal[] {
  return problem === undefined ? [] : [{ reason: 'InvalidSpec', path, message: `${path} ${problem}.` }];
}

/** What to tell a person of it: what was wrong, with the path of the field in front. Pure. */
export function describeRefusal({ path, message }: Refusal): string {
  return message.startsWith(path) ? message : `${path}: ${message}`;
}
