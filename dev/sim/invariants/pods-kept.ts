import { heldIn } from '../held.ts';
import { TIMES } from '../manifests.ts';
import type { ProviderRequest } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';
import { deletedIn, idIn } from './requests.ts';

/** Whoever has started with a secret must be able to use it, but for a time that the spec sets. */
export const podsKept: Invariant = {
  name: 'nothing-retired-under-a-pod',
  promise: 'At an overlapping provider no secret is deleted with which a Pod runs, before `retireAfter` or unasked.',
  rules: ['T3', 'S8'],
  attend(court) {
    /** When a value stood in a Secret last, ms. */
    const leftAt = new Map<string, number>();
    return {
      see(sighting) {
        if (sighting.type === 'object' && sighting.kind === 'Secret' && sighting.before !== undefined) {
          const { clientSecret } = heldIn(sighting.before);
          if (clientSecret !== undefined) leftAt.set(clientSecret, court.world().scheduler.now());
        }
        if (sighting.type === 'asked' && sighting.operation === 'delete-secret') judge(sighting, leftAt, court);
      },
    };
  },
};

/** What takes away the record of which secret is in use, or of when another was. */
const EXCUSES = ['tamper-status', 'restore', 'restore-object', 'clock'] as const;

function judge(request: ProviderRequest, leftAt: ReadonlyMap<string, number>, { ledger, world, accuse }: Court): void {
  const { clusters, tenants, scheduler } = world();
  const id = idIn(request);
  const name = deletedIn(request);
  const secrets = tenants.logto.applications().find((each) => each.id === id)?.secrets ?? [];
  const value = secrets.find((each) => each.name === name)?.value;
  const key = ledger.madeAs('logto', id ?? '')?.owner?.key;
  if (value === undefined || key === undefined || ledger.asked(key, 'retire') > 0) return;
  if (ledger.happened(key, EXCUSES) > 0) return;
  const sinceMs = scheduler.now() - (leftAt.get(value) ?? Number.NEGATIVE_INFINITY);
  if (sinceMs >= TIMES.retireAfterMs) return;
  for (const { pod, secret } of clusters.flatMap((cluster) => cluster.running())) {
    if (heldIn(secret).clientSecret !== value) continue;
    accuse(`${key} has secret ${name} deleted, with which Pod ${pod.metadata.name} runs`);
  }
}
