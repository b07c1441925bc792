import { z } from 'zod';

/** A structural schema (apiextensions.k8s.io/v1, JSONSchemaProps) as far as we use it. */
export interface StructuralSchema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, StructuralSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: StructuralSchema | undefined;
  readonly additionalProperties?: StructuralSchema | undefined;
  readonly default?: unknown;
  /** Bounds, formats, enums and Kubernetes extensions, as the API server takes them. */
  readonly [keyword: string]: unknown;
}

/** What zod emits of a schema: JSON Schema in the dialect of OpenAPI 3.0. */
const Emitted = z.looseObject({
  type: z.enum(['object', 'array', 'string', 'integer', 'boolean']),
  description: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
});

/** Keywords that go through as they are. */
const PLAIN = [
  'default',
  'enum',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'maxProperties',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
] as const;

/** Keywords that are translated here, or that say nothing to the API server. */
const HANDLED = new Set([
  ...['type', 'description', 'properties', 'required', 'items', 'additionalProperties'],
  ...['propertyNames', '$schema'],
  ...PLAIN,
]);

/**
 * The structural schema of a zod schema: what the API server checks is what we decode.
 *
 * @throws TypeError naming the path, for whatever a structural schema cannot say, and for a field without description
 *   or upper bound
 */
export function structuralSchema(schema: z.ZodType, path: string): StructuralSchema {
  return structural(
    z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', reused: 'inline', cycles: 'throw' }),
    path,
  );
}

function structural(json: unknown, path: string): StructuralSchema {
  const decoded = Emitted.safeParse(json);
  if (!decoded.success) throw new TypeError(`${path}: only objects, lists, texts, whole numbers and flags can be used`);
  const emitted = decoded.data;
  const foreign = Object.keys(emitted).filter((keyword) => emitted[keyword] !== undefined && !HANDLED.has(keyword));
  if (foreign.length > 0) throw new TypeError(`${path}: ${foreign.join(', ')} cannot stand in a structural schema`);
  if (emitted.description === undefined) throw new TypeError(`${path}: has no description`);

  if (isUnbounded(emitted)) throw new TypeError(`${path}: has no upper bound`);

  const { type, description } = emitted;
  const plain = Object.fromEntries(PLAIN.filter((word) => says(emitted, word)).map((word) => [word, emitted[word]]));
  switch (type) {
    case 'object':
      return { type, description, ...plain, ...objectOf(emitted, path) };
    case 'array':
      return { type, description, ...plain, items: structural(emitted.items, `${path}[]`) };
    case 'integer':
      return { type, description, format: 'int64', ...plain };
    case 'string':
    case 'boolean':
      return { type, description, ...plain };
  }
}

function objectOf({ properties, required, additionalProperties }: z.infer<typeof Emitted>, path: string) {
  if (properties !== undefined) {
    const fields = Object.entries(properties).map(([name, field]) => [name, structural(field, `${path}.${name}`)]);
    return { properties: Object.fromEntries(fields), ...(required === undefined ? {} : { required }) };
  }
  if (isFree(additionalProperties)) return { 'x-kubernetes-preserve-unknown-fields': true };
  return { additionalProperties: structural(additionalProperties, `${path}.*`) };
}

/** zod bounds every whole number by what JavaScript holds exactly, which nobody needs to be told. */
function says(emitted: z.infer<typeof Emitted>, word: (typeof PLAIN)[number]): boolean {
  return emitted[word] !== undefined && !(word === 'maximum' && emitted[word] === Number.MAX_SAFE_INTEGER);
}

/** Without a bound the cost of a CEL rule is estimated for the largest request there can be. */
function isUnbounded(emitted: z.infer<typeof Emitted>): boolean {
  switch (emitted.type) {
    case 'string':
      return emitted['maxLength'] === undefined && emitted['enum'] === undefined;
    case 'array':
      return emitted['maxItems'] === undefined;
    case 'object':
      return emitted.properties === undefined && emitted['maxProperties'] === undefined;
    case 'integer':
    case 'boolean':
      return false;
  }
}

/** Whether a map takes any JSON value. */
function isFree(values: unknown): boolean {
  return typeof values === 'object' && values !== null && Object.keys(values).length === 0;
}
