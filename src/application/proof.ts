import type { OAuthApplication } from '../api/application.ts';
import type { Inspection, Registration } from '../idp/provider.ts';
import { Blocked } from './blocked.ts';
import { factsOf } from './facts.ts';
import { isFree, type Kinship, kinshipOf } from './marks.ts';
import { claimantOf, claimsOf, isOlder, markedObject, nameFor, type Pass } from './pass.ts';
import { isSealed, means } from './shown.ts';
import { damageOn } from './standing.ts';

/**
 * Protocol I2, I5: before the registration that the status names is changed, the seal has to prove that it was registered
 * for this object, and where the provider stores marks, the mark that it bears now.
 *
 * Returns the registration as it is now where it had to be read for that.
 *
 * @throws Blocked
 */
export async function proveOurs(pass: Pass): Promise<Registration | undefined> {
  await proveSealed(pass);
  const { applicationId } = factsOf(pass.subject.application());
  if (applicationId === undefined || pass.provider.naming !== 'Marked') return undefined;
  return liveWithMark(applicationId, 'own', pass);
}

/**
 * As {@link proveOurs}, before something is done about its secrets. Returns what there is of them, where that can be read.
 *
 * @throws Blocked
 */
export async function proveWithSecrets(applicationId: string, pass: Pass): Promise<Inspection | undefined> {
  if (pass.provider.manners.secrets !== 'readable') {
    await proveOurs(pass);
    return undefined;
  }
  await proveSealed(pass);
  const inspection = await pass.provider.getWithSecrets(applicationId, claimantOf(pass), pass.signal);
  await proveMark(inspection.registration, 'own', pass);
  return inspection;
}

/**
 * What a mark has to say of a registration: that it is this very object's, that no object but this one or an earlier one
 * of its name can have it, or that no live object has it.
 */
export type MarkDemand = 'own' | 'own-or-former' | 'free';

/** What is known of a mark, as this object sees it. */
export interface MarkSight {
  readonly kinship: Kinship;
  readonly isFree: boolean;
}

export async function markSight({ mark }: Registration, pass: Pass): Promise<MarkSight> {
  const self = await markedObject(pass);
  const kinship = kinshipOf(mark, self, pass.ports.seals);
  const released = (uid: string): boolean => pass.provider.released(self.namespace, uid) === 'released';
  return { kinship, isFree: isFree(mark, kinship, released) };
}

/**
 * The registration as it is now, if its mark says this.
 *
 * @throws Blocked where it is another's, ProviderError `not-found` where it is gone
 */
export async function liveWithMark(id: string, demand: MarkDemand, pass: Pass): Promise<Registration> {
  const live = await pass.provider.get(id, claimantOf(pass), pass.signal);
  await proveMark(live, demand, pass);
  return live;
}

/** Whether the mark on what was just read says this, where the provider stores any. @throws Blocked */
async function proveMark(live: Registration, demand: MarkDemand, pass: Pass): Promise<void> {
  if (pass.provider.naming !== 'Marked') return;
  const sight = await markSight(live, pass);
  if (grants(sight, demand)) return;
  throw unproved(live.id, sight.kinship);
}

function unproved(id: string, kinship: Kinship): Blocked {
  if (kinship === 'damaged') return new Blocked('MarkDamaged', damageOn(id));
  return kinship === 'foreign-version'
    ? new Blocked(
        'ForeignVersion',
        `A later release of the operator marked registration ${id}, and this one does not touch it`,
      )
    : new Blocked('NameTaken', `Registration ${id} does not bear the owner mark of this object, so it is not touched`);
}

function grants({ kinship, isFree }: MarkSight, demand: MarkDemand): boolean {
  switch (demand) {
    case 'own':
      return kinship === 'own';
    case 'own-or-former':
      return kinship === 'own' || kinship === 'former';
    case 'free':
      return isFree;
  }
}

/**
 * Protocol I2: where RBAC is lax a tenant can write a status, and with it another's id.
 *
 * @throws Blocked
 */
export async function proveSealed(pass: Pass): Promise<void> {
  switch (await statusSeal(pass)) {
    case 'unneeded':
    case 'valid':
      return;
    case 'foreign-version':
      throw new Blocked(
        'ForeignVersion',
        'A later release of the operator sealed the status, and this one touches nothing',
      );
    case 'invalid':
      throw new Blocked(
        'SealInvalid',
        `status.seal does not prove that ${factsOf(pass.subject.application()).applicationId} was registered for this object: take the status off, and its own registration is found again`,
      );
  }
}

/**
 * Protocol I7, before what the status says is acted upon at the provider with no write of the object before it: a cache
 * that lags shows a registration that the object may have given up since.
 *
 * @throws Blocked, ClusterError `conflict` where the object is another by now, or `gone`
 */
export async function proveCurrent(pass: Pass): Promise<void> {
  await proveSealed(pass);
  await pass.ports.applications.confirm(pass.subject.application(), pass.signal);
}

/** What the seal of the status proves of the registration that it names; `unneeded`: it names none. */
export async function statusSeal(pass: Pass): Promise<'valid' | 'invalid' | 'foreign-version' | 'unneeded'> {
  const { applicationId, clientId, provider, seal } = factsOf(pass.subject.application());
  if (applicationId === undefined) return 'unneeded';
  if (provider === undefined || clientId === undefined) return 'invalid';
  return pass.ports.seals.verify(seal, { ...(await claimsOf(provider.identity, applicationId, pass)), clientId });
}

/** The seal for a registration of this object (protocol I2). */
export async function sealOf(applicationId: string, clientId: string | undefined, pass: Pass): Promise<string> {
  const { provider, ports } = pass;
  return ports.seals.seal({ ...(await claimsOf(provider.identity, applicationId, pass)), clientId });
}

/**
 * Other applications that hold this registration and can prove it (protocol R7, R12), oldest first. A status without a
 * valid seal proves nothing: a forged one must not take a registration from its owner.
 */
export function rivalsFor(id: string, pass: Pass): Promise<readonly OAuthApplication[]> {
  return proved(pass.ports.applications.withApplicationId(pass.provider.identity, id), id, pass);
}

/**
 * As {@link rivalsFor}, by a live list: for the moment in which a cache may not show yet what another pass wrote, and for
 * what it never shows.
 *
 * @throws Blocked where an object that cannot be read may hold it
 */
export async function liveRivalsFor(id: string, pass: Pass): Promise<readonly OAuthApplication[]> {
  const holding = await pass.ports.applications.holding(pass.provider.identity, id, pass.signal);
  if (holding !== 'unreadable') return proved(holding, id, pass);
  throw new Blocked(
    'ForeignVersion',
    `Registration ${id} may belong to an object that a later release of the operator wrote, so it is not touched`,
  );
}

/**
 * Protocol R12, before what this object does not hold is deleted or adopted: nobody else holds it, by a live list.
 *
 * @throws Blocked
 */
export async function proveUnheld(id: string, pass: Pass): Promise<void> {
  const [rival] = await liveRivalsFor(id, pass);
  if (rival === undefined) return;
  throw new Blocked('NameTaken', `Registration ${id} belongs to ${nameFor(rival, pass)}, so it is not touched`);
}

async function proved(
  others: readonly OAuthApplication[],
  id: string,
  { ports, provider, subject, signal }: Pass,
): Promise<readonly OAuthApplication[]> {
  const { uid } = subject.application().metadata;
  const registration = provider.known(id);
  const proved: OAuthApplication[] = [];
  for (const other of others) {
    if (other.metadata.uid === uid) continue;
    if (registration !== undefined && !means(other.status, registration)) continue;
    const namespaceUid = await ports.namespaces.uid(other.metadata.namespace, signal);
    if (isSealed(other, namespaceUid, ports.seals)) proved.push(other);
  }
  return proved.toSorted((one, other) => (isOlder(one, other) ? -1 : 1));
}
