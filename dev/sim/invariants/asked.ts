import { FINALIZERS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS, SECRETS } from '../../../src/kube/resources.ts';
import { isMarkedAway } from '../acts/console.ts';
import { applicationOf } from '../application-view.ts';
import type { Cluster } from '../cluster.ts';
import { keyOf } from '../deeds.ts';
import { heldIn, isStanding } from '../held.ts';
import type { Ledger } from '../ledger.ts';
import type { Made } from '../made.ts';
import { markOn } from '../mark-on.ts';
import { providersTold, standingFor } from './asked-secrets.ts';
import type { Court } from './invariant.ts';
import { type Losing, mayBeContested, mayStayLost } from './losses.ts';

/** An object that is not Ready, or is to go and does not. */
export interface Asked {
  readonly key: string;
  readonly cluster: Cluster;
  readonly object: KubeObject;
}

type Reason = (asked: Asked, court: Court) => boolean;

/** Protocol B1: three or more, and a tenth. */
const MASS = 3;
const MASS_SHARE = 0.1;

/** What a person may be asked, by reason, and whether the world shows that it is so. Of everything else nobody is asked. */
const REASONS: Readonly<Record<string, Reason>> = {
  Suspended: ({ object }) => applicationOf(object).suspended === 'yes',
  StatusLost: isUnknown,
  SealInvalid: isMisnamed,
  NameTaken: (asked, court) =>
    isAnothersByMark(asked, court) || (isMisnamed(asked, court) && isOfAnother(asked, court)),
  UnsupportedByProvider: isElsewhere,
  SecretNotOurs: isObstructed,
  SecretLost: (asked, court) => mayStayLost(placeOf(asked), court),
  SecretContested: (asked, court) => mayBeContested(placeOf(asked), court),
  MassDisappearance: areManyGone,
  RetainedRegistrationFound: (asked, court) =>
    (court.ledger.moved(asked.key) > 0 && isOfOtherProvider(asked)) || isNamedElsewhere(asked, court),
  ProviderNotReady: (asked, court) => isServedByAnother(asked, court) || isStrange(asked, court),
};

/** The same for an object that is being deleted: without its status nobody knows what else there is to delete. */
const REASONS_TO_STAY: typeof REASONS = {
  DeletionBlocked: (asked, court) =>
    isAnothersByMark(asked, court) || isMisnamed(asked, court) || isUnknown(asked, court),
  SealInvalid: isMisnamed,
  ProviderNotReady: isServedByAnother,
};

/** Whether a person has to decide what the object says that he has. */
export function isRightlyAsked(asked: Asked, court: Court): boolean {
  const { metadata } = asked.object;
  const reasons = metadata.deletionTimestamp === undefined ? REASONS : REASONS_TO_STAY;
  return reasons[applicationOf(asked.object).ready?.reason ?? '']?.(asked, court) === true;
}

/** The providers of which a person is asked: where its registration is, and where a Secret says that it was. */
export function sitesOf(asked: Asked): readonly (string | undefined)[] {
  return [siteOf(asked.object), ...providersTold(asked)];
}

/**
 * Its status is lost, and nothing tells what it held: no Secret, or one from another provider alone. Marks tell it wherever
 * there are any (protocol O2, R4).
 */
function isUnknown(asked: Asked, court: Court): boolean {
  const isTold = providersTold(asked).length > 0 && !court.ledger.forged(asked.key);
  const { boundTo, provider } = applicationOf(asked.object);
  const isLost = boundTo === undefined && asked.object.metadata.finalizers?.includes(FINALIZERS.registration) === true;
  if (!isLost || !isTakenOff(asked.key, court)) return false;
  return isOfOtherProvider(asked) || (provider !== 'logto' && !isTold);
}

/** Whether people took its status off it. An etcd has status and finalizer as they were written, the status first. */
function isTakenOff(key: string, { ledger }: Court): boolean {
  return ledger.broughtBack(key, 'backup') + ledger.tampered(key, ['wipe']) > 0;
}

/** Somebody wrote into its status what it names, and that was not made for it. */
function isMisnamed({ key, object }: Asked, { ledger }: Court): boolean {
  return ledger.tampered(key, ['other-id', 'newest-id']) > 0 && ledger.madeFor(object)?.owner?.key !== key;
}

/** What its status names, at whatever provider it says, is what another object names, or bears the mark of one. */
function isOfAnother({ cluster, object }: Asked, { ledger }: Court): boolean {
  if (ledger.madeFor(object)?.site === 'logto') return true;
  const { applicationId } = applicationOf(object);
  return cluster.hands
    .list(OAUTH_APPLICATIONS)
    .filter(({ metadata }) => metadata.uid !== object.metadata.uid)
    .some((other) => siteOf(other) === siteOf(object) && applicationOf(other).applicationId === applicationId);
}

/** What its status names bears the mark of an object elsewhere (protocol I5). */
function isAnothersByMark({ object }: Asked, { world }: Court): boolean {
  const { provider, applicationId = '' } = applicationOf(object);
  return provider === 'logto' && isMarkedAway(world().tenants, applicationId);
}

function placeOf({ key, cluster, object }: Asked): Losing {
  return { key, cluster: cluster.index, provider: applicationOf(object).provider };
}

/** Of the providers that there are the one that an object is drawn for can honour all that it says. */
function isElsewhere({ key, object }: Asked, { ledger, world }: Court): boolean {
  const planned = world().scenario.shape.applications.find((each) => keyOf(each) === key);
  return ledger.moved(key) > 0 && planned?.provider !== applicationOf(object).provider;
}

/** Somebody made, changed or kept a Secret where its own is to be, if in the last moment (protocol S2). */
function isObstructed(asked: Asked, { ledger }: Court): boolean {
  // With an etcd from before the installation goes the key of all seals.
  const isResealed = ledger.wentBack(asked.cluster.index);
  switch (standingFor(asked)) {
    case 'foreign':
      return (
        isResealed ||
        ledger.forestalled(asked.key) > 0 ||
        ledger.happened(asked.key, ['tamper-secret', 'restore-object']) > 0
      );
    case 'sealed':
      return isResealed || ledger.forged(asked.key);
    case 'nothing':
    case 'owned':
      return false;
  }
}

function isOfOtherProvider(asked: Asked): boolean {
  return providersTold(asked).some((told) => told !== applicationOf(asked.object).provider);
}

/**
 * Another cluster of the tenant has a registration that is marked for an object of this name, whose own status is lost, or
 * which was retained there (R4).
 */
function isNamedElsewhere({ key, cluster, object }: Asked, { ledger, world }: Court): boolean {
  const { namespace, name } = object.metadata;
  return ledger.made.some(
    (made) =>
      made.site === 'logto' &&
      (ledger.forgetful(key) || markOn(made, world())?.['retained'] === true) &&
      made.cluster !== cluster.index &&
      made.owner?.key.endsWith(`/${namespace}/${name}`) === true &&
      isStanding(world(), made),
  );
}

/** Registrations that objects name at its provider are not there. What a status names that somebody made up does not count. */
function areManyGone({ cluster, object }: Asked, { ledger, world }: Court): boolean {
  const held = cluster.hands
    .list(OAUTH_APPLICATIONS)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap((each) => namedBy(each, ledger) ?? sealedFor(each, cluster, ledger) ?? [])
    .filter((made) => made.site === siteOf(object));
  const gone = held.filter((made) => !isStanding(world(), made));
  return gone.length >= MASS && gone.length >= held.length * MASS_SHARE;
}

/** What its status names, and nothing else that was given its id after a restore. */
function namedBy(object: KubeObject, { made }: Ledger): Made | undefined {
  const { applicationId, clientId } = applicationOf(object);
  return made.find((each) => each.site === siteOf(object) && each.id === applicationId && each.clientId === clientId);
}

/** What its Secret names, where its status is lost (R12). */
function sealedFor(object: KubeObject, { hands }: Cluster, { made }: Ledger): Made | undefined {
  const { namespace } = object.metadata;
  const { boundTo, mounted } = applicationOf(object);
  const secret = boundTo === undefined ? hands.get({ resource: SECRETS, namespace, name: mounted.name }) : undefined;
  const held = secret && heldIn(secret);
  return made.find(
    (each) => each.site === siteOf(object) && each.id === held?.applicationId && each.clientId === held.clientId,
  );
}

/** An etcd from before the installation brings another one, which does not take a provider from the former by itself. */
function isServedByAnother({ cluster, object }: Asked, { ledger }: Court): boolean {
  const says = applicationOf(object).ready?.message.includes('ServedByAnother') === true;
  return says && ledger.wentBack(cluster.index);
}

/**
 * None of the registrations that objects name at its provider is there, and the etcd was put back, perhaps to before it said
 * with which credentials they were made (protocol I4).
 */
function isStrange({ cluster, object }: Asked, { ledger, world }: Court): boolean {
  if (applicationOf(object).ready?.message.includes('IdentityChanged') !== true) return false;
  const named = cluster.hands.list(OAUTH_APPLICATIONS).flatMap((each) => namedBy(each, ledger) ?? []);
  return (
    ledger.wentBack(cluster.index) && !named.some((made) => made.site === siteOf(object) && isStanding(world(), made))
  );
}

/** Where its registration is, or is to be. */
function siteOf(object: KubeObject): string | undefined {
  const { boundTo, provider } = applicationOf(object);
  return boundTo?.split('|')[0] ?? provider;
}
