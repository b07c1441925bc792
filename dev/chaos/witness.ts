import type { KubeObject } from '../../src/kube/object.ts';
import { isRecord } from '../../src/kube/object.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { EVENTS, OAUTH_APPLICATIONS, OAUTH_PROVIDERS, type Resource, SECRETS } from '../../src/kube/resources.ts';
import { createStore, type Store } from '../../src/kube/store.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { applicationOf } from '../sim/application-view.ts';
import type { Hands } from './hands.ts';
import { createHistories, type History } from './histories.ts';
import type { LetGo } from './judge.ts';

/** Follows a namespace as an admin from the first object on, whatever the API server goes through. */
export interface Witness {
  application(name: string): KubeObject | undefined;
  /** What became of the client ids of every object that ever had one. */
  histories(): readonly History[];
  /** Each object of the namespace in every state that was seen: applications, provider objects, Events and Secrets. */
  states(resource: Resource): readonly KubeObject[];
  /** Objects that were seen to go while they were being registered, their finalizer on them. */
  letGo(): readonly LetGo[];
  close(): void;
}

/** Begins to follow the namespace. */
export function witnessOf({ client, transport }: Hands, namespace: string): Witness {
  const ended = new AbortController();
  const features = { watchList: 'assumed' } as const;
  const histories = createHistories();
  const states = new Map<Resource, KubeObject[]>();
  const letGo: LetGo[] = [];

  function follow(resource: Resource, onObject: (object: KubeObject) => void): Store<KubeObject> {
    const seen: KubeObject[] = [];
    states.set(resource, seen);
    const kept = createStore<KubeObject>({ decode: (object) => object });
    kept.subscribe((change) => {
      if (change.type !== 'set') return;
      seen.push(change.object);
      onObject(change.object);
    });
    // What is not there any more when all is read anew went unseen, and may have been deleted like any other.
    const store = {
      ...kept,
      remove(object: KubeObject) {
        letGo.push(...letGoIn(object));
        kept.remove(object);
      },
    };
    const target = { resource, namespace, representation: 'full' } as const;
    const time = { clock: systemClock, chance: systemChance };
    void createReflector({ target, store, client, transport, ...time, features }).run(ended.signal);
    return store;
  }

  const applications = follow(OAUTH_APPLICATIONS, histories.application);
  follow(SECRETS, histories.secret);
  for (const resource of [OAUTH_PROVIDERS, EVENTS]) follow(resource, () => undefined);

  return {
    application: (name) => applications.get(`${namespace}/${name}`),
    histories: histories.list,
    states: (resource) => states.get(resource) ?? [],
    letGo: () => letGo,
    close: () => ended.abort(),
  };
}

/**
 * Whether an API server let this object go in the moment in which its finalizer was added, as it may
 * (kubernetes/kubernetes#77988), and what was being made for it.
 *
 * @param object as it was last
 */
function letGoIn(object: KubeObject): readonly LetGo[] {
  const { finalizers, deletionTimestamp, name } = object.metadata;
  const { provider, operation, temporaryName } = applicationOf(object);
  if (finalizers === undefined || deletionTimestamp !== undefined || operation?.type !== 'register') return [];
  const spec = isRecord(object['spec']) ? object['spec'] : {};
  const displayName = String(spec['displayName']);
  if (provider === 'logi') return [{ name, provider, displayName, birth: temporaryName }];
  return [{ name, provider: 'logto', displayName, birth: operation.id }];
}
