import { z } from 'zod';
import type { StructuralSchema } from '../../../src/api/openapi.ts';
import { RULES } from './rules.ts';

/** A structural schema (apiextensions.k8s.io/v1) made ready for use. */
export interface Shape {
  readonly type: StructuralSchema['type'];
  readonly properties: ReadonlyMap<string, Shape> | undefined;
  readonly required: readonly string[];
  /** Of the elements of a list, or the values of a map. */
  readonly items: Shape | undefined;
  readonly unknownFields: 'pruned' | 'kept';
  readonly default: unknown;
  /** Of the properties that have one. */
  readonly defaults: readonly (readonly [name: string, value: unknown])[];
  readonly bounds: z.infer<typeof Bounds>;
  readonly pattern: RegExp | undefined;
  readonly format: string | undefined;
  readonly list: 'atomic' | 'set' | 'map';
  readonly listKeys: readonly string[];
  /** Messages of the rules that are evaluated here. */
  readonly rules: readonly string[];
  /** Properties with rules of their own, or below. */
  readonly ruled: readonly (readonly [name: string, shape: Shape])[];
}

const Bounds = z.object({
  enum: z.array(z.string()).optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  maxProperties: z.number().optional(),
});

const Keywords = z.object({
  pattern: z.string().optional(),
  format: z.string().optional(),
  'x-kubernetes-list-type': z.enum(['atomic', 'set', 'map']).default('atomic'),
  'x-kubernetes-list-map-keys': z.array(z.string()).default([]),
  'x-kubernetes-preserve-unknown-fields': z.boolean().default(false),
  'x-kubernetes-validations': z.array(z.object({ message: z.string() })).default([]),
});

/** The shape that a schema describes. */
export function shapeOf(schema: StructuralSchema): Shape {
  const keywords = Keywords.parse(schema);
  const properties =
    schema.properties === undefined
      ? undefined
      : new Map(Object.entries(schema.properties).map(([name, property]) => [name, shapeOf(property)]));
  const inside = schema.items ?? schema.additionalProperties;
  const items = inside === undefined ? undefined : shapeOf(inside);
  const rules = keywords['x-kubernetes-validations'].map(({ message }) => message).filter((text) => text in RULES);
  const named = [...(properties ?? [])];
  return {
    type: schema.type,
    properties,
    required: schema.required ?? [],
    items,
    unknownFields: keywords['x-kubernetes-preserve-unknown-fields'] ? 'kept' : 'pruned',
    default: schema.default,
    defaults: named.flatMap(([name, property]) => (property.default === undefined ? [] : [[name, property.default]])),
    bounds: Bounds.parse(schema),
    pattern: keywords.pattern === undefined ? undefined : new RegExp(keywords.pattern, 'u'),
    format: keywords.format,
    list: keywords['x-kubernetes-list-type'],
    listKeys: keywords['x-kubernetes-list-map-keys'],
    rules,
    ruled: named.filter(([, property]) => property.rules.length + property.ruled.length > 0),
  };
}
