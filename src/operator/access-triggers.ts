import type { OAuthApplication } from '../api/application.ts';
import { ANNOTATIONS } from '../api/names.ts';
import type { OAuthProvider } from '../api/provider.ts';
import { hasPrecedence } from '../application/access/grant.ts';
import { applicationsIn, applicationsOf, providerOf, undecidedApplications } from '../kube/application-store.ts';
import { keyOf } from '../kube/object.ts';
import { isDefault } from '../kube/providers.ts';
import type { StoreChange } from '../kube/store.ts';
import { firstSelector } from '../provider/access.ts';
import { keyOfProvider } from '../provider/key.ts';
import type { Queue } from '../runtime/queue.ts';
import { same } from '../runtime/same.ts';
import { type Caches, cachedProvider, chosenKey } from './caches.ts';

/** One gets the place. Those behind it are queued, too, in case those before them are refused it for other reasons. */
const NEXT_IN_LINE = 10;

/** Queues the applications that may use another provider than before, or the same one on other terms. */
export function queueOnAccess(caches: Omit<Caches, 'reflectors'>, queue: Queue): void {
  const { applications, providers, clusterProviders, namespaces } = caches;

  providers.subscribe(afterProvider);
  clusterProviders?.subscribe(afterProvider);

  namespaces?.subscribe((change) => {
    if (change.type === 'gone' || same(change.previous?.labels, change.object.labels)) return;
    const { name } = change.object;
    renewAll(applications.list().filter((one) => one.metadata.namespace === name && mayDependOnLabels(one)));
  });

  applications.subscribe((change) => {
    const left = change.type === 'gone' ? change.object : change.previous;
    if (left === undefined) return;
    if (change.type === 'gone' || !same(providerOf(left), providerOf(change.object))) queueNextInLine(left);
  });

  function afterProvider(change: StoreChange<OAuthProvider>): void {
    const { namespace } = change.object.metadata;
    const before = change.type === 'gone' ? undefined : change.previous;
    const isOnOtherTerms = before !== undefined && !same(termsOf(before), termsOf(change.object));
    if (isOnOtherTerms) renewAll(applicationsOf(applications, keyOfProvider(change.object)));

    const marks = [change.object, before].filter((object) => object !== undefined && isDefault(object)).length;
    const wasThere = before !== undefined && !isOnOtherTerms;
    if (wasThere ? marks === 1 : marks > 0) renewAll(undecidedApplications(applications, namespace));
  }

  /** One that names no provider may get one with any rules. */
  function mayDependOnLabels(application: OAuthApplication): boolean {
    const provider = providerObjectOf(application);
    return provider === undefined || firstSelector(provider.spec.access ?? []) !== undefined;
  }

  /** Where a limit on the number of applications was reached, the place of one that left is another's. */
  function queueNextInLine(left: OAuthApplication): void {
    const provider = providerObjectOf(left);
    const limits = (provider?.spec.access ?? []).flatMap(({ maxApplications }) => maxApplications ?? []);
    if (provider === undefined || limits.length === 0) return;
    const { namespace } = left.metadata;
    const others = [
      ...applicationsIn(applications, namespace, keyOfProvider(provider)),
      ...undecidedApplications(applications, namespace),
    ];
    const limit = Math.min(...limits);
    if (others.length < limit) return;
    const line = others.toSorted((one, other) => (hasPrecedence(one, other) ? -1 : 1));
    // Those before it had a place already.
    for (const { metadata } of line.slice(limit - 1, limit - 1 + NEXT_IN_LINE)) queue.add(keyOf(metadata), 'change');
  }

  function providerObjectOf(application: OAuthApplication): OAuthProvider | undefined {
    const key = chosenKey(application);
    return key && cachedProvider(caches, key);
  }

  function renewAll(found: readonly OAuthApplication[]): void {
    for (const { metadata } of found) queue.renew(keyOf(metadata), 'change');
  }
}

/** What an application's pass reads from the object itself, so that no pass over the provider has to come first. */
function termsOf({ metadata, spec }: OAuthProvider): object {
  return { access: spec.access, released: metadata.annotations?.[ANNOTATIONS.releaseRetained] };
}
