import type { Kind } from '../../src/api/crds.ts';
import type { StructuralSchema } from '../../src/api/openapi.ts';
import type { Rule } from '../../src/api/schema.ts';

/** The message of every CEL rule of a kind, once each. */
export function ruleMessages({ rules, spec, status }: Kind): readonly string[] {
  const all = [...rules, ...rulesIn(spec), ...rulesIn(status)];
  return [...new Set(all.map(({ message }) => message))];
}

function rulesIn(schema: StructuralSchema): readonly Rule[] {
  const own = schema['x-kubernetes-validations'];
  const inner = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
  return [...(Array.isArray(own) ? own : []), ...inner.flatMap((part) => (part === undefined ? [] : rulesIn(part)))];
}
