import { LABELS } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { isRecord } from '../../src/kube/object.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { OAUTH_APPLICATIONS, type Resource, SECRETS } from '../../src/kube/resources.ts';
import { createStore, type Store } from '../../src/kube/store.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { type ApplicationView, applicationOf } from '../sim/application-view.ts';
import type { Hands } from './hands.ts';

/** Follows a namespace as an admin from the first object on, whatever the API server goes through. */
export interface Witness {
  application(name: string): SeenApplication | undefined;
  /** What became of the client ids of every object that was ever Ready. */
  histories(): readonly History[];
  /** Every client secret that ever stood in a Secret of an application. */
  values(): readonly string[];
  /** Objects that were gone while they were being registered, their finalizer on them. */
  letGo(): readonly ApplicationView[];
  close(): void;
}

export interface SeenApplication extends ApplicationView {
  readonly object: KubeObject;
}

/** Client ids of one object in the order in which they were seen, from the first Ready on. */
export interface History {
  readonly name: string;
  readonly uid: string;
  readonly clientIds: readonly string[];
}

/** Begins to follow the namespace. */
export function witnessOf({ client, transport }: Hands, namespace: string): Witness {
  const ended = new AbortController();
  const features = { watchList: 'assumed' } as const;
  const histories = new Map<string, { readonly name: string; readonly clientIds: string[] }>();
  const values = new Set<string>();
  const letGo: ApplicationView[] = [];

  function follow(resource: Resource, onObject: (object: KubeObject) => void): Store<KubeObject> {
    const store = createStore<KubeObject>({ decode: (object) => object });
    store.subscribe((change) => {
      if (change.type === 'set') onObject(change.object);
      else noteLetGo(change.object);
    });
    const target = { resource, namespace, representation: 'full' } as const;
    const time = { clock: systemClock, chance: systemChance };
    void createReflector({ target, store, client, transport, ...time, features }).run(ended.signal);
    return store;
  }

  function note(uid: string, clientId: string | undefined): void {
    const seen = histories.get(uid)?.clientIds;
    if (clientId !== undefined && seen !== undefined && seen.at(-1) !== clientId) seen.push(clientId);
  }

  /** An API server may do that in the moment in which a finalizer is added (kubernetes/kubernetes#77988). */
  function noteLetGo(object: KubeObject): void {
    const { finalizers, deletionTimestamp } = object.metadata;
    const view = applicationOf(object);
    if (finalizers === undefined || deletionTimestamp !== undefined || view.operation?.type !== 'register') return;
    letGo.push(view);
  }

  const applications = follow(OAUTH_APPLICATIONS, (object) => {
    const { name, uid } = object.metadata;
    const { ready, clientId } = applicationOf(object);
    if (ready?.status === 'True' && !histories.has(uid)) histories.set(uid, { name, clientIds: [] });
    note(uid, clientId);
  });
  follow(SECRETS, (object) => {
    const uid = object.metadata.labels?.[LABELS.applicationUid];
    if (uid === undefined) return;
    const { client_id: clientId, client_secret: value } = dataOf(object);
    note(uid, clientId);
    if (value !== undefined) values.add(value);
  });

  return {
    application(name) {
      const object = applications.get(`${namespace}/${name}`);
      return object === undefined ? undefined : { ...applicationOf(object), object };
    },
    histories: () => [...histories].map(([uid, { name, clientIds }]) => ({ name, uid, clientIds: [...clientIds] })),
    values: () => [...values],
    letGo: () => letGo,
    close: () => ended.abort(),
  };
}

/** What a Secret holds, in the clear. */
export function dataOf(secret: KubeObject): Readonly<Record<string, string>> {
  const data = isRecord(secret['data']) ? secret['data'] : {};
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()]),
  );
}
