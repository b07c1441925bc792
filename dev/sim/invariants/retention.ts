import { FINALIZERS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { isRecord } from '../../../src/kube/object.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { isAlive } from '../held.ts';
import { type Made, ownerIn } from '../made.ts';
import type { Sighting } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn } from './requests.ts';

const EXCUSES = ['tamper-status', 'restore'] as const;

/** What is to be retained has to outlive its object, and to say so. */
export const retention: Invariant = {
  name: 'retained-stays',
  promise:
    'When an object goes that retains its registration, the registration is there and says so, and no owner takes the Secret along.',
  rules: ['D4', 'S9'],
  attend(court) {
    const changes: Changes = { askedAt: new Map(), turnedAt: new Map() };
    return {
      see(sighting) {
        note(sighting, changes, court);
        if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication' || sighting.by.type !== 'process')
          return;
        const { before, after, cluster } = sighting;
        if (before?.metadata.finalizers?.includes(FINALIZERS.registration) !== true) return;
        if (after?.metadata.finalizers?.includes(FINALIZERS.registration) === true) return;
        if (applicationOf(before).deletionPolicy === 'Retain') judge(before, cluster, changes, court);
      },
    };
  },
};

/** Whoever has looked at an object that is to go may stand still for as long as the Lease lasts, and then delete, ms. */
const ONE_LOOK_MS = 100_000;

/** Times in ms. */
interface Changes {
  /** When we asked for the deletion of a registration, the last time. */
  readonly askedAt: Map<Made, number>;
  /** When the policy of an object that was being deleted already became Retain, by its uid. */
  readonly turnedAt: Map<string, number>;
}

function note(sighting: Sighting, { askedAt, turnedAt }: Changes, { ledger, world }: Court): void {
  const nowMs = world().scheduler.now();
  if (sighting.type === 'sent' && sighting.operation === 'delete') {
    const made = ledger.madeAs(sighting.site, idIn(sighting) ?? '');
    if (made !== undefined) askedAt.set(made, nowMs);
  }
  if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication') return;
  const { before, after } = sighting;
  if (before?.metadata.deletionTimestamp === undefined || after === undefined) return;
  const [former, policy] = [before, after].map((object) => applicationOf(object).deletionPolicy);
  if (policy === 'Retain' && former !== policy) turnedAt.set(after.metadata.uid, nowMs);
}

/** What was deleted as the policy had it when the operator looked last. */
function wasToGo(made: Made | undefined, uid: string, { askedAt, turnedAt }: Changes): boolean {
  const askedMs = made && askedAt.get(made);
  const turnedMs = turnedAt.get(uid);
  return askedMs !== undefined && turnedMs !== undefined && askedMs <= turnedMs + ONE_LOOK_MS;
}

function judge(object: KubeObject, cluster: number, changes: Changes, court: Court): void {
  const { key, uid } = ownerIn(cluster, object);
  const { provider, applicationId } = applicationOf(object);
  const made = court.ledger.madeFor(object);
  // Whatever became of its status: the Secret says whose it is.
  if (ownsSecret(uid, cluster, court) && !wasToGo(made, uid, changes)) {
    court.accuse(`${key} retains its registration, and its Secret goes with it`);
  }
  if (court.ledger.happened(key, EXCUSES) > 0) return;
  if (provider === undefined || applicationId === undefined) return;
  if (provider !== 'logi' && provider !== 'logto') return;
  if (isAlive(court.world(), provider, applicationId)) {
    if (provider === 'logto') judgeMark(applicationId, key, court);
  } else if (
    court.ledger.happened(court.ledger.misled() ? undefined : key, ['console']) === 0 &&
    !wasToGo(made, uid, changes)
  ) {
    court.accuse(`${key} was to retain ${applicationId}, which is not there any more`);
  }
}

function ownsSecret(uid: string, cluster: number, { world }: Court): boolean {
  const secrets = world().clusters[cluster]?.hands.list(SECRETS) ?? [];
  return secrets.some(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid) === true);
}

function judgeMark(id: string, key: string, { world, accuse }: Court): void {
  const mark = world()
    .tenants.logto.applications()
    .find((each) => each.id === id)?.customData['oauthapp.dev/owner'];
  if (isRecord(mark) && mark['retained'] !== true) accuse(`${key} retains ${id}, whose mark does not say so`);
}
