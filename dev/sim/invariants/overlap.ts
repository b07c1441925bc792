import { ANNOTATIONS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS, SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf, hasServed } from '../application-view.ts';
import type { Cluster } from '../cluster.ts';
import { heldIn } from '../held.ts';
import type { Ledger } from '../ledger.ts';
import { ownerIn } from '../made.ts';
import { TIMES } from '../manifests.ts';
import type { ProviderRequest, Sighting } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';
import { deletedIn, idIn, isOurs } from './requests.ts';

/** Whoever still has the former value must be able to use it for as long as the spec says. */
export const overlap: Invariant = {
  name: 'nothing-retired-early',
  promise:
    'At an overlapping provider no secret that was delivered is deleted before its overlap is over, and none that a person made.',
  rules: ['T3', 'T2', 'T6'],
  attend(court) {
    const memory: Memory = { stays: new Map(), retireOpenAt: new Map() };
    return {
      see(sighting) {
        const nowMs = court.world().scheduler.now();
        if (sighting.type === 'object') note(sighting, memory, nowMs);
        if (sighting.type === 'asked' && sighting.operation === 'delete-secret') judge(sighting, memory, court);
      },
    };
  },
};

/** When a value stood in a Secret first, and last, ms. */
interface Stay {
  readonly cameMs: number;
  readonly leftMs: number;
}

interface Memory {
  /** By the value. */
  readonly stays: Map<string, Stay>;
  /** When an application had a request open last that everything superseded be retired, by its key, ms. */
  readonly retireOpenAt: Map<string, number>;
}

function note(sighting: Extract<Sighting, { type: 'object' }>, { stays, retireOpenAt }: Memory, nowMs: number): void {
  for (const object of [sighting.before, sighting.after]) {
    if (object === undefined) continue;
    if (sighting.kind === 'OAuthApplication' && asksToRetire(object)) {
      retireOpenAt.set(ownerIn(sighting.cluster, object).key, nowMs);
    }
    const value = sighting.kind === 'Secret' ? heldIn(object).clientSecret : undefined;
    if (value !== undefined) stays.set(value, { cameMs: stays.get(value)?.cameMs ?? nowMs, leftMs: nowMs });
  }
}

function asksToRetire(object: KubeObject): boolean {
  const token = object.metadata.annotations?.[ANNOTATIONS.retireRequestedAt];
  return token !== undefined && !hasServed(applicationOf(object), 'retire', token);
}

/** What takes away the record of which secret is in use. */
const LOSSES = ['tamper-status', 'restore', 'restore-object'] as const;

/** What makes a value leave a Secret before its time. */
const EXCUSES = [...LOSSES, 'tamper-secret'] as const;

/** The API server tells the time in whole seconds, so that two processes may differ by less than one about when it is. */
const GRAIN_MS = 1_000;

function judge(request: ProviderRequest, { stays, retireOpenAt }: Memory, { ledger, world, accuse }: Court): void {
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
  const stay = stays.get(value);
  if (stay === undefined) return;
  const { cameMs, leftMs } = stay;
  const isAsked = (retireOpenAt.get(key) ?? Number.NEGATIVE_INFINITY) >= leftMs;
  if (isAsked || ledger.happened(key, EXCUSES, cameMs) > 0 || isJumped(ledger, cameMs)) return;
  const sinceMs = scheduler.now() - leftMs;
  if (sinceMs >= TIMES.overlapMs - GRAIN_MS) return;
  accuse(`${key} has secret ${name} deleted ${Math.round(sinceMs / 1_000)} s after its Secret let go of it`);
}

/** Whether the clock was moved since by which it is counted. */
function isJumped({ deeds }: Ledger, sinceMs: number): boolean {
  return deeds.some(({ act, atMs }) => act.type === 'clock' && act.whose === 'api' && atMs >= sinceMs);
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
