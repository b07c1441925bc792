import { customResourceDefinition, kinds as ourKinds } from '../../../src/api/crds.ts';
import { KINDS } from '../../../src/api/names.ts';
import type { StructuralSchema } from '../../../src/api/openapi.ts';
import {
  CLUSTER_OAUTH_PROVIDERS,
  DAEMON_SETS,
  DEPLOYMENTS,
  EVENTS,
  LEASES,
  NAMESPACES,
  OAUTH_APPLICATIONS,
  OAUTH_PROVIDERS,
  PODS,
  type Resource,
  SECRETS,
  STATEFUL_SETS,
  typeOf,
} from '../../../src/kube/resources.ts';
import { CONFIG_MAPS } from '../../config-maps.ts';
import { type Shape, shapeOf } from './schema.ts';

/** A collection that is served, and wherein the API server treats it otherwise than the next. */
export interface Kind {
  readonly resource: Resource;
  readonly apiVersion: string;
  /** The members of an object beside its type and metadata; whatever else is sent is unknown. */
  readonly fields: readonly string[];
  readonly status: 'subresource' | 'none';
  /** Whether `metadata.generation` counts the changes of what is asked for. */
  readonly generation: 'counted' | 'none';
  /** Whether a PUT may come without resourceVersion. */
  readonly unconditionalUpdate: 'allowed' | 'refused';
  /** What a PUT of an object that is not there does. */
  readonly absentOnUpdate: 'created' | 'not-found';
  /** What the DELETE that removes an object answers with. */
  readonly deleted: 'object' | 'status';
  /** What objects of a custom resource look like. */
  readonly schema: Shape | undefined;
}

/** Made by the Deployment controller; the operator never sees them. */
const REPLICA_SETS: Resource = { ...DEPLOYMENTS, plural: 'replicasets', kind: 'ReplicaSet' };

const EVENT_FIELDS = [
  ...['eventTime', 'series', 'reportingController', 'reportingInstance', 'action', 'reason', 'regarding', 'related'],
  ...['note', 'type', 'deprecatedSource', 'deprecatedFirstTimestamp', 'deprecatedLastTimestamp', 'deprecatedCount'],
];

/** Every collection that is served. Costs some milliseconds: make it once for many servers. */
export function servedKinds(): readonly Kind[] {
  const workload = { fields: ['spec', 'status'], status: 'subresource', generation: 'counted' } as const;
  return [
    builtIn(NAMESPACES, { fields: ['spec', 'status'], status: 'subresource', deleted: 'object' }),
    builtIn(SECRETS, { fields: ['type', 'data', 'immutable', 'stringData'] }),
    builtIn(CONFIG_MAPS, { fields: ['data', 'binaryData', 'immutable'] }),
    builtIn(PODS, { ...workload, deleted: 'object' }),
    builtIn(DEPLOYMENTS, workload),
    builtIn(REPLICA_SETS, workload),
    builtIn(STATEFUL_SETS, workload),
    builtIn(DAEMON_SETS, workload),
    builtIn(LEASES, { fields: ['spec'], unconditionalUpdate: 'refused', absentOnUpdate: 'created' }),
    builtIn(EVENTS, { fields: EVENT_FIELDS, absentOnUpdate: 'created' }),
    ...[OAUTH_APPLICATIONS, OAUTH_PROVIDERS, CLUSTER_OAUTH_PROVIDERS].map(custom),
  ];
}

function builtIn(resource: Resource, traits: Pick<Kind, 'fields'> & Partial<Kind>): Kind {
  return {
    resource,
    apiVersion: typeOf(resource).apiVersion,
    status: 'none',
    generation: 'none',
    unconditionalUpdate: 'allowed',
    absentOnUpdate: 'not-found',
    deleted: 'status',
    schema: undefined,
    ...traits,
  };
}

function custom(resource: Resource): Kind {
  const ours = ourKinds().find(({ names }) => names.kind === resource.kind);
  if (ours === undefined) throw new RangeError(`${resource.kind} is none of ${Object.keys(KINDS).join(', ')}`);
  const [version] = customResourceDefinition(ours).spec.versions;
  return builtIn(resource, {
    fields: ['spec', 'status'],
    status: 'subresource',
    generation: 'counted',
    unconditionalUpdate: 'refused',
    schema: shapeOf(version?.schema.openAPIV3Schema as StructuralSchema), // `type` is widened to string there
  });
}
