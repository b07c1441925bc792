import type { OAuthApplication } from '../api/application.ts';
import type { Condition } from '../api/conditions.ts';
import type { OAuthProvider } from '../api/provider.ts';
import { tokensOf } from '../application/desired.ts';
import { hasFinalizer } from '../application/facts.ts';
import { applicationsAdopting, applicationsBySecret, applicationsOf, providerOf } from '../kube/application-store.ts';
import type { CredentialSecrets } from '../kube/credentials.ts';
import { keyOf } from '../kube/object.ts';
import type { OwnWrites } from '../kube/own-writes.ts';
import { secretsNamedBy } from '../kube/providers.ts';
import { namesClaimed, namesGivenUp } from '../kube/secret-names.ts';
import type { Store } from '../kube/store.ts';
import { isLeaving } from '../provider/in-use.ts';
import { textOf } from '../provider/key.ts';
import type { Shard } from '../provider/shard.ts';
import type { Priority } from '../runtime/queue.ts';
import { same } from '../runtime/same.ts';
import { queueOnAccess } from './access-triggers.ts';
import type { Caches } from './caches.ts';
import type { Queues } from './footing.ts';
import { queueOnSecrets } from './secret-triggers.ts';

/** Applications come and go by the hundred, and one pass counts them all. */
const COUNT_AFTER_MS = 2_000;

/**
 * Turns what changes in the cluster into keys to look at. A key says which object to look at, never what happened.
 *
 * Our own writes come back as events, too, and ask for no pass. What somebody else writes into the status does: nothing
 * else would notice that it lacks what we stand on.
 */
export function feedQueues(
  caches: Omit<Caches, 'reflectors'>,
  queues: Queues,
  credentials: Pick<CredentialSecrets, 'watch'>,
  writes: Pick<OwnWrites<OAuthApplication>, 'isOurs' | 'latest' | 'forget'>,
  shard: Pick<Shard, 'serves'>,
): void {
  const { applications, providers, clusterProviders } = caches;
  const providerStores = [providers, clusterProviders].filter((store) => store !== undefined);
  const watchCredentials = (): void =>
    credentials.watch(
      new Set(providerStores.flatMap((store) => store.list().filter(shard.serves).flatMap(secretsNamedBy))),
    );

  queueOnAccess(caches, queues.applications);
  queueOnSecrets(caches, queues.applications, writes);

  applications.subscribe((change) => {
    const { object } = change;
    if (change.type === 'gone') {
      queueRivals(object, namesClaimed(object));
      queueAdopters(object);
      askProvider(object);
      return;
    }
    const { previous } = change;
    if (previous !== undefined) queueRivals(previous, namesGivenUp(previous, object));
    const hasMoved = previous === undefined || !same(providerOf(previous), providerOf(object));
    if (hasMoved || hasLetGo(previous, object)) askProvider(object);
    if (previous !== undefined && hasMoved) askProvider(previous);
    if (previous !== undefined && !asksForPass(previous, object) && !isTamperedWith(previous, object)) return;
    const ask = isEdited(previous, object) ? queues.applications.renew : queues.applications.add;
    ask(change.key, urgencyOf(object, previous));
  });

  // What was read anew is what there is: an etcd that was put back may hold what our own write had replaced.
  applications.onFilled(() => {
    for (const cached of applications.list()) {
      if (writes.latest(cached) === cached) continue;
      writes.forget(cached.metadata.uid);
      queues.applications.add(keyOf(cached.metadata), 'resync');
    }
  });

  for (const store of providerStores) {
    store.subscribe((change) => {
      const { kind, metadata } = change.object;
      const previous = change.type === 'set' ? change.previous : undefined;
      watchCredentials();
      if (previous !== undefined && !concernsProvider(previous, change.object, shard)) return;
      const ask = isEdited(previous, change.object) ? queues.providers.renew : queues.providers.add;
      ask(textOf({ kind, namespace: metadata.namespace, name: metadata.name }), 'change');
      if (previous === undefined) queueApplications(change.object);
    });
  }

  watchCredentials();
  for (const object of applications.list()) queues.applications.add(keyOf(object.metadata), 'resync');
  for (const store of providerStores) queueAll(store);

  function queueAll(store: Store<OAuthProvider>): void {
    for (const { kind, metadata } of store.list()) {
      queues.providers.add(textOf({ kind, namespace: metadata.namespace, name: metadata.name }), 'change');
    }
  }

  function queueApplications({ kind, metadata }: OAuthProvider): void {
    for (const object of applicationsOf(applications, kind, metadata.namespace, metadata.name)) {
      queues.applications.renew(keyOf(object.metadata), 'change');
    }
  }

  function isTamperedWith(before: OAuthApplication, after: OAuthApplication): boolean {
    // What no watch has told of our own writes counts as well: somebody may have undone it meanwhile.
    return !writes.isOurs(after) && !same(reliedOn(writes.latest(before)), reliedOn(after));
  }

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

  /** One that is being deleted waits for its last application (protocol D5); another counts them, for people. */
  function askProvider(application: OAuthApplication): void {
    const ref = providerOf(application);
    if (ref === undefined) {
      askLeaving();
      return;
    }
    const namespace = ref.kind === 'OAuthProvider' ? application.metadata.namespace : undefined;
    const { kind, name } = ref;
    const store = kind === 'OAuthProvider' ? providers : clusterProviders;
    const provider = store?.get(keyOf({ namespace, name }));
    const afterMs = provider !== undefined && isLeaving(provider) ? 0 : COUNT_AFTER_MS;
    queues.providers.addAfter(textOf({ kind, namespace, name }), afterMs, 'resync');
  }

  /** Who names no provider, and has lost its status, may have been waited for by any. */
  function askLeaving(): void {
    for (const { kind, metadata } of providerStores.flatMap((store) => store.list().filter(isLeaving))) {
      queues.providers.add(textOf({ kind, namespace: metadata.namespace, name: metadata.name }), 'resync');
    }
  }
}

/** Whether the object, of which others may keep what is left, has no registration any more. */
function hasLetGo(before: OAuthApplication | undefined, after: OAuthApplication): boolean {
  return before !== undefined && hasFinalizer(before) && !hasFinalizer(after);
}

/** Of a status: what a pass stands on, and what people are told. What others say beside it is theirs. */
function reliedOn({ status = {} }: OAuthApplication): object {
  const { conditions, observedGeneration: _, waiting: __, ...facts } = status;
  return { facts, told: conditions?.find(tellsHowItStands)?.reason };
}

/** That there is no provider may be said by a shard that has not seen yet that there is one, and by no other. */
function tellsHowItStands({ type, reason }: Pick<Condition, 'type' | 'reason'>): boolean {
  return type === 'Ready' && reason !== 'ProviderNotFound';
}

/** Whether anything changed beside the status that a user or another controller can have done. */
function asksForPass(before: Watched, after: Watched): boolean {
  return isEdited(before, after) || !same(before.metadata.finalizers, after.metadata.finalizers);
}

/** Whether the object is new, or says something else than before. None of this is ever our own doing. */
function isEdited(before: Watched | undefined, after: Watched): boolean {
  return (
    before === undefined ||
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    !same(before.metadata.annotations, after.metadata.annotations)
  );
}

type Watched = Pick<OAuthProvider, 'metadata'>;

/** The claim is in the status, and another installation may write there (protocol I6); labels say whose it is. */
function concernsProvider(before: OAuthProvider, after: OAuthProvider, { serves }: Pick<Shard, 'serves'>): boolean {
  return (
    asksForPass(before, after) ||
    !same(before.status?.servedBy, after.status?.servedBy) ||
    serves(before) !== serves(after)
  );
}

function urgencyOf(object: OAuthApplication, previous: OAuthApplication | undefined): Priority {
  if (object.metadata.deletionTimestamp !== undefined) return 'deletion';
  return previous !== undefined && !same(tokensOf(previous), tokensOf(object)) ? 'requested' : 'change';
}
