import { OPTION_FIELDS, type OptionField } from '../src/api/application/options.ts';
import * as logiHonours from '../src/idp/logi/honours.ts';
import { MANNERS as LOGI_MANNERS } from '../src/idp/logi/provider.ts';
import { CLIENT_TYPES } from '../src/idp/logi/wire.ts';
import * as logtoHonours from '../src/idp/logto/honours.ts';
import { MANNERS as LOGTO_MANNERS } from '../src/idp/logto/provider.ts';
import { TYPES } from '../src/idp/logto/types.ts';
import type { ApplicationType, Manners, MetadataField } from '../src/idp/provider.ts';
import { table } from './markdown.ts';

/** What an adapter says of itself, as far as people read it. */
interface Adapter {
  readonly name: string;
  /** Key of its block in a spec. */
  readonly block: 'logi' | 'logto';
  readonly manners: Manners;
  /** Where a type stands, and what each becomes. A type that is not there is refused. */
  readonly type: { readonly place: string; readonly words: Readonly<Partial<Record<ApplicationType, string>>> };
  readonly fields: Readonly<Partial<Record<MetadataField, string>>>;
  /** Why a field is refused. */
  readonly lacking: Readonly<Partial<Record<OptionField, string>>>;
  /** Fields that a registration is made with and keeps. */
  readonly fixed: ReadonlySet<MetadataField>;
  /** Fields that a listing does not show. */
  readonly unlisted: ReadonlySet<MetadataField>;
}

/** Every adapter, in the order of the columns. */
const ADAPTERS: readonly Adapter[] = [
  {
    name: 'logi',
    block: 'logi',
    manners: LOGI_MANNERS,
    type: { place: 'client_type', words: CLIENT_TYPES },
    fields: logiHonours.FIELDS,
    lacking: logiHonours.LACKING,
    fixed: new Set(),
    unlisted: new Set(),
  },
  {
    name: 'Logto',
    block: 'logto',
    manners: LOGTO_MANNERS,
    type: { place: 'type', words: TYPES },
    fields: logtoHonours.FIELDS,
    lacking: logtoHonours.LACKING,
    fixed: logtoHonours.FIXED,
    unlisted: logtoHonours.UNLISTED,
  },
];

/** Everything of the spec that becomes part of a registration. */
const MAPPED_FIELDS: readonly MetadataField[] = ['displayName', 'redirectUris', ...OPTION_FIELDS];

const TYPE_NAMES: readonly ApplicationType[] = ['Web', 'SinglePage', 'Native', 'MachineToMachine'];

const MANNER_WORDS: Readonly<Record<keyof Manners, string>> = {
  ownerMark: 'Whether a registration can carry our owner mark',
  secrets: 'Whether a secret can be read again',
  rotation: 'Whether a new secret leaves the former ones working',
  listing: 'Whether all registrations can be listed',
  creates: 'Whether registrations are made side by side',
};

/** The page on what becomes of each field at each provider, in Markdown. */
export function mapping(): string {
  const names = ADAPTERS.map(({ name }) => name);
  return `${[
    '# From spec to API: every provider',
    'What each field of an application becomes in the management API of its provider. A field that a provider has no place for is refused with `UnsupportedByProvider` and its path. What each API is known to do stands in [providers/logi-api.md](providers/logi-api.md) and [providers/logto-api.md](providers/logto-api.md).',
    '## Fields',
    table(
      ['Field of the spec', ...names],
      [
        [code('spec.type'), ...ADAPTERS.map(typeCell)],
        ...MAPPED_FIELDS.map((field) => [code(`spec.${field}`), ...ADAPTERS.map((adapter) => cell(field, adapter))]),
      ],
    ),
    'What begins with `/` is a route below that of the application. *Fixed*: a registration is made with it, or without it, for good. *Not listed*: no listing shows it, so that it is looked at object by object, once in every `deepResyncInterval`. A column of JSON at Logto is sent whole; keys in it that the spec does not speak of stay as they were found.',
    '## Manners',
    'How a provider behaves, in the words that a pass goes by ([protocol.md](protocol.md)).',
    table(
      ['Manner', ...names],
      Object.entries(MANNER_WORDS).map(([manner, meaning]) => [
        `${meaning} (${code(manner)})`,
        ...ADAPTERS.map(({ manners }) => code(Object.entries(manners).find(([name]) => name === manner)?.[1] ?? '')),
      ]),
    ),
  ].join('\n\n')}\n`;
}

function typeCell({ type: { place, words } }: Adapter): string {
  const all = TYPE_NAMES.map((name) => `${name}: ${words[name] === undefined ? 'refused' : code(words[name])}`);
  return `${code(place)}; ${all.join(', ')}`;
}

function cell(field: MetadataField, { name, fields, lacking, fixed, unlisted }: Adapter): string {
  const place = fields[field];
  if (place !== undefined) {
    const notes = [...(fixed.has(field) ? ['*fixed*'] : []), ...(unlisted.has(field) ? ['*not listed*'] : [])];
    return [code(place), ...notes].join(', ');
  }
  const owner = ADAPTERS.find(({ block }) => field.startsWith(`${block}.`));
  if (owner !== undefined && owner.name !== name) return `refused: ${owner.name} alone has it`;
  const why = Object.entries(lacking).find(([each]) => each === field)?.[1];
  if (why === undefined) throw new Error(`${name} neither honours nor refuses ${field}`);
  return `refused: ${why}`;
}

function code(text: string): string {
  return `\`${text}\``;
}
