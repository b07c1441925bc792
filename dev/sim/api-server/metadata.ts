import type { Kind } from './kinds.ts';
import type { StoredMeta } from './objects.ts';
import type { Cause } from './refusal.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$/;

const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;

/** Of all annotations of an object, names and values. */
const MOST_ANNOTATION_BYTES = 256 * 1024;

/** Finalizers without a slash in their names. */
export const FOREGROUND_DELETION = 'foregroundDeletion';
export const ORPHAN = 'orphan';
const STANDARD_FINALIZERS = ['kubernetes', FOREGROUND_DELETION, ORPHAN];

type Texts = Readonly<Record<string, string>> | undefined;

/** What is wrong with an object's metadata, whatever its kind. What was taken `before` is not looked at again. */
export function metadataProblems(kind: Kind, meta: StoredMeta, before: StoredMeta | undefined): readonly Cause[] {
  const name =
    before !== undefined || isName(kind, meta.name) ? [] : [invalidAt('name', `"${meta.name}": no valid name`)];
  return [
    ...name,
    ...labelProblems(meta, before),
    ...annotationProblems(meta, before),
    ...nameProblems(kind, meta),
    ...ownerProblems(meta),
  ];
}

function labelProblems({ labels }: StoredMeta, before: StoredMeta | undefined): readonly Cause[] {
  return newIn(labels, before?.labels).flatMap(([name, value]) => [
    ...(QUALIFIED.test(name) ? [] : [invalidAt('labels', `"${name}": no qualified name`)]),
    ...(LABEL_VALUE.test(value) ? [] : [invalidAt('labels', `"${value}": no label value`)]),
  ]);
}

function annotationProblems({ annotations = {} }: StoredMeta, before: StoredMeta | undefined): readonly Cause[] {
  const problems = newIn(annotations, before?.annotations)
    .filter(([name]) => !QUALIFIED.test(name.toLowerCase()))
    .map(([name]) => invalidAt('annotations', `"${name}": no qualified name`));
  const bytes = bytesOf(annotations);
  if (bytes <= MOST_ANNOTATION_BYTES) return problems;
  const message = `Too long: may not be more than ${MOST_ANNOTATION_BYTES} bytes`;
  return [...problems, { reason: 'FieldValueTooLong', message, field: 'metadata.annotations' }];
}

/** Of finalizers. A built-in kind wants them to say whose they are. */
function nameProblems({ schema }: Kind, { finalizers = [] }: StoredMeta): readonly Cause[] {
  return finalizers.flatMap((name, index) => {
    const whose = schema !== undefined || name.includes('/') || STANDARD_FINALIZERS.includes(name);
    return [
      ...(QUALIFIED.test(name) ? [] : [invalidAt('finalizers', `"${name}": no qualified name`)]),
      ...(whose ? [] : [invalidAt(`finalizers[${index}]`, `"${name}": neither a standard finalizer nor qualified`)]),
    ];
  });
}

function ownerProblems({ ownerReferences = [] }: StoredMeta): readonly Cause[] {
  const empty = ownerReferences.flatMap((owner, index) =>
    (['kind', 'name', 'uid'] as const)
      .filter((field) => owner[field] === '')
      .map((field) => ({
        reason: 'FieldValueRequired',
        message: 'Required value: must not be empty',
        field: `metadata.ownerReferences[${index}].${field}`,
      })),
  );
  if (ownerReferences.filter(({ controller }) => controller === true).length <= 1) return empty;
  return [...empty, invalidAt('ownerReferences', 'Only one reference can have Controller set to true')];
}

/** Exact where it is near the limit. */
function bytesOf(annotations: Readonly<Record<string, string>>): number {
  let characters = 0;
  for (const name in annotations) characters += name.length + (annotations[name]?.length ?? 0);
  return 3 * characters <= MOST_ANNOTATION_BYTES
    ? characters
    : Object.entries(annotations).reduce((sum, [name, text]) => sum + Buffer.byteLength(name + text), 0);
}

function newIn(texts: Texts = {}, before: Texts = {}): readonly (readonly [string, string])[] {
  return Object.entries(texts).filter(([name, text]) => before[name] !== text);
}

function invalidAt(field: string, what: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${what}`, field: `metadata.${field}` };
}

/** Once an object is being deleted, what holds it can only become less. */
export function finalizerProblems(live: StoredMeta, next: StoredMeta): readonly Cause[] {
  if (live.deletionTimestamp === undefined) return [];
  const added = (next.finalizers ?? []).filter((name) => live.finalizers?.includes(name) !== true);
  if (added.length === 0) return [];
  const found = added.map((name) => JSON.stringify(name)).join(', ');
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${found}}`;
  return [{ reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' }];
}

/** Empty maps and lists are nothing, as the server keeps metadata. */
export function withoutEmpty(meta: StoredMeta): StoredMeta {
  const { labels, annotations, finalizers, ownerReferences, managedFields } = meta;
  return {
    ...meta,
    labels: labels === undefined || Object.keys(labels).length === 0 ? undefined : labels,
    annotations: annotations === undefined || Object.keys(annotations).length === 0 ? undefined : annotations,
    finalizers: finalizers?.length === 0 ? undefined : finalizers,
    ownerReferences: ownerReferences?.length === 0 ? undefined : ownerReferences,
    managedFields: managedFields?.length === 0 ? undefined : managedFields,
  };
}

function isName({ resource }: Kind, name: string): boolean {
  if (resource.plural === 'namespaces') return name.length <= LONGEST_LABEL && DNS_LABEL.test(name);
  return name.length <= LONGEST_NAME && SUBDOMAIN.test(name);
}
