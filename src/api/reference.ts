import { APPLICATION_REASONS, CONDITION_TYPES, PROVIDER_REASONS } from './conditions.ts';
import type { Kind } from './crds.ts';
import { ANNOTATIONS, API_VERSION, FINALIZERS, LABELS, rolledForAnnotation, SECRET_ANNOTATIONS } from './names.ts';
import type { StructuralSchema } from './openapi.ts';
import type { Rule } from './schema.ts';

const ANNOTATION_MEANINGS: Readonly<Record<keyof typeof ANNOTATIONS, readonly [where: string, meaning: string]>> = {
  rotateRequestedAt: ['application', 'A token, such as the time. A new one asks for one rotation.'],
  reconcileRequestedAt: [
    'application, provider',
    'A token. A new one asks for the registration and its credentials to be looked at now, limits permitting; on a provider for a listing.',
  ],
  retireRequestedAt: ['application', 'A token. A new one deletes superseded secrets now: one has leaked.'],
  registerAnew: [
    'application',
    'A token. A new one gives up the registration, which stays at the provider, and creates another; it waits while spec.adopt names the one that is held.',
  ],
  abandon: ['application', '"true" lets a deletion finish after a failed try; the registration may stay behind.'],
  isDefault: ['provider', '"true" makes it the provider of applications that name none. Two defaults are refused.'],
  confirmDisappearance: ['provider', 'A token. A new one confirms that many registrations are gone for good.'],
  confirmIdentity: [
    'provider',
    'The identity that the provider has now, as the message of its Ready condition spells it. Applications whose registrations are there, by id and client id, follow it.',
  ],
  releaseRetained: [
    'provider',
    '<namespace>=<namespace uid>, several separated by commas: lets that namespace take back what an earlier one of that name retained.',
  ],
};

const SECRET_ANNOTATION_MEANINGS: Readonly<Record<keyof typeof SECRET_ANNOTATIONS, string>> = {
  seal: 'Proves that the registration belongs to the application.',
  serial: 'Counts the secrets of one registration.',
  operation: 'Id of the operation that brought the value.',
  birth: 'Id of the operation that made the registration, or took it over, where the provider stores an owner mark.',
  keys: 'Which key holds what, as JSON.',
  layout: 'Digest of what the spec wanted in the Secret when it was written.',
  template: 'Names of the labels and annotations that the template brought, as JSON.',
  applicationId: "The provider's id of the registration.",
  clientId: 'The client id for which the seal vouches, whatever the Secret holds.',
  namespaceUid: 'Uid of the namespace that the seal speaks of.',
  providerIdentity: 'The identity provider that the credentials are for.',
};

type Row = readonly string[];

/** The reference documentation of all kinds, in Markdown. */
export function reference(kinds: readonly Kind[]): string {
  return [
    `# API reference: ${API_VERSION}`,
    'What every field, condition, reason and annotation means. `kubectl explain` says the same of the fields. What a field becomes at a provider stands in [mapping.md](mapping.md).',
    ...kinds.flatMap(kindSection),
    ...conditionSections(),
    ...annotationSections(),
  ]
    .join('\n\n')
    .concat('\n');
}

function kindSection({ names, description, spec, status, rules }: Kind): readonly string[] {
  const { kind, plural, shortName, scope } = names;
  const sentence = `\`kubectl get ${plural}\`, or \`${shortName}\`. ${scope === 'Cluster' ? 'Cluster-scoped.' : 'Namespaced.'}`;
  const allRules = [...rules, ...rulesOf(spec)];
  return [
    `## ${kind}`,
    `${description} ${sentence}`,
    `### ${kind} spec`,
    fieldTable(spec, 'spec'),
    'Besides, the API server checks across fields:',
    allRules.map(({ message }) => `- ${plain(message)}`).join('\n'),
    `### ${kind} status`,
    fieldTable(status, 'status'),
  ];
}

function conditionSections(): readonly string[] {
  return [
    '## Conditions',
    table(['Type', 'True means'], rowsOf(CONDITION_TYPES)),
    '### Reasons on an OAuthApplication',
    table(['Reason', 'Appears when'], rowsOf(APPLICATION_REASONS)),
    '### Reasons on an OAuthProvider and a ClusterOAuthProvider',
    table(['Reason', 'Appears when'], rowsOf(PROVIDER_REASONS)),
  ];
}

function annotationSections(): readonly string[] {
  const rolledFor = rolledForAnnotation('<secret>', (text) => text);
  const requests = keysOf(ANNOTATIONS).map((key) => [code(ANNOTATIONS[key]), ...ANNOTATION_MEANINGS[key]]);
  const notes = keysOf(SECRET_ANNOTATIONS).map((key) => [
    code(SECRET_ANNOTATIONS[key]),
    SECRET_ANNOTATION_MEANINGS[key],
  ]);
  return [
    '## Annotations',
    'Put on our objects by people. The operator compares them with `status.served` and never writes them.',
    table(['Annotation', 'On', 'Meaning'], requests),
    '## What the operator writes on other metadata',
    'On each Secret with credentials, to be read and not to be changed:',
    table(['Annotation', 'Meaning'], notes),
    table(
      ['Label, finalizer or annotation', 'On', 'Meaning'],
      [
        [code(LABELS.applicationUid), 'Secret', 'Uid of the OAuthApplication that it was written for.'],
        [code(LABELS.managedBy), 'all that we create', 'Says that the operator keeps it.'],
        [code(FINALIZERS.registration), 'OAuthApplication', 'Its registration has not been dealt with yet.'],
        [code(FINALIZERS.inUse), 'provider, its credential Secret', 'Applications still need it.'],
        [code(rolledFor), 'Pod template of a workload', 'For which value of the Secret it was rolled last.'],
      ],
    ),
  ];
}

function fieldTable(schema: StructuralSchema, path: string): string {
  return table(['Field', 'Type', 'Default', 'Bounds', 'Description'], fieldRows(schema, path));
}

function fieldRows(schema: StructuralSchema, path: string): readonly Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const fieldPath = `${path}.${name}`;
    const required = schema.required?.includes(name) === true && field.default === undefined ? 'required' : '';
    const value = field.default === undefined ? required : code(JSON.stringify(field.default));
    return [
      [code(fieldPath), typeOf(field), value, boundsOf(field), field.description ?? ''],
      ...nestedRows(field, fieldPath),
    ];
  });
}

function nestedRows(field: StructuralSchema, path: string): readonly Row[] {
  if (field.items !== undefined) return fieldRows(field.items, `${path}[]`);
  if (field.additionalProperties !== undefined) return fieldRows(field.additionalProperties, `${path}.*`);
  return fieldRows(field, path);
}

function typeOf(field: StructuralSchema): string {
  if (field.items !== undefined) return `list of ${typeOf(field.items)}`;
  if (field.additionalProperties !== undefined) return `map to ${typeOf(field.additionalProperties)}`;
  if (field['x-kubernetes-preserve-unknown-fields'] === true) return 'any object';
  return field['format'] === 'date-time' ? 'time' : field.type;
}

function boundsOf(field: StructuralSchema): string {
  const inner = field.items ?? field.additionalProperties;
  const own = [
    words(field),
    range(field, 'minLength', 'maxLength', 'characters'),
    range(field, 'minimum', 'maximum', ''),
    range(field, 'minItems', 'maxItems', 'items'),
    range(field, 'maxProperties', 'maxProperties', 'entries'),
    typeof field['pattern'] === 'string' ? code(field['pattern']) : '',
    ...rulesOf(field).map(({ message }) => message),
  ].filter((bound) => bound !== '');
  const each = inner === undefined || inner.properties !== undefined ? '' : boundsOf(inner);
  return [...own, ...(each === '' ? [] : [`each: ${each}`])].join('; ');
}

function words(field: StructuralSchema): string {
  return Array.isArray(field['enum']) ? field['enum'].map((word) => code(String(word))).join(', ') : '';
}

function range(field: StructuralSchema, from: string, to: string, unit: string): string {
  const low = field[from];
  const high = field[to];
  if (field['format'] === 'date-time' || typeof high !== 'number')
    return typeof low === 'number' ? `at least ${low}` : '';
  const bounds = low === undefined || low === 0 || low === high ? `at most ${high}` : `${String(low)} to ${high}`;
  return `${bounds} ${unit}`.trimEnd();
}

function rulesOf(field: StructuralSchema): readonly Rule[] {
  const rules = field['x-kubernetes-validations'];
  return Array.isArray(rules) ? rules : [];
}

function table(head: Row, rows: readonly Row[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n');
}

function escapeCell(text: string): string {
  return plain(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** Outside of code, `<name>` would be taken for HTML and not be seen. */
function plain(text: string): string {
  return text.replaceAll(/`[^`]*`|</g, (found) => (found === '<' ? '\\<' : found));
}

function rowsOf(sentences: Readonly<Record<string, string>>): readonly Row[] {
  return Object.entries(sentences).map(([name, sentence]) => [code(name), sentence]);
}

function keysOf<Key extends string>(record: Readonly<Record<Key, string>>): readonly Key[] {
  // Object.keys forgets the key type; the records here are constants without other keys.
  return Object.keys(record) as Key[];
}

function code(text: string): string {
  return `\`${text}\``;
}
