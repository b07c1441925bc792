import { LABELS } from '../../src/api/names.ts';
import { isRecord, type KubeObject } from '../../src/kube/object.ts';
import { applicationOf } from '../sim/application-view.ts';

/** Client ids of one object in the order in which they were seen, by its status and by its Secret. */
export interface History {
  readonly name: string;
  readonly uid: string;
  readonly clientIds: readonly string[];
}

/** What becomes of the client ids of all objects. */
export interface Histories {
  /** An application, in a state that was seen. */
  application(object: KubeObject): void;
  /** A Secret, in a state that was seen. */
  secret(object: KubeObject): void;
  /** Of every object that ever had one. */
  list(): readonly History[];
}

/**
 * Begins with the first client id that anybody could read, in a Secret or a status: whether the object was Ready with it
 * is all the same to who has read it. What kills a process strikes between the two.
 */
export function createHistories(): Histories {
  const names = new Map<string, string>();
  const seen = new Map<string, string[]>();

  function note(uid: string, clientId: string | undefined): void {
    if (clientId === undefined) return;
    const clientIds = seen.get(uid) ?? [];
    seen.set(uid, clientIds);
    if (clientIds.at(-1) !== clientId) clientIds.push(clientId);
  }

  return {
    application(object) {
      const { name, uid } = object.metadata;
      names.set(uid, name);
      note(uid, applicationOf(object).clientId);
    },
    secret(object) {
      const uid = object.metadata.labels?.[LABELS.applicationUid];
      if (uid !== undefined) note(uid, dataOf(object)['client_id']);
    },
    list: () =>
      [...seen].map(([uid, clientIds]) => ({ name: names.get(uid) ?? 'unseen', uid, clientIds: [...clientIds] })),
  };
}

/** What a Secret holds, in the clear. */
export function dataOf(secret: KubeObject): Readonly<Record<string, string>> {
  const data = isRecord(secret['data']) ? secret['data'] : {};
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()]),
  );
}
