import type { OAuthApplication } from '../api/application.ts';
import type { Condition } from '../api/conditions.ts';
import { tokensOf } from '../application/desired.ts';
import { hasFinalizer } from '../application/facts.ts';
import { applicationsAdopting, applicationsBySecret, providerOf } from '../kube/application-store.ts';
import { keyOf } from '../kube/object.ts';
import type { OwnWrites } from '../kube/own-writes.ts';
import { namesClaimed, namesGivenUp } from '../kube/secret-names.ts';
import type { StoreChange } from '../kube/store.ts';
import { isLeaving } from '../provider/in-use.ts';
import { keyOfProvider, textOf } from '../provider/key.ts';
import type { Priority } from '../runtime/queue.ts';
import { same } from '../runtime/same.ts';
import { type Caches, cachedProvider, chosenKey, providerStores } from './caches.ts';
import { asksForPass, isEdited } from './edits.ts';
import type { Queues } from './footing.ts';

type ProvidersAndApplications = Pick<Caches, 'applications' | 'providers' | 'clusterProviders'>;

/** Applications come and go by the hundred, and one pass counts them all. */
const COUNT_AFTER_MS = 2_000;

/** Queues applications that changed, those that waited for what another gave up, and the providers chosen or left. */
export function queueOnApplications(
  caches: ProvidersAndApplications,
  queues: Queues,
  writes: Pick<OwnWrites<OAuthApplication>, 'isOurs' | 'latest' | 'forget'>,
): void {
  const { applications } = caches;
  const queue = queues.applications;

  applications.subscribe((change) => {
    queueOthers(change, caches, queues);
    if (change.type === 'gone') return;
    const { key, object, previous } = change;
    if (previous !== undefined && !asksForPass(previous, object) && !isTamperedWith(previous, object)) return;
    const ask = isEdited(previous, object) ? queue.renew : queue.add;
    ask(key, urgencyOf(object, previous));
  });

  // What was read anew is what there is: an etcd that was put back may hold what our own write had replaced.
  applications.onFilled(() => {
    for (const cached of applications.list()) {
      if (writes.latest(cached) === cached) continue;
      writes.forget(cached.metadata.uid);
      queue.add(keyOf(cached.metadata), 'resync');
    }
  });

  for (const { metadata } of applications.list()) queue.add(keyOf(metadata), 'resync');

  function isTamperedWith(before: OAuthApplication, after: OAuthApplication): boolean {
    // What no watch has told of our own writes counts as well: somebody may have undone it meanwhile.
    return !writes.isOurs(after) && !same(reliedOn(writes.latest(before)), reliedOn(after));
  }
}

/** Whoever else is concerned by what became of one application. */
function queueOthers(change: StoreChange<OAuthApplication>, caches: ProvidersAndApplications, queues: Queues): void {
  const { applications } = caches;
  const { object } = change;
  if (change.type === 'gone') {
    queueRivals(object, namesClaimed(object));
    queueAdopters(object);
    askProvider(object, caches, queues);
    return;
  }
  const { previous } = change;
  if (previous !== undefined) queueRivals(previous, namesGivenUp(previous, object));
  const hasMoved = previous === undefined || !same(providerOf(previous), providerOf(object));
  if (hasMoved || hasLetGo(previous, object)) askProvider(object, caches, queues);
  if (previous !== undefined && hasMoved) askProvider(previous, caches, queues);

  /** Who waited for one of these names of a Secret may have it now (protocol R12). */
  function queueRivals({ metadata }: OAuthApplication, names: ReadonlySet<string>): void {
    for (const name of names) {
      for (const rival of applicationsBySecret(applications, metadata.namespace, name)) {
        if (rival.metadata.uid !== metadata.uid) queues.applications.add(keyOf(rival.metadata), 'change');
      }
    }
  }

  /**
   * Who waited for the registration may adopt it now (protocol A1). Not where its holder gives way: of two that do so for
   * each other, each would wake the other at once, and chance has to part them.
   */
  function queueAdopters({ status }: OAuthApplication): void {
    if (status?.applicationId === undefined) return;
    for (const adopter of applicationsAdopting(applications, status.applicationId)) {
      queues.applications.add(keyOf(adopter.metadata), 'change');
    }
  }
}

/** A provider that is being deleted waits for its last application (protocol D5); any other counts them, for people. */
function askProvider(application: OAuthApplication, caches: ProvidersAndApplications, { providers }: Queues): void {
  const key = chosenKey(application);
  if (key === undefined) {
    // It may have lost its status, so that any that is being deleted may have waited for it.
    for (const provider of providerStores(caches).flatMap((store) => store.list().filter(isLeaving))) {
      providers.add(textOf(keyOfProvider(provider)), 'resync');
    }
    return;
  }
  const provider = cachedProvider(caches, key);
  const afterMs = provider !== undefined && isLeaving(provider) ? 0 : COUNT_AFTER_MS;
  providers.addAfter(textOf(key), afterMs, 'resync');
}

/** Whether its registration has just gone. The object itself may stay, where others have finalizers on it. */
function hasLetGo(before: OAuthApplication | undefined, after: OAuthApplication): boolean {
  return before !== undefined && hasFinalizer(before) && !hasFinalizer(after);
}

/** Of a status: what a pass stands on, and what people are told. What others say beside it is theirs. */
function reliedOn({ status = {} }: OAuthApplication): object {
  const { conditions, observedGeneration: _, waiting: __, ...facts } = status;
  return { facts, told: conditions?.find(tellsHowItStands)?.reason };
}

/** `ProviderNotFound` may come from another shard that has not seen the provider yet. */
function tellsHowItStands({ type, reason }: Pick<Condition, 'type' | 'reason'>): boolean {
  return type === 'Ready' && reason !== 'ProviderNotFound';
}

function urgencyOf(object: OAuthApplication, previous: OAuthApplication | undefined): Priority {
  if (object.metadata.deletionTimestamp !== undefined) return 'deletion';
  return previous !== undefined && !same(tokensOf(previous), tokensOf(object)) ? 'requested' : 'change';
}
