import { brokenRules, conformed, type Findings } from './conform.ts';
import { dataProblems, secretFields } from './data.ts';
import type { Intent } from './intent.ts';
import { finalizerProblems, metadataProblems, withoutEmpty } from './metadata.ts';
import type { ApiObject, SentObject, StoredMeta } from './objects.ts';
import type { Route } from './paths.ts';
import { type Cause, invalid, unknownFields } from './refusal.ts';
import type { Shape } from './schema.ts';
import type { Sent } from './sent.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A write on its way in. `before`: what it changes. */
export interface Admitted {
  readonly route: Route & { readonly name: string };
  readonly before: ApiObject | undefined;
  readonly sent: Sent;
  readonly metadata: StoredMeta;
}

/** The object that a write leaves, without its next version and generation. @throws Refusal 400 or 422 */
export function admit({ route, before, sent, metadata }: Admitted, intent: Intent): ApiObject {
  const { kind, name } = route;
  const { resource, apiVersion, schema } = kind;
  const findings: Findings = { unknown: [...sent.unknown], problems: [] };
  const meta = withoutEmpty(kind.resource.plural === 'namespaces' ? named(metadata) : metadata);
  const fields =
    schema === undefined
      ? builtInFields(route, before, sent)
      : customFields({ ...route, schema }, before, sent, findings);
  if (findings.unknown.length > 0 && intent.unknownFields === 'refused')
    throw unknownFields(resource, findings.unknown);
  const object = { apiVersion, kind: resource.kind, metadata: meta, ...fields };
  const problems = [...metadataProblems(kind, meta), ...findings.problems, ...changeProblems(route, before, object)];
  if (problems.length > 0) throw invalid({ resource, name }, problems);
  const broken = schema === undefined ? [] : brokenRules(schema, object, before, '');
  if (broken.length > 0) throw invalid({ resource, name }, broken);
  return object;
}

function changeProblems({ kind }: Route, before: ApiObject | undefined, object: ApiObject): readonly Cause[] {
  const { plural } = kind.resource;
  const data = plural === 'secrets' || plural === 'configmaps' ? dataProblems(before, object) : [];
  return before === undefined ? data : [...finalizerProblems(before.metadata, object.metadata), ...data];
}

function builtInFields({ kind, subresource }: Route, before: ApiObject | undefined, { object }: Sent): Fields {
  switch (kind.resource.plural) {
    case 'secrets':
      return secretFields(object);
    case 'namespaces': {
      const spec = before?.['spec'] ?? { finalizers: ['kubernetes'] };
      return partsOf({ ...object, spec }, before, subresource, { phase: 'Active' });
    }
    case 'pods':
      return partsOf(object, before, subresource, { phase: 'Pending' });
    default:
      return kind.status === 'none' ? fieldsOf(object) : partsOf(object, before, subresource, {});
  }
}

function customFields(
  { subresource, schema }: Route & { readonly schema: Shape },
  before: ApiObject | undefined,
  { object }: Sent,
  findings: Findings,
): Fields {
  const parts = partsOf(object, before, subresource, undefined);
  const part = subresource ?? 'spec';
  const shape = schema.properties?.get(part);
  const sent = parts[part];
  if (sent !== undefined && shape !== undefined) return { ...parts, [part]: conformed(shape, sent, part, findings) };
  if (schema.required.includes(part))
    findings.problems.push({ reason: 'FieldValueRequired', message: 'Required value', field: part });
  return parts;
}

/** The status changes by its subresource alone, and nothing else does. */
function partsOf(
  object: SentObject,
  before: ApiObject | undefined,
  subresource: Route['subresource'],
  firstStatus: unknown,
): Fields {
  if (before === undefined) return { ...fieldsOf(object), status: firstStatus };
  if (subresource === undefined) return { ...fieldsOf(object), status: before['status'] };
  return { ...fieldsOf(before), status: object['status'] };
}

function fieldsOf({ apiVersion: _, kind: __, metadata: ___, ...fields }: SentObject): Fields {
  return fields;
}

/** Every namespace can be selected by its name. */
function named(metadata: StoredMeta): StoredMeta {
  return { ...metadata, labels: { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name } };
}
