import { LABELS, SECRET_ANNOTATIONS } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { isRecord } from '../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { applicationOf } from './application-view.ts';
import type { Made } from './made.ts';
import type { SiteName } from './tenants.ts';
import type { World } from './world.ts';

/** What a Secret holds, by its own notes, and by the usual names where somebody took those away. */
export interface Held {
  readonly applicationUid: string | undefined;
  readonly applicationId: string | undefined;
  readonly operation: string | undefined;
  readonly serial: number;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
}

/** So begin the values that people write into Secrets. */
export const BY_HAND = 'planted-by-a-person';

const USUAL_KEYS = { clientId: 'client_id', clientSecret: 'client_secret' };

export function heldIn(secret: KubeObject): Held {
  const { annotations = {}, labels = {} } = secret.metadata;
  const notes = annotations[SECRET_ANNOTATIONS.keys];
  const keys: unknown = notes === undefined ? USUAL_KEYS : JSON.parse(notes);
  const under = (role: string): string | undefined => {
    const key = isRecord(keys) ? keys[role] : undefined;
    return typeof key === 'string' ? valueIn(secret, key) : undefined;
  };
  return {
    applicationUid: labels[LABELS.applicationUid],
    applicationId: annotations[SECRET_ANNOTATIONS.applicationId],
    operation: annotations[SECRET_ANNOTATIONS.operation],
    serial: Number(annotations[SECRET_ANNOTATIONS.serial] ?? 0),
    clientId: under('clientId'),
    clientSecret: under('clientSecret'),
  };
}

/** What stands under this key of a Secret. */
export function valueIn(secret: KubeObject, key: string): string | undefined {
  const data = isRecord(secret['data']) ? secret['data'] : {};
  const value = data[key];
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString() : undefined;
}

/** Whether this very registration is there, and no other that was given its id after a restore. */
export function isStanding({ tenants }: World, { site, id, clientId }: Made): boolean {
  switch (site) {
    case 'logi':
      return tenants.logi
        .applications()
        .some((each) => String(each.id) === id && each.clientId === clientId && !each.softDeleted);
    case 'logto':
      return tenants.logto.applications().some((each) => each.id === id);
  }
}

/** Whether the status of an object in its cluster names it. */
export function isHeld({ clusters }: World, { site, id, cluster }: Made): boolean {
  const objects = clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  return objects.some((object) => {
    const { provider, applicationId } = applicationOf(object);
    return provider === site && applicationId === id;
  });
}

/** Whether a registration with this id is there at this moment. */
export function isAlive({ tenants }: World, site: SiteName, id: string): boolean {
  switch (site) {
    case 'logi':
      return tenants.logi.applications().some((each) => String(each.id) === id && !each.softDeleted);
    case 'logto':
      return tenants.logto.applications().some((each) => each.id === id);
  }
}
