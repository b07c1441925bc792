import { OAUTH_APPLICATIONS, SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import type { Cluster } from '../cluster.ts';
import { heldIn } from '../held.ts';
import type { Ledger } from '../ledger.ts';
import { TIMES } from '../manifests.ts';
import type { ProviderRequest } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';
import { deletedIn, idIn, isOurs } from './requests.ts';

/** Whoever still has the former value must be able to use it for as long as the spec says. */
export const overlap: Invariant = {
  name: 'nothing-retired-early',
  promise:
    'At an overlapping provider no secret that was delivered is deleted before its overlap is over, and none that a person made.',
  rules: ['T3', 'T2', 'T6'],
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

/** What takes away the record of which secret is in use. */
const LOSSES = ['tamper-status', 'restore', 'restore-object'] as const;

/** What makes a value leave a Secret before its time. */
const EXCUSES = [...LOSSES, 'tamper-secret'] as const;

/** The API server tells the time in whole seconds. */
const GRAIN_MS = 1_000;

function judge(request: ProviderRequest, leftAt: ReadonlyMap<string, number>, { ledger, world, accuse }: Court): void {
  const { clusters, tenants, scheduler } = world();
  const id = idIn(request);
  const name = deletedIn(request);
  const application = tenants.logto.applications().find((each) => each.id === id);
  const value = application?.secrets.find((each) => each.name === name)?.value;
  const key = ledger.madeAs('logto', id ?? '')?.owner?.key;
  if (value === undefined || key === undefined) return;
  if (!isOurs(name)) accuse(`${key} has secret ${name} deleted, which a person made`);
  if (!mayBeUnknown(key, ledger) && clusters.flatMap(valuesInUse).includes(value))
    accuse(`${key} has secret ${name} deleted, which its Secret holds`);
  if (ledger.asked(key, 'retire') > 0 || ledger.happened(key, EXCUSES) > 0 || ledger.stepped('api') > 0) return;
  const sinceMs = scheduler.now() - (leftAt.get(value) ?? Number.NEGATIVE_INFINITY);
  if (sinceMs >= TIMES.overlapMs - GRAIN_MS) return;
  accuse(`${key} has secret ${name} deleted ${Math.round(sinceMs / 1_000)} s after its Secret let go of it`);
}

/** Whether the record of which secret is in use was taken away. */
function mayBeUnknown(key: string, ledger: Ledger): boolean {
  const all = ledger.happened(key, LOSSES);
  return all > ledger.tampered(key, ['superseded']);
}

/** What stands in the Secrets that the statuses name. One of a former name goes when what it holds has gone. */
function valuesInUse({ hands }: Cluster): readonly (string | undefined)[] {
  return hands.list(OAUTH_APPLICATIONS).map((object) => {
    const { secret } = applicationOf(object);
    const { namespace } = object.metadata;
    const found = secret && hands.get({ resource: SECRETS, namespace, name: secret.name });
    return found && heldIn(found).clientSecret;
  });
}
