import { z } from 'zod';
import { MAX_CUSTOM_DATA_BYTES } from '../../api/custom-data.ts';
import { type JsonObject, listOf } from '../json.ts';
import { MARK_KEY, type OwnerMark } from '../owner-mark.ts';

export type Json = z.infer<typeof JsonObject>;

/** What is ours begins with the group of the mark's key; users may not write it. */
const RESERVED = MARK_KEY.slice(0, MARK_KEY.indexOf('/') + 1);

/** Under which stand the names of the keys that came from the spec, so that one left out later is taken away. */
const MANAGED_KEY = `${RESERVED}managed`;

const Names = listOf(z.string()).catch([]);

/** A NUL in a JSON text, which PostgreSQL cannot store. */
const NUL = /(?<!\\)(?:\\\\)*\\u0000/;

/** Why this cannot be a user's data, as the end of a sentence that starts with the field. */
export function customDataProblem(data: Json): string | undefined {
  const reserved = Object.keys(data).find(isReserved);
  if (reserved !== undefined) return `must not have keys that begin with ${RESERVED}: the operator keeps its own there`;
  const text = JSON.stringify(data);
  if (new TextEncoder().encode(text).length > MAX_CUSTOM_DATA_BYTES) return 'is larger than 16 KiB as JSON';
  return NUL.test(text) ? 'must not contain NUL characters' : undefined;
}

/** The user's own data as found: what stands under the keys that came from a spec. `null`: there is none. */
export function ownDataIn(column: Json): Json | null {
  const managed = managedKeys(column);
  const own = Object.entries(column).filter(([key]) => managed.has(key));
  return own.length === 0 ? null : Object.fromEntries(own);
}

/** The whole column with `data` as the user's own. What others keep there, and the mark, stay. */
export function withOwnData(column: Json, data: Json | undefined): Json {
  const managed = managedKeys(column);
  const others = Object.entries(column).filter(([key]) => !managed.has(key) && key !== MANAGED_KEY);
  const own = Object.entries(data ?? {}).filter(([key]) => !isReserved(key));
  const names = own.map(([key]) => key);
  return {
    ...Object.fromEntries([...others, ...own]),
    ...(names.length === 0 ? {} : { [MANAGED_KEY]: names }),
  };
}

/** What PATCH …/custom-data merges into the column, and a create starts from. */
export function markData(mark: OwnerMark | undefined): Json {
  return mark === undefined ? {} : { [MARK_KEY]: mark };
}

/** A list that somebody else wrote must not make the mark a key of the user's. */
function managedKeys(column: Json): ReadonlySet<string> {
  return new Set(Names.parse(column[MANAGED_KEY]).filter((key) => !isReserved(key)));
}

function isReserved(key: string): boolean {
  return key.startsWith(RESERVED);
}
