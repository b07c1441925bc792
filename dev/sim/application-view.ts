import { isRecord, type KubeObject } from '../../src/kube/object.ts';

/** What bystanders read of an application, however badly somebody has tampered with it. */
export interface ApplicationView {
  readonly provider: string | undefined;
  readonly type: string | undefined;
  readonly deletionPolicy: string | undefined;
  readonly suspended: 'yes' | 'no';
  readonly ready: { readonly status: string; readonly reason: string; readonly message: string } | undefined;
  readonly applicationId: string | undefined;
  readonly clientId: string | undefined;
  readonly temporaryName: string | undefined;
  readonly operation: { readonly id: string; readonly type: string } | undefined;
  readonly secret: { readonly name: string; readonly serial: number; readonly delivered: 'yes' | 'no' } | undefined;
  readonly servedRotation: string | undefined;
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
    ready: readyIn(status['conditions']),
    applicationId: textIn(status, 'applicationId'),
    clientId: textIn(status, 'clientId'),
    temporaryName: textIn(status, 'temporaryName'),
    operation: id === undefined || type === undefined ? undefined : { id, type },
    secret:
      name === undefined
        ? undefined
        : { name, serial: Number(secret['serial'] ?? 0), delivered: secret['delivered'] === true ? 'yes' : 'no' },
    servedRotation: textIn(recordIn(status, 'served'), 'rotate'),
  };
}

function readyIn(conditions: unknown): ApplicationView['ready'] {
  if (!Array.isArray(conditions)) return undefined;
  const ready: unknown = conditions.find((each: unknown) => isRecord(each) && each['type'] === 'Ready');
  if (!isRecord(ready)) return undefined;
  const part = (name: string): string => textIn(ready, name) ?? '';
  return { status: part('status'), reason: part('reason'), message: part('message') };
}

function recordIn(object: Json, name: string): Json {
  const value = object[name];
  return isRecord(value) ? value : {};
}

function textIn(object: Json, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' ? value : undefined;
}
