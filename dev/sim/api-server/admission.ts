import type { Resource } from '../../../src/kube/resources.ts';
import { builtInFields, builtInProblems } from './built-ins.ts';
import { conformed, type Findings, ruleProblems } from './conform.ts';
import type { Intent } from './intent.ts';
import { finalizerProblems, metadataProblems, withoutEmpty } from './metadata.ts';
import type { ApiObject, Fields, StoredMeta } from './objects.ts';
import { partsOf } from './parts.ts';
import type { Route } from './paths.ts';
import { invalid, unknownFields } from './refusal.ts';
import type { Shape } from './schema.ts';
import type { Sent } from './sent.ts';

/** A write on its way in. `before`: what it changes. */
export interface Admitted {
  readonly route: Route & { readonly name: string };
  readonly before: ApiObject | undefined;
  readonly sent: Sent;
  readonly metadata: StoredMeta;
}

/** The object that a write leaves, without its next version and generation. @throws Refusal 400 or 422 */
export function admit({ route, before, sent, metadata }: Admitted, intent: Intent): ApiObject {
  const { kind, name, subresource } = route;
  const { resource, apiVersion, schema } = kind;
  const findings: Findings = { unknown: [...sent.unknown], problems: [] };
  const meta = withoutEmpty(kind.resource.plural === 'namespaces' ? named(metadata) : metadata);
  const fields =
    schema === undefined
      ? builtInFields(kind, before, sent.object, subresource)
      : customFields({ ...route, schema }, before, sent, findings);
  if (findings.unknown.length > 0 && intent.unknownFields === 'refused')
    throw unknownFields(resource, findings.unknown);
  const object = { apiVersion, kind: resource.kind, metadata: meta, ...fields };
  const problems = [
    ...metadataProblems(kind, meta, before?.metadata),
    ...(before === undefined ? [] : finalizerProblems(before.metadata, meta)),
    ...(schema === undefined ? builtInProblems(before, object) : findings.problems),
  ];
  const broken = schema === undefined ? [] : ruleProblems(schema, object, before, problems);
  if (problems.length + broken.length > 0)
    throw invalid({ resource: validatedAs(resource), name }, [...problems, ...broken]);
  return object;
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

/** An Event is validated as what it is in the core group. */
function validatedAs(resource: Resource): Resource {
  return resource.plural === 'events' ? { ...resource, group: '' } : resource;
}

/** Every namespace can be selected by its name. */
function named(metadata: StoredMeta): StoredMeta {
  return { ...metadata, labels: { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name } };
}
