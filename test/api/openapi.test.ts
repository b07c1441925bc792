import { expect, test } from 'vitest';
import { z } from 'zod';
import { structuralSchema } from '../../src/api/openapi.ts';
import { count, flag, list, map, object, text } from '../../src/api/schema.ts';

const NAME = text('A name.', { max: 10 });

test('an object lists its fields, and requires those without default', () => {
  const schema = object('All.', {
    name: NAME,
    size: count('A size.', { min: 0, max: 9 }).default(3),
    on: flag('On.').optional(),
  });
  expect(structuralSchema(schema, 'spec')).toEqual({
    type: 'object',
    description: 'All.',
    properties: {
      name: { type: 'string', description: 'A name.', minLength: 1, maxLength: 10 },
      size: { type: 'integer', description: 'A size.', format: 'int64', minimum: 0, maximum: 9, default: 3 },
      on: { type: 'boolean', description: 'On.' },
    },
    required: ['name'],
  });
});

test('lists and maps keep their bounds, and rules go through as they are', () => {
  const rules = [{ rule: 'self.size() > 0', message: 'must not be empty' }];
  const schema = object('All.', {
    names: list('Names.', NAME, { max: 2, type: 'set', rules }),
    labels: map('Labels.', NAME, { max: 3 }),
  });
  const item = { type: 'string', description: 'A name.', minLength: 1, maxLength: 10 };
  expect(structuralSchema(schema, 'spec').properties).toEqual({
    names: {
      type: 'array',
      description: 'Names.',
      maxItems: 2,
      'x-kubernetes-list-type': 'set',
      'x-kubernetes-validations': rules,
      items: item,
    },
    labels: { type: 'object', description: 'Labels.', maxProperties: 3, additionalProperties: item },
  });
});

test('a map of anything is preserved', () => {
  const schema = object('All.', {
    data: z.record(z.string(), z.unknown()).meta({ description: 'Data.', maxProperties: 5 }),
  });
  expect(structuralSchema(schema, 'spec').properties?.['data']).toEqual({
    type: 'object',
    description: 'Data.',
    maxProperties: 5,
    'x-kubernetes-preserve-unknown-fields': true,
  });
});

test.each([
  {
    what: 'a union',
    schema: z.union([z.string(), z.int()]).meta({ description: 'x' }),
    message: 'spec.x: only objects',
  },
  { what: 'null', schema: z.string().nullable().meta({ description: 'x' }), message: 'spec.x: nullable cannot stand' },
  { what: 'a tuple', schema: z.tuple([z.string()]).meta({ description: 'x' }), message: 'spec.x' },
  { what: 'a fraction', schema: z.number().meta({ description: 'x' }), message: 'spec.x: only objects' },
  { what: 'a field that nobody described', schema: z.string(), message: 'spec.x: has no description' },
  {
    what: 'a list whose items nobody described',
    schema: z.array(z.string()).meta({ description: 'x', maxItems: 1 }),
    message: 'spec.x[]: has no description',
  },
  { what: 'a text without end', schema: z.string().meta({ description: 'x' }), message: 'spec.x: has no upper bound' },
  {
    what: 'a list without end',
    schema: z.array(NAME).meta({ description: 'x' }),
    message: 'spec.x: has no upper bound',
  },
  {
    what: 'a map without end',
    schema: z.record(z.string(), NAME).meta({ description: 'x' }),
    message: 'spec.x: has no upper bound',
  },
])('refuses $what at build time, by its path', ({ schema, message }) => {
  expect(() => structuralSchema(object('All.', { x: schema }), 'spec')).toThrow(message);
});
