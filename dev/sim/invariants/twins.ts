import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { isHeld, isStanding } from '../held.ts';
import type { Ledger } from '../ledger.ts';
import { type Made, ownerIn } from '../made.ts';
import { RESYNC_MS } from '../manifests.ts';
import type { ProviderRequest } from '../sightings.ts';
import type { World } from '../world.ts';
import type { Court, Invariant } from './invariant.ts';

/** An inventory begins so long after the one before, less what a page takes to be served, ms. */
const INTERVAL_MS = RESYNC_MS - 1_000;

/** What people may have made unknown by it, or another's. */
const EXCUSES = ['tamper-status', 'restore-object', 'restore', 'console'] as const;

/** Whether there are any at rest, another one judges: this one, that they do not outlast listing after listing until then. */
export const twins: Invariant = {
  name: 'twins-go-with-an-inventory',
  promise: 'When the faults have stopped, a twin that a listing shows is gone before the next inventory.',
  rules: ['R4', 'R5', 'B3'],
  attend(court) {
    const shownAt = new Map<Made, number>();
    return {
      see(sighting) {
        const isShown = sighting.type === 'served' && sighting.operation === 'list' && sighting.answer.status < 300;
        if (isShown) judge(sighting, shownAt, court);
      },
    };
  },
};

function judge({ site, cluster }: ProviderRequest, shownAt: Map<Made, number>, { ledger, world, accuse }: Court): void {
  const { scheduler, scenario } = world();
  const now = scheduler.now();
  if (now < scenario.shape.activeMs || (site === 'logi' && scenario.shape.logi === 'lagging-list')) return;
  for (const made of ledger.made) {
    if (made.site !== site || made.cluster !== cluster || !isTwin(made, ledger, world())) continue;
    const shownMs = shownAt.get(made) ?? now;
    shownAt.set(made, shownMs);
    if (now - shownMs < INTERVAL_MS) continue;
    accuse(`${site} holds ${made.id} beside what ${made.owner?.key} names, as it did ${(now - shownMs) / 1_000} s ago`);
  }
}

/** Whether it is beside the registration of an object that is there, wants for nothing, and was left in peace. */
function isTwin(made: Made, ledger: Ledger, world: World): boolean {
  const { owner, cluster } = made;
  if (owner === undefined || !isStanding(world, made) || isHeld(world, made)) return false;
  const objects = world.clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  const object = objects.find(({ metadata }) => metadata.uid === owner.uid);
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return false;
  const { ready, provider, applicationId } = applicationOf(object);
  const isSettled = ready?.status === 'True' && provider === made.site && applicationId !== undefined;
  const { key } = ownerIn(cluster, object);
  return isSettled && ledger.happened(key, EXCUSES) === 0 && ledger.asked(key, 'register-anew') === 0;
}
