import { isRecord } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import type { Cluster } from '../cluster.ts';
import { isHeld, isStanding } from '../held.ts';
import type { Ledger } from '../ledger.ts';
import type { Made } from '../made.ts';
import { ownerIn } from '../made.ts';
import { markOn } from '../mark-on.ts';
import type { Sighting } from '../sightings.ts';
import { installationIn, providerIn, toldBy } from '../told.ts';
import type { World } from '../world.ts';
import { type Asked, isRightlyAsked, sitesOf } from './asked.ts';
import type { Court, Invariant } from './invariant.ts';

/** What a person is asked about: which registration is the object's. Until the answer nothing of it is held or removed. */
const ASKING: ReadonlySet<string> = new Set([
  'StatusLost',
  'SealInvalid',
  'NameTaken',
  'DeletionBlocked',
  'MassDisappearance',
]);

/** Whatever was made and is still there is held by an object, kept on purpose, or told of as an orphan. */
export const inventory: Invariant = {
  name: 'no-twins-and-no-strays',
  promise:
    'At rest each registration that the operator made is the one of its object, was retained, or is listed as an orphan.',
  rules: ['R3', 'R4', 'R5', 'O4', 'O5', 'O7', 'D1', 'D4', 'B3', 'B4', 'R10'],
  attend(court) {
    const named = new Set<Made>();
    return {
      see(sighting) {
        if (sighting.type === 'object' && sighting.kind === 'OAuthApplication') note(sighting, named, court.ledger);
      },
      atRest: () => judge(named, court),
    };
  },
};

/** Keeps what was the object's own by its status: nothing else can have been retained or given up. */
function note({ cluster, after }: Extract<Sighting, { type: 'object' }>, named: Set<Made>, ledger: Ledger): void {
  const held = after === undefined ? undefined : ledger.madeFor(after);
  if (after !== undefined && held?.owner?.key === ownerIn(cluster, after).key) named.add(held);
}

function judge(named: ReadonlySet<Made>, court: Court): void {
  const { ledger, accuse } = court;
  const world = court.world();
  const strays = ledger.made.filter(
    (made) => isStanding(world, made) && !isHeld(world, made) && !isLeft(made, named, court) && !isExcused(made, court),
  );
  for (const { site, id, cluster, owner } of strays) {
    const alike = strays.filter((each) => each.site === site && each.cluster === cluster);
    const isHidden = world.scenario.shape.logi === 'lagging-list';
    const mayBeLeft = site === 'logto' || isHidden || alike.every((each) => isPassedOver(each, named, ledger));
    const place = world.clusters[cluster];
    const orphansTold = toldBy(place && providerIn(place, site)).count;
    const given = givenUp(site, cluster, world).filter((each) => !alike.some((stray) => stray.id === each));
    if (mayBeLeft && orphansTold >= alike.length + given.length) continue;
    accuse(`${site} holds ${id}, made for ${owner?.key ?? 'nobody'}, which nobody holds`);
  }
}

/**
 * Whether its object went while it was made, or people took away the only word of a create: by another id beside it, or, as
 * a first name begins with what the spec says, by a wiped status and another name in the spec.
 */
function isPassedOver(made: Made, named: ReadonlySet<Made>, ledger: Ledger): boolean {
  if (ledger.letGo(made)) return true;
  if (made.owner === undefined || named.has(made)) return false;
  const { key } = made.owner;
  const isRenamed = ledger.tampered(key, ['wipe']) > 0 && ledger.renamed(key) > 0;
  return isRenamed || ledger.tampered(key, ['other-id', 'newest-id']) > 0;
}

/** Whether it was kept on purpose: its object held it, or it says so, as where its object was gone before it was held (O8). */
function isLeft(made: Made, named: ReadonlySet<Made>, { ledger, world }: Court): boolean {
  if (made.owner === undefined) return false;
  const { key } = made.owner;
  if (ledger.retained(key) && markOn(made, world())?.['retained'] === true) return true;
  return named.has(made) && (ledger.retained(key) || ledger.asked(key, 'register-anew') > 0);
}

function isExcused(made: Made, court: Court): boolean {
  const { ledger, world } = court;
  const { site, cluster, owner } = made;
  if (owner === undefined) return false;
  const heir = heirOf(owner.key, world().clusters[cluster]);
  const { ready, applicationId } = heir === undefined ? {} : applicationOf(heir.object);
  if (heir !== undefined && isAskedOf(made, heir, court)) return true;
  // It may bear the name of the other by now.
  if (ledger.mistakable(made)) return true;
  // Nobody looks what an altered status was, or removes a twin, before the object goes on (protocol B2, B3).
  const isAltered = ledger.happened(owner.key, ['tamper-status']) > 0;
  // Its Secret is lost as well, and that is said first.
  if (ready?.reason === 'SecretLost' && isAltered) return true;
  if (ready?.reason === 'Suspended' && (isAltered || applicationId !== undefined || ledger.restored(made))) return true;
  // Nor is it taken back where there is no Secret to take it with (S1).
  if (ready?.reason === 'SecretNotOurs' && applicationId === undefined && isForgotten(made, ledger)) return true;
  if (heir !== undefined && isBoundToNeither(made, heir, ledger)) return true;
  if (site === 'logi' && ledger.strayed(owner.key) && !isAtLogi(heir)) return true;
  // An owner mark tells of the others as long as the installation is the same.
  if (site === 'logto') return ledger.wentBack(cluster) && isOfFormerInstallation(made, world());
  const isRestored = heir?.object.metadata.uid !== owner.uid && ledger.happened(owner.key, ['restore-object']) > 0;
  return ledger.restored(made) || isRestored;
}

function isAtLogi(heir: Asked | undefined): boolean {
  return heir !== undefined && applicationOf(heir.object).provider === 'logi';
}

/** Whether its object forgot where it was registered, and may not be where it is to go. */
function isBoundToNeither({ site }: Made, { key, object }: Asked, ledger: Ledger): boolean {
  const { ready, applicationId, provider } = applicationOf(object);
  return ledger.forgetful(key) && provider !== site && applicationId === undefined && ready?.status === 'False';
}

/** One that was taken back is another object's by now. */
function heirOf(key: string, cluster: Cluster | undefined): Asked | undefined {
  const objects = cluster?.hands.list(OAUTH_APPLICATIONS) ?? [];
  const object = objects.find((each) => cluster !== undefined && ownerIn(cluster.index, each).key === key);
  return cluster && object && { key, cluster, object };
}

/** Whether a person is asked whose it is, of its provider, and has to be. */
function isAskedOf({ site }: Made, asked: Asked, court: Court): boolean {
  const { ready } = applicationOf(asked.object);
  return ASKING.has(ready?.reason ?? '') && sitesOf(asked).includes(site) && isRightlyAsked(asked, court);
}

/** Whether people took away what its object knew of it, or the registration that it is a twin of. */
function isForgotten(made: Made, ledger: Ledger): boolean {
  return ledger.restored(made) || ledger.happened(made.owner?.key, ['tamper-status', 'console']) > 0;
}

/** An etcd that was put back to before the operator's first start has another installation since (guarantees.md). */
function isOfFormerInstallation(made: Made, world: World): boolean {
  const mark = markOn(made, world);
  return mark !== undefined && mark['installation'] !== installationIn(world.clusters[made.cluster]);
}

/** Ids of those that bear the mark of nobody (R10), copies among them: each is told of as an orphan. */
function givenUp(site: Made['site'], cluster: number, { clusters, tenants }: World): readonly string[] {
  if (site === 'logi') return [];
  const isGivenUp = ({ customData }: (typeof all)[number]): boolean => {
    const mark = customData['oauthapp.dev/owner'];
    return isRecord(mark) && mark['uid'] === '' && mark['cluster'] === clusters[cluster]?.id;
  };
  const all = tenants.logto.applications();
  return all.filter(isGivenUp).map(({ id }) => id);
}
