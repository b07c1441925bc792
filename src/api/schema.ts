import { z } from 'zod';

/** `T` with every property and element read-only, all the way down. */
export type DeepReadonly<T> = T extends readonly (infer Element)[]
  ? readonly DeepReadonly<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** One `x-kubernetes-validations` entry: a CEL rule and the sentence that follows the field's path when it fails. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
}

interface TextBounds {
  readonly min?: number;
  readonly max: number;
  /** RE2. For what a pattern explains well enough; else a rule, whose message can say what is expected. */
  readonly pattern?: string;
  readonly rules?: readonly Rule[];
}

interface ListBounds {
  readonly min?: number;
  readonly max: number;
  /** `atomic`: the manifest is the whole truth. `set`: several managers may own elements. */
  readonly type: 'atomic' | 'set';
  readonly rules?: readonly Rule[];
}

/** A schema that was just made is told here what `meta` of zod would tell a copy of it, and a start makes hundreds. */
const META = z.globalRegistry;

/**
 * Bounds stand in the metadata and so in the CRD alone, never in a zod check: the API server enforces them on write,
 * and an object that was stored before a bound was tightened must stay readable. Lengths are counted in Unicode code
 * points there and in UTF-16 units here, so that the two could not agree anyway.
 */
export function text(description: string, { min = 1, max, pattern, rules }: TextBounds) {
  return z.string().register(META, {
    description,
    ...(min === 0 ? {} : { minLength: min }),
    maxLength: max,
    ...(pattern === undefined ? {} : { pattern }),
    ...validations(rules),
  });
}

/** A whole number of 64 bits. */
export function count(description: string, bounds: { readonly min: number; readonly max?: number }) {
  return z.int().register(META, { description, minimum: bounds.min, maximum: bounds.max ?? 9_007_199_254_740_991 });
}

export function flag(description: string) {
  return z.boolean().register(META, { description });
}

/** RFC 3339, as Kubernetes writes times. */
export function timestamp(description: string) {
  return z.string().register(META, { description, format: 'date-time', maxLength: 64 });
}

export function choice<const Words extends readonly [string, ...string[]]>(description: string, words: Words) {
  return z.enum(words).register(META, { description });
}

export function list<Item extends z.ZodType>(description: string, item: Item, { min, max, type, rules }: ListBounds) {
  return z.array(item).register(META, {
    description,
    ...(min === undefined ? {} : { minItems: min }),
    maxItems: max,
    'x-kubernetes-list-type': type,
    ...validations(rules),
  });
}

/** A map from free keys to texts. */
export function map<Value extends z.ZodType>(
  description: string,
  value: Value,
  { max, rules }: { readonly max: number; readonly rules?: readonly Rule[] },
) {
  return z.record(z.string(), value).register(META, { description, maxProperties: max, ...validations(rules) });
}

export function object<Shape extends z.ZodRawShape>(description: string, shape: Shape, rules?: readonly Rule[]) {
  return z.object(shape).register(META, { description, ...validations(rules) });
}

/** What only people read: unreadable, it is left out rather than making the object undecodable. */
export function lenient<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}

function validations(rules: readonly Rule[] | undefined) {
  return rules === undefined ? {} : { 'x-kubernetes-validations': rules };
}
