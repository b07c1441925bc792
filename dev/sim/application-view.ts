import { isRecord, type KubeObject } from '../../src/kube/object.ts';
import type { Request } from './scenario/scenario.ts';

/** What bystanders read of an application, however badly somebody has tampered with it. */
export interface ApplicationView {
  readonly provider: string | undefined;
  readonly type: string | undefined;
  readonly deletionPolicy: string | undefined;
  readonly suspended: 'yes' | 'no';
  /** Where whoever mounts the credentials finds them, by the spec and the defaults of its API. */
  readonly mounted: { readonly name: string; readonly clientId: string; readonly clientSecret: string };
  /** The identity of the provider to which the status binds it, whatever the spec says. */
  readonly boundTo: string | undefined;
  readonly ready: { readonly status: string; readonly reason: string; readonly message: string } | undefined;
  readonly applicationId: string | undefined;
  readonly clientId: string | undefined;
  readonly temporaryName: string | undefined;
  readonly operation: { readonly id: string; readonly type: string } | undefined;
  readonly secret: { readonly name: string; readonly serial: number; readonly delivered: 'yes' | 'no' } | undefined;
  /** Whether a Secret of a former name, or a superseded secret, waits until nothing runs with it. */
  readonly waitsForUsers: 'yes' | 'no';
  /** The token that was served last, by what it asked for. */
  readonly served: Readonly<Record<Request, string | undefined>>;
  /** Those that were served before it. */
  readonly servedEarlier: Readonly<Record<Request, readonly unknown[]>>;
}

type Json = Readonly<Record<string, unknown>>;

export function applicationOf(object: KubeObject): ApplicationView {
  const spec = recordIn(object, 'spec');
  const status = recordIn(object, 'status');
  const operation = recordIn(status, 'operation');
  const secret = recordIn(status, 'secret');
  const id = textIn(operation, 'id');
  const type = textIn(operation, 'type');
  const name = textIn(secret, 'name');
  return {
    provider: textIn(recordIn(spec, 'providerRef'), 'name'),
    type: textIn(spec, 'type'),
    deletionPolicy: textIn(spec, 'deletionPolicy'),
    suspended: spec['suspend'] === true ? 'yes' : 'no',
    mounted: mountedBy(object),
    boundTo: textIn(recordIn(status, 'provider'), 'identity'),
    ready: readyIn(status['conditions']),
    applicationId: textIn(status, 'applicationId'),
    clientId: textIn(status, 'clientId'),
    temporaryName: textIn(status, 'temporaryName'),
    operation: id === undefined || type === undefined ? undefined : { id, type },
    secret:
      name === undefined
        ? undefined
        : { name, serial: Number(secret['serial'] ?? 0), delivered: secret['delivered'] === true ? 'yes' : 'no' },
    waitsForUsers: hasSome(status['formerSecrets']) || hasSome(recordIn(status, 'rotation')['retiring']) ? 'yes' : 'no',
    served: servedIn(status),
    servedEarlier: servedEarlierIn(status),
  };
}

function hasSome(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

/** Whether the status is of the present spec. */
export function isObserved(object: KubeObject): boolean {
  return recordIn(object, 'status')['observedGeneration'] === object.metadata.generation;
}

function mountedBy(object: KubeObject): ApplicationView['mounted'] {
  const secret = recordIn(recordIn(object, 'spec'), 'secret');
  const keys = recordIn(secret, 'keys');
  return {
    name: textIn(secret, 'name') ?? `${object.metadata.name}-oauth`,
    clientId: textIn(keys, 'clientId') ?? 'client_id',
    clientSecret: textIn(keys, 'clientSecret') ?? 'client_secret',
  };
}

function servedIn(status: Json): ApplicationView['served'] {
  const served = recordIn(status, 'served');
  return {
    rotate: textIn(served, 'rotate'),
    reconcile: textIn(served, 'reconcile'),
    retire: textIn(served, 'retire'),
    'register-anew': textIn(served, 'anew'),
  };
}

function servedEarlierIn(status: Json): ApplicationView['servedEarlier'] {
  const earlier = recordIn(recordIn(status, 'served'), 'earlier');
  const of = (kind: string): readonly unknown[] => (Array.isArray(earlier[kind]) ? earlier[kind] : []);
  return { rotate: of('rotate'), reconcile: [], retire: of('retire'), 'register-anew': of('anew') };
}

/** Whether the status says that this token was served. */
export function hasServed({ served, servedEarlier }: ApplicationView, request: Request, token: string): boolean {
  return token === served[request] || servedEarlier[request].includes(token);
}

function readyIn(conditions: unknown): ApplicationView['ready'] {
  if (!Array.isArray(conditions)) return undefined;
  const ready: unknown = conditions.find((each: unknown) => isRecord(each) && each['type'] === 'Ready');
  if (!isRecord(ready)) return undefined;
  const part = (name: string): string => textIn(ready, name) ?? '';
  return { status: part('status'), reason: part('reason'), message: part('message') };
}

/** The part of this name, empty where there is none or something else stands there. */
export function recordIn(object: Json, name: string): Json {
  const value = object[name];
  return isRecord(value) ? value : {};
}

function textIn(object: Json, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' ? value : undefined;
}
