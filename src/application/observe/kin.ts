import type { Registration } from '../../idp/provider.ts';
import { isCopy, presumedBirths, wasGivenUp } from '../births.ts';
import { factsOf, hasFinalizer, isStatusLost } from '../facts.ts';
import { isGivenUp, type Kinship, kinshipOf, type MarkedObject, NOBODY } from '../marks.ts';
import { misfitOf } from '../misfit.ts';
import type { Inheritance, SecretView } from '../observed.ts';
import { freeOf, listedSinceKnown } from '../own-registrations.ts';
import { claimantOf, markedObject, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { knownBirths } from './births.ts';

interface Marked {
  readonly registration: Registration;
  readonly kinship: Kinship;
}

/** What bears the owner mark of this object, or of an earlier one of its name (protocol R4). */
export interface Kin {
  /** Made for this very object, other than the one in the status; oldest first. */
  readonly own: readonly Registration[];
  /** Ids of those that it gave up, and that bear its mark again since the provider was put back (protocol R10). */
  readonly givenUp: readonly string[];
  /** Ids of those that somebody made at the provider as a copy, mark and all: they are told of and left alone. */
  readonly copies: readonly string[];
  readonly inherited: Inheritance;
}

const NO_KIN: Kin = { own: [], givenUp: [], copies: [], inherited: { type: 'none' } };

/**
 * Looks for registrations by their owner mark. The listing with which the provider was taken into service, and every one
 * since, says what there is (protocol R3).
 */
export async function observeKin(facts: Facts, secret: SecretView, pass: Pass): Promise<Kin> {
  const { provider, subject, ports } = pass;
  const { applicationId } = facts;
  if (provider.naming !== 'Marked') return NO_KIN;
  const { namespace, name } = subject.application().metadata;
  const bearing = provider.marked(namespace, name).filter(({ id }) => id !== applicationId);
  if (bearing.length === 0) return NO_KIN;
  const self = await markedObject(pass);
  const kin = bearing.map((registration) => ({
    registration,
    kinship: kinshipOf(registration.mark, self, ports.seals),
  }));
  const isBack = ({ id }: Registration): boolean => wasGivenUp(facts.births, id);
  const isKept = (each: Registration): boolean => !isBack(each);
  const marked = {
    own: await freeOf(ofKinship(kin, 'own'), pass),
    former: await freeOf(ofKinship(kin, 'former'), pass),
  };
  const own = marked.own.filter(isKept);
  const former = marked.former.filter(isKept);
  const births = presumedBirths(knownBirths(facts, secret, pass), [...nobodys(namespace, pass), ...own, ...former]);
  // Sent again once it has settled, and late again (protocol O4).
  const onceMs = 2 * ports.settling.longestMs(provider.deadlineSeconds);
  const isOriginal = (each: Registration): boolean => !isCopy(each, births, onceMs);
  return {
    own: own.filter(isOriginal),
    givenUp: [...marked.own, ...marked.former].filter(isBack).map(({ id }) => id),
    copies: [...own, ...former].filter((each) => !isOriginal(each)).map(({ id }) => id),
    inherited:
      applicationId === undefined ? await inheritedFrom(former.filter(isOriginal), kin, self, pass) : NO_KIN.inherited,
  };
}

/** Whether the object and its registration are to part for good: it is deleted, or given up. */
export function isGivingUp({ desired: { lifecycle, requests } }: Pass): boolean {
  return lifecycle === 'deleted' || requests.registerAnew !== undefined;
}

/**
 * Who parts from a registration looks again, since nobody does later: a create that was sent twice on its way, or a status
 * that was lost, leaves a registration that no listing from before shows (protocol D1, R3, R5). Where there is a mark this
 * is needed before a deletion alone: in every other case a later listing finds it by its mark.
 */
export async function lookOnceMore({ applicationId }: Facts, pass: Pass): Promise<void> {
  const { provider, subject, desired } = pass;
  if (provider.naming === 'Final' || !hasFinalizer(subject.application())) return;
  if (provider.naming === 'Marked' && desired.lifecycle !== 'deleted') return;
  await listedSinceKnown(applicationId, pass);
}

/**
 * What was under way when a status was lost is written down nowhere. Milliseconds until it can have no effect any more
 * (protocol O4); 0 from then on, with a listing that shows what it made (R3), and where no status was lost.
 */
export async function lossSettlesIn(pass: Pass): Promise<number> {
  const { provider, subject, ports, signal } = pass;
  const application = subject.application();
  const loss = `loss of ${application.metadata.uid}`;
  if (!isStatusLost(application)) {
    ports.settling.forget(loss);
    return 0;
  }
  const remainingMs = ports.settling.remainingMs(loss, provider.deadlineSeconds);
  if (remainingMs > 0) return remainingMs;
  await provider.listing(ports.settling.settledAtMs(loss, provider.deadlineSeconds), claimantOf(pass), signal);
  return 0;
}

/** What was given up in this namespace: an original before any copy of it, which its object did not hold (protocol R10). */
function nobodys(namespace: string, { provider, ports }: Pass): readonly Registration[] {
  return provider.marked(namespace, NOBODY).filter(({ mark }) => isGivenUp(mark, ports.seals));
}

async function inheritedFrom(
  [former]: readonly Registration[],
  kin: readonly Marked[],
  self: MarkedObject,
  pass: Pass,
): Promise<Inheritance> {
  if (former !== undefined) return takeable(former, 'former', pass);
  const [freed] = await freeOf(released(kin, self, pass), pass);
  if (freed !== undefined) return takeable(freed, 'released', pass);
  const facts = factsOf(pass.subject.application());
  // Who has had a registration goes on without what others left: nothing of that is in question any more.
  if ((facts.anew ?? 0) > 0) return NO_KIN.inherited;
  const [earlier] = await freeOf(ofKinship(kin, 'former-namespace'), pass);
  if (earlier !== undefined) return unreleased(earlier, 'an earlier namespace of this name');
  // What lives there is none of ours, unless its object was restored here, which comes without a status.
  const elsewhere = ofKinship(kin, 'another-cluster').filter(
    ({ mark }) => mark.type === 'mark' && (mark.mark.retained || isStatusLost(pass.subject.application())),
  );
  const [other] = await freeOf(elsewhere, pass);
  return other === undefined
    ? NO_KIN.inherited
    : unreleased(other, 'another cluster, or another installation of the operator');
}

/** A deletion has no need of what the spec says. */
function takeable(registration: Registration, by: 'former' | 'released', pass: Pass): Inheritance {
  const misfit = pass.desired.lifecycle === 'deleted' ? undefined : misfitOf(registration, pass);
  return misfit === undefined ? { type: 'takeable', of: by, registration } : { type: 'unfit', misfit };
}

/** Protocol R10: a person said that this namespace goes on with what an earlier one of its name left. */
function released(kin: readonly Marked[], { namespace }: MarkedObject, { provider }: Pass): readonly Registration[] {
  return [...ofKinship(kin, 'former-namespace'), ...ofKinship(kin, 'another-cluster')].filter(
    ({ mark }) => mark.type === 'mark' && provider.released(namespace, mark.mark.namespaceUid) === 'released',
  );
}

function unreleased(registration: Registration, by: string): Inheritance {
  const namespaceUid = registration.mark.type === 'mark' ? registration.mark.mark.namespaceUid : '';
  return { type: 'unreleased', id: registration.id, by, namespaceUid };
}

function ofKinship(kin: readonly Marked[], kinship: Kinship): readonly Registration[] {
  return kin.filter((each) => each.kinship === kinship).map(({ registration }) => registration);
}
