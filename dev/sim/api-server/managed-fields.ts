import { isRecord } from '../../../src/kube/object.ts';
import { same } from '../../../src/runtime/same.ts';
import type { ApiObject, Fields, FieldTree, ManagedFields } from './objects.ts';

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

/** The part itself. */
const WHOLE = '.';

/** What of the metadata somebody can own. */
const METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

const TYPE_AND_METADATA: readonly string[] = ['apiVersion', 'kind', 'metadata'];

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
  const changes = METADATA.map((name) =>
    changeOf(['f:metadata', `f:${name}`], before?.metadata[name], after.metadata[name]),
  );
  for (const name of Object.keys({ ...before, ...after })) {
    if (!TYPE_AND_METADATA.includes(name)) changes.push(changeOf([`f:${name}`], before?.[name], after[name]));
  }
  return changes.filter((change) => change !== undefined);
}

/** A map is owned key by key, and as a map; anything else as one. */
function changeOf(path: PartChange['path'], before: unknown, after: unknown): PartChange | undefined {
  if (Object.is(before, after)) return undefined;
  const [was, is] = [fieldsIn(before), fieldsIn(after)];
  const taken = Object.keys(is)
    .filter((key) => !(Object.hasOwn(was, key) && same(was[key], is[key])))
    .map((key) => `f:${key}`);
  const gone = Object.keys(was)
    .filter((key) => !Object.hasOwn(is, key))
    .map((key) => `f:${key}`);
  if (after === undefined) gone.push(WHOLE);
  else if (before === undefined || (!isRecord(after) && !same(before, after))) taken.push(WHOLE);
  return taken.length + gone.length === 0 ? undefined : { path, taken, gone };
}

function fieldsIn(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

function withoutChanged(tree: FieldTree, { path, taken, gone }: PartChange): FieldTree {
  const names = namesIn(tree, path);
  const left = names.filter((name) => !taken.includes(name) && !gone.includes(name));
  return left.length === names.length ? tree : withNames(tree, path, left);
}

function withTaken(tree: FieldTree, { path, taken, gone }: PartChange): FieldTree {
  const names = namesIn(tree, path);
  const added = taken.filter((name) => !names.includes(name));
  const left = names.filter((name) => !gone.includes(name));
  return added.length === 0 && left.length === names.length ? tree : withNames(tree, path, [...left, ...added]);
}

/** What is owned of a part. What is owned as one has an empty tree. */
function namesIn(tree: FieldTree, [first, second]: PartChange['path']): readonly string[] {
  const part = second === undefined ? tree[first] : tree[first]?.[second];
  if (part === undefined) return [];
  const names = Object.keys(part);
  return names.length === 0 ? [WHOLE] : names;
}

function withNames(tree: FieldTree, [first, second]: PartChange['path'], names: readonly string[]): FieldTree {
  if (second !== undefined) return withPart(tree, first, withNames(tree[first] ?? {}, [second], names));
  const isOne = names.length === 1 && names[0] === WHOLE;
  const { [first]: _, ...others } = tree;
  if (names.length === 0) return others;
  return { ...others, [first]: isOne ? {} : Object.fromEntries(names.map((name) => [name, {}])) };
}

function withPart(tree: FieldTree, first: string, part: FieldTree): FieldTree {
  const { [first]: _, ...others } = tree;
  return Object.keys(part).length === 0 ? others : { ...others, [first]: part };
}
