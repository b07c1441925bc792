import { LABELS, SECRET_ANNOTATIONS } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { isRecord } from '../../src/kube/object.ts';
import type { SiteName } from './tenants.ts';
import type { World } from './world.ts';

/** What a Secret holds, by its own notes. */
export interface Held {
  readonly applicationUid: string | undefined;
  readonly applicationId: string | undefined;
  readonly operation: string | undefined;
  readonly serial: number;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
}

export function heldIn(secret: KubeObject): Held {
  const { annotations = {}, labels = {} } = secret.metadata;
  const data = isRecord(secret['data']) ? secret['data'] : {};
  const keys: unknown = JSON.parse(annotations[SECRET_ANNOTATIONS.keys] ?? '{}');
  const under = (role: string, fallback: string): string | undefined => {
    const key = isRecord(keys) ? keys[role] : undefined;
    const value = data[typeof key === 'string' ? key : fallback];
    return typeof value === 'string' ? Buffer.from(value, 'base64').toString() : undefined;
  };
  return {
    applicationUid: labels[LABELS.applicationUid],
    applicationId: annotations[SECRET_ANNOTATIONS.applicationId],
    operation: annotations[SECRET_ANNOTATIONS.operation],
    serial: Number(annotations[SECRET_ANNOTATIONS.serial] ?? 0),
    clientId: under('clientId', 'client_id'),
    clientSecret: under('clientSecret', 'client_secret'),
  };
}

/** Whether the registration is there at this moment. */
export function isAlive({ tenants }: World, site: SiteName, id: string): boolean {
  switch (site) {
    case 'logi':
      return tenants.logi.applications.some((each) => String(each.id) === id && !each.softDeleted);
    case 'logto':
      return tenants.logto.applications.some((each) => each.id === id);
  }
}
