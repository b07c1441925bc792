import type { Registration } from '../../idp/provider.ts';
import { type Kinship, kinshipOf, type MarkedObject } from '../marks.ts';
import type { Inheritance } from '../observed.ts';
import { claimantOf, hasFinalizer, markedObject, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { freeOf, RECENT_MS } from './registration.ts';

interface Marked {
  readonly registration: Registration;
  readonly kinship: Kinship;
}

/** What bears the owner mark of this object, or of an earlier one of its name (protocol R4). */
export interface Kin {
  /** Made for this very object, other than the one in the status; oldest first. */
  readonly own: readonly Registration[];
  /** Ids of those that bear a copy of the mark on the one in the status, which somebody made at the provider. */
  readonly copies: readonly string[];
  readonly inherited: Inheritance;
}

const NO_KIN: Kin = { own: [], copies: [], inherited: { type: 'none' } };

/** Within it a create that was sent twice makes both of its registrations, ms. */
const ONE_CREATE_MS = 600_000;

/**
 * Looks for registrations by their owner mark. The listing with which the provider was taken into service, and every one
 * since, says what there is (protocol R3); a deletion whose status is lost looks again, since nothing comes after it.
 */
export async function observeKin(pass: Pass, { applicationId, provider: bound }: Facts): Promise<Kin> {
  const { provider, subject, ports, desired, signal } = pass;
  if (provider.naming !== 'Marked') return NO_KIN;
  const { namespace, name } = subject.application().metadata;
  if (desired.lifecycle === 'deleted' && bound === undefined && hasFinalizer(subject.application())) {
    await provider.listing(ports.monotonicMs() - RECENT_MS, claimantOf(pass), signal);
  }
  const bearing = provider.marked(namespace, name).filter(({ id }) => id !== applicationId);
  if (bearing.length === 0) return NO_KIN;
  const self = await markedObject(pass);
  const kin = bearing.map((registration) => ({
    registration,
    kinship: kinshipOf(registration.mark, self, ports.seals),
  }));
  const held = applicationId === undefined ? undefined : provider.known(applicationId);
  const [own, copies] = partition(of(kin, 'own'), (each) => !isCopy(each, held));
  const inherited = applicationId === undefined ? await inheritedFrom(kin, self, pass) : NO_KIN.inherited;
  return { own: await freeOf(own, pass), copies: copies.map(({ id }) => id), inherited };
}

/**
 * Whoever copies a registration at the provider, mark and all, has made one of his own: it is told of and left alone. A
 * twin that one create made bears the same operation, too, and is as old as the other.
 */
function isCopy({ mark, facts }: Registration, held: Registration | undefined): boolean {
  if (mark.type !== 'mark' || held?.mark.type !== 'mark') return false;
  if (mark.mark.operation !== held.mark.mark.operation) return false;
  const apartMs = Math.abs(Date.parse(facts.createdAt ?? '') - Date.parse(held.facts.createdAt ?? ''));
  return !(apartMs <= ONE_CREATE_MS);
}

function partition<T>(all: readonly T[], isFirst: (each: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((each) => !isFirst(each))];
}

async function inheritedFrom(kin: readonly Marked[], self: MarkedObject, pass: Pass): Promise<Inheritance> {
  const [former] = await freeOf(of(kin, 'former'), pass);
  if (former !== undefined) return { type: 'takeable', of: 'former', registration: former };
  const [freed] = await freeOf(released(kin, self, pass), pass);
  if (freed !== undefined) return { type: 'takeable', of: 'released', registration: freed };
  const [earlier] = await freeOf(of(kin, 'former-namespace'), pass);
  if (earlier !== undefined) return withheld(earlier, 'an earlier namespace of this name');
  const elsewhere = of(kin, 'another-cluster').filter(
    ({ mark }) => mark.type === 'mark' && isLeft(mark.mark.retained, pass),
  );
  const [other] = await freeOf(elsewhere, pass);
  return other === undefined
    ? NO_KIN.inherited
    : withheld(other, 'another cluster, or another installation of the operator');
}

/** Protocol R10: a person said that this namespace goes on with what an earlier one of its name left. */
function released(kin: readonly Marked[], { namespace }: MarkedObject, { provider }: Pass): readonly Registration[] {
  return [...of(kin, 'former-namespace'), ...of(kin, 'another-cluster')].filter(
    ({ mark }) => mark.type === 'mark' && provider.released(namespace, mark.mark.namespaceUid) === 'released',
  );
}

/** What lives in another cluster is none of ours; what was left there, or comes with a restored object, may be. */
function isLeft(retained: boolean, { subject }: Pass): boolean {
  return retained || hasFinalizer(subject.application());
}

function withheld(registration: Registration, by: string): Inheritance {
  const namespaceUid = registration.mark.type === 'mark' ? registration.mark.mark.namespaceUid : '';
  return { type: 'withheld', id: registration.id, by, namespaceUid };
}

function of(kin: readonly Marked[], kinship: Kinship): readonly Registration[] {
  return kin.filter((each) => each.kinship === kinship).map(({ registration }) => registration);
}
