import { isRecord } from '../../../src/kube/object.ts';
import { same } from '../../../src/runtime/same.ts';
import type { ApiObject, FieldTree, ManagedFields } from './objects.ts';

/** Who writes, and when. */
interface Writer {
  readonly manager: string;
  /** RFC 3339. */
  readonly time: string;
}

/** What a write did to one part of an object, such as its data: names of fields as a {@link FieldTree} has them. */
interface PartChange {
  /** Where the part is: `f:data`, or `f:metadata` and `f:labels`. */
  readonly path: readonly [string] | readonly [string, string];
  /** New, or of another value. */
  readonly taken: readonly string[];
  readonly gone: readonly string[];
}

/** The part itself, where it has no fields of its own. */
const WHOLE = '.';

/**
 * `metadata.managedFields` after an update, for objects that are flat maps under their fields, as Secrets are: what
 * changed is its writer's, what is gone is nobody's, the rest stays with whom it was.
 */
export function managedAfter(
  before: ApiObject | undefined,
  after: ApiObject,
  writer: Writer,
): readonly ManagedFields[] {
  const changes = changesOf(before, after);
  const entries = before?.metadata.managedFields ?? [];
  const mine = entries.find(({ manager }) => manager === writer.manager) ?? newEntry(writer, after.apiVersion);
  const others = entries
    .filter((entry) => entry !== mine)
    .map((entry) => ({ ...entry, fieldsV1: changes.reduce(withoutChanged, entry.fieldsV1) }));
  const time = changes.some(({ taken }) => taken.length > 0) ? writer.time : mine.time;
  return [...others, { ...mine, time, fieldsV1: changes.reduce(withTaken, mine.fieldsV1) }]
    .filter(({ fieldsV1 }) => Object.keys(fieldsV1).length > 0)
    .sort((one, other) => (`${one.time} ${one.manager}` < `${other.time} ${other.manager}` ? -1 : 1));
}

function newEntry({ manager, time }: Writer, apiVersion: string): ManagedFields {
  return { manager, operation: 'Update', apiVersion, time, fieldsType: 'FieldsV1', fieldsV1: {} };
}

function changesOf(before: ApiObject | undefined, after: ApiObject): readonly PartChange[] {
  const { metadata: _, apiVersion: __, kind: ___, ...fields } = { ...before, ...after };
  const ofFields = Object.keys(fields).map((name) => changeOf([`f:${name}`], before?.[name], after[name]));
  const ofMetadata = (['labels', 'annotations', 'finalizers', 'ownerReferences'] as const).map((name) =>
    changeOf(['f:metadata', `f:${name}`], before?.metadata[name], after.metadata[name]),
  );
  return [...ofMetadata, ...ofFields].filter((change) => change !== undefined);
}

function changeOf(path: PartChange['path'], before: unknown, after: unknown): PartChange | undefined {
  if (same(before, after)) return undefined;
  const [was, is] = [fieldsIn(before), fieldsIn(after)];
  return {
    path,
    taken: Object.keys(is).filter((name) => !Object.hasOwn(was, name) || !same(was[name], is[name])),
    gone: Object.keys(was).filter((name) => !Object.hasOwn(is, name)),
  };
}

/** A map is owned key by key, and as a map; anything else as one. */
function fieldsIn(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (!isRecord(value)) return { [WHOLE]: value };
  return { [WHOLE]: 'map', ...Object.fromEntries(Object.entries(value).map(([key, item]) => [`f:${key}`, item])) };
}

function withoutChanged(tree: FieldTree, { path, taken, gone }: PartChange): FieldTree {
  return edited(tree, path, (names) => names.filter((name) => !taken.includes(name) && !gone.includes(name)));
}

function withTaken(tree: FieldTree, { path, taken, gone }: PartChange): FieldTree {
  return edited(tree, path, (names) => [...new Set([...names, ...taken])].filter((name) => !gone.includes(name)));
}

function edited(
  tree: FieldTree,
  [first, second]: readonly [string, string?],
  edit: (names: readonly string[]) => readonly string[],
): FieldTree {
  const { [first]: part, ...others } = tree;
  const inner = second === undefined ? leafOf(edit(namesIn(part))) : edited(part ?? {}, [second], edit);
  return inner === undefined || (second !== undefined && Object.keys(inner).length === 0)
    ? others
    : { ...others, [first]: inner };
}

function namesIn(part: FieldTree | undefined): readonly string[] {
  if (part === undefined) return [];
  const names = Object.keys(part);
  return names.length === 0 ? [WHOLE] : names;
}

/** What is owned as one has an empty tree. */
function leafOf(names: readonly string[]): FieldTree | undefined {
  if (names.length === 0) return undefined;
  return names.length === 1 && names[0] === WHOLE ? {} : Object.fromEntries(names.map((name) => [name, {}]));
}
