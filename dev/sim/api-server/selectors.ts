import type { Kind } from './kinds.ts';
import type { ApiObject } from './objects.ts';
import { badRequest } from './refusal.ts';

/** Whether an object is among those that were asked for. */
export type Predicate = (object: ApiObject) => boolean;

/** Fields that can be selected by, beside name and namespace. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  secrets: ['type'],
  namespaces: ['status.phase'],
  pods: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'status.phase'],
  events: ['reason', 'type'],
};

const SET = /^([^\s!=]+)\s+(in|notin)\s+\(([^)]*)\)$/;
const EQUALITY = /^([^\s!=]+)\s*(==|=|!=)\s*([^\s!=]*)$/;
const KEY = /^(!?)\s*([^\s!=(),]+)$/;

/** Nothing selected is everything. @throws Refusal 400 */
export function selection(kind: Kind, namespace: string | undefined, query: URLSearchParams): Predicate | undefined {
  const labels = query.get('labelSelector');
  const fields = query.get('fieldSelector');
  const parts: Predicate[] = [];
  if (namespace !== undefined) parts.push(({ metadata }) => metadata.namespace === namespace);
  if (labels) parts.push(...requirements(labels).map(labelRequirement));
  if (fields) parts.push(...requirements(fields).map((text) => fieldRequirement(kind, text)));
  const [first, ...others] = parts;
  if (first === undefined) return undefined;
  return others.length === 0 ? first : (object) => parts.every((part) => part(object));
}

/** Parts between commas that stand in no parentheses. */
function requirements(selector: string): readonly string[] {
  return selector.split(/,(?![^(]*\))/).map((part) => part.trim());
}

function labelRequirement(text: string): Predicate {
  const set = SET.exec(text);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return ({ metadata }) => {
      const value = metadata.labels?.[key];
      const isIn = value !== undefined && values.includes(value);
      return operator === 'in' ? isIn : !isIn;
    };
  }
  const equality = EQUALITY.exec(text);
  if (equality !== null) {
    const [, key = '', operator, value] = equality;
    return ({ metadata }) => (metadata.labels?.[key] === value) === (operator !== '!=');
  }
  const [whole, absent, key = ''] = KEY.exec(text) ?? [];
  if (whole === undefined) throw badRequest(`unable to parse requirement: ${text}`);
  return ({ metadata }) => (metadata.labels?.[key] === undefined) === (absent === '!');
}

function fieldRequirement(kind: Kind, text: string): Predicate {
  const [whole, field = '', operator, value] = EQUALITY.exec(text) ?? [];
  const { plural } = kind.resource;
  if (whole === undefined) throw badRequest(`invalid field selector: ${text}`);
  if (!['metadata.name', 'metadata.namespace', ...(FIELDS[plural] ?? [])].includes(field))
    throw badRequest(`field label not supported: ${field}`);
  const path = field.split('.');
  return (object) => (textAt(object, path) === value) === (operator !== '!=');
}

/** Empty where there is none. */
function textAt(value: unknown, [first, ...rest]: readonly string[]): string {
  if (first === undefined) return typeof value === 'string' ? value : '';
  return typeof value === 'object' && value !== null ? textAt((value as Record<string, unknown>)[first], rest) : '';
}
