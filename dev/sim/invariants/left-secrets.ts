import { FINALIZERS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { heldIn, isStanding } from '../held.ts';
import { ownerIn } from '../made.ts';
import type { Actor, Sighting } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';

/** What changes a Secret, or what is said of it, past the operator. */
const EXCUSES = ['tamper-secret', 'tamper-status', 'restore', 'restore-object'] as const;

/** Without it nobody can log in who runs with the registration, and where there is no mark nothing says whose that is. */
export const retainedSecrets: Invariant = {
  name: 'retained-secret-stays',
  promise:
    'When an object goes that retains its registration, the Secret that was delivered is there, with its notes and its value.',
  rules: ['D4', 'S9'],
  attend(court) {
    const goneBy = new Map<string, Actor['type']>();
    return {
      see(sighting) {
        if (sighting.type === 'object' && sighting.kind === 'Secret') noteGone(sighting, goneBy);
        const object = partedIn(sighting);
        if (object === undefined) return;
        if (applicationOf(object.before).deletionPolicy === 'Retain') judgeRetained(object, goneBy, court);
      },
    };
  },
};

/** Nobody collects it, and to the next object of that name it is in the way. */
export const deletedSecrets: Invariant = {
  name: 'secret-goes-along',
  promise: 'When an object goes and its registration with it, no Secret of it is left that has no owner.',
  rules: ['D1', 'S9'],
  attend: (court) => ({
    see(sighting) {
      const object = partedIn(sighting);
      if (object === undefined) return;
      if (applicationOf(object.before).deletionPolicy !== 'Retain') judgeDeleted(object, court);
    },
  }),
};

interface Parted {
  readonly before: KubeObject;
  readonly cluster: number;
}

/** The object whose finalizer a process takes away. */
function partedIn(sighting: Sighting): Parted | undefined {
  if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication' || sighting.by.type !== 'process')
    return undefined;
  const { before, after, cluster } = sighting;
  if (before?.metadata.finalizers?.includes(FINALIZERS.registration) !== true) return undefined;
  return after?.metadata.finalizers?.includes(FINALIZERS.registration) === true ? undefined : { before, cluster };
}

function noteGone(
  { by, cluster, before, after }: Extract<Sighting, { type: 'object' }>,
  goneBy: Map<string, Actor['type']>,
): void {
  const { namespace, name } = (after ?? before)?.metadata ?? {};
  if (after === undefined) goneBy.set(`${cluster}/${namespace}/${name}`, by.type);
}

function judgeRetained({ before, cluster }: Parted, goneBy: ReadonlyMap<string, Actor['type']>, court: Court): void {
  const { ledger, world, accuse } = court;
  const { secret, applicationId, type, mounted } = applicationOf(before);
  if (secret?.delivered !== 'yes') return;
  const { key } = ownerIn(cluster, before);
  const { namespace } = before.metadata;
  const at = (name: string) => world().clusters[cluster]?.hands.get({ resource: SECRETS, namespace, name });
  // A process that dies after a move has not said so.
  const found = at(secret.name) ?? at(mounted.name);
  if (found === undefined) {
    const by = goneBy.get(`${cluster}/${namespace}/${secret.name}`);
    // The policy may have come too late for a Secret that has an owner (protocol S9).
    const isCollected = by === 'controller' && ledger.happened(key, ['edit']) > 0;
    if (by !== 'person' && !isCollected) accuse(`${key} retains its registration, and Secret ${secret.name} is gone`);
    return;
  }
  if (ledger.happened(key, EXCUSES) > 0) return;
  const { clientId, clientSecret, applicationId: named } = heldIn(found);
  const isPublic = type === 'Native' || type === 'SinglePage';
  if (named !== applicationId || (!isPublic && clientSecret === undefined)) {
    accuse(`${key} retains ${applicationId}, and Secret ${secret.name} has lost its notes or its value`);
  } else if (!isPublic && isLogiOf(before, court) && !world().tenants.logi.logsIn(clientId ?? '', clientSecret ?? '')) {
    accuse(`${key} retains ${applicationId}, and the value in Secret ${secret.name} does not log in`);
  }
}

/** Whether it is at logi, where nothing shows the value again, and nobody but the operator has changed it. */
function isLogiOf(object: KubeObject, { ledger, world }: Court): boolean {
  const made = ledger.madeFor(object);
  if (made?.site !== 'logi' || made.owner === undefined || ledger.misled() || !isStanding(world(), made)) return false;
  return ledger.happened(made.owner.key, ['console']) === 0 && ledger.costs(made.owner.key, 'logi') === 0;
}

/**
 * By the registration that it names: one that was taken back may be labelled for the former object of that name still. What
 * that object retained under another name, this one has never known.
 */
function judgeDeleted({ before, cluster }: Parted, { ledger, world, accuse }: Court): void {
  const { key } = ownerIn(cluster, before);
  const { uid } = before.metadata;
  const { applicationId, secret: noted, mounted } = applicationOf(before);
  // A Secret of any application may be given notes that name this one.
  if (applicationId === undefined || ledger.happened(key, EXCUSES) > 0 || ledger.forged(undefined)) return;
  const secrets = world().clusters[cluster]?.hands.list(SECRETS) ?? [];
  const left = secrets.filter((secret) => {
    const { namespace, ownerReferences = [] } = secret.metadata;
    const isLoose = namespace === before.metadata.namespace && ownerReferences.length === 0;
    const held = heldIn(secret);
    const isKnown = held.applicationUid === uid || [noted?.name, mounted.name].includes(secret.metadata.name);
    return isLoose && isKnown && held.applicationId === applicationId;
  });
  if (left.length > 0) accuse(`${key} goes, and leaves ${left.map(({ metadata }) => metadata.name).join(', ')}`);
}
