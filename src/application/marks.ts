import { MARK_VERSION, type MarkView, type OwnerMark } from '../idp/owner-mark.ts';
import type { Seals } from './ports/seals.ts';

/** The object that a mark speaks of, or is held against. */
export interface MarkedObject {
  readonly namespaceUid: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Whose a registration is, as seen from one object (protocol I5, R4).
 *
 * - `own`: made for this very object.
 * - `former`: for an earlier one of the same name in the same namespace, which is gone, since there is one of a name at a
 *   time.
 * - `former-namespace`: for one of the same name in an earlier namespace of the same name.
 * - `another-cluster`: for one of the same name that another cluster or installation has or had.
 * - `stranger`: for another object.
 * - `unmarked`: for none.
 * - `given-up`: for none any more, as a person asked.
 * - `foreign-version`: a later release marked it, and this one cannot say.
 * - `damaged`: nobody can say.
 */
export type Kinship =
  | 'own'
  | 'former'
  | 'former-namespace'
  | 'another-cluster'
  | 'stranger'
  | 'unmarked'
  | 'given-up'
  | 'foreign-version'
  | 'damaged';

/** How the operation begins that put a mark on a registration which a person had made. */
export const ADOPTED = 'adopted-';

/** Whether an operation of ours made the registration, so that its first secret was seen by nobody else. Pure. */
export function wasBornOurs(view: MarkView): boolean {
  return view.type === 'mark' && !view.mark.operation.startsWith(ADOPTED);
}

type Keys = Pick<Seals, 'installation' | 'cluster' | 'keyed'>;

/** The mark of a registration that this object holds. */
export function markFor(
  object: MarkedObject,
  { operation, retained }: Pick<OwnerMark, 'operation' | 'retained'>,
  seals: Keys,
): OwnerMark {
  const { installation, cluster } = seals;
  const { namespaceUid, uid, namespace, name } = object;
  const mark = {
    v: MARK_VERSION,
    installation,
    cluster,
    namespaceUid,
    uid,
    namespace,
    name,
    operation,
    retained,
  } as const;
  return { ...mark, proof: proofOf(mark, seals) };
}

/** What {@link markOfNobody} says in place of a uid and of a name, which no object has. */
export const NOBODY = '';

/**
 * The mark of a registration that its object gave up (protocol R10): from now on it is nobody's.
 *
 * @param operation the one that made it, by which a copy of it is known (R4); '' where nothing tells
 */
export function markOfNobody(object: MarkedObject, operation: string, seals: Keys): OwnerMark {
  return markFor({ ...object, uid: NOBODY, name: NOBODY }, { operation, retained: false }, seals);
}

/** Whether its object gave the registration with this mark up: what {@link kinshipOf} calls `given-up`. Pure. */
export function isGivenUp(view: MarkView, seals: Keys): boolean {
  return view.type === 'mark' && view.mark.uid === NOBODY && isGenuine(view.mark, seals);
}

/** Whose a registration with this mark is. Pure. */
export function kinshipOf(view: MarkView, self: MarkedObject, seals: Keys): Kinship {
  if (view.type === 'none') return 'unmarked';
  if (view.type !== 'mark') return view.type;
  const { mark } = view;
  const isNamesake = mark.namespace === self.namespace && mark.name === self.name;
  if (!isGenuine(mark, seals)) return isNamesake ? 'another-cluster' : 'stranger';
  if (mark.uid === NOBODY) return 'given-up';
  if (mark.uid === self.uid) return 'own';
  if (!isNamesake) return 'stranger';
  return mark.namespaceUid === self.namespaceUid ? 'former' : 'former-namespace';
}

/**
 * Whether no other live object has the registration, as far as its mark tells. Whoever proves a claim by a seal or by a
 * person's word may then take it. Pure.
 *
 * @param released whether a person lets the namespace take over what this earlier one left (protocol R10)
 */
export function isFree(view: MarkView, kinship: Kinship, released: (namespaceUid: string) => boolean): boolean {
  switch (kinship) {
    case 'own':
    case 'former':
    case 'unmarked':
    case 'given-up':
      return true;
    case 'former-namespace':
    case 'another-cluster':
      return view.type === 'mark' && (view.mark.retained || released(view.mark.namespaceUid));
    case 'stranger':
      return view.type === 'mark' && view.mark.retained;
    case 'foreign-version':
    case 'damaged':
      return false;
  }
}

/** Whether this installation made the mark, in this cluster and for this very object: what {@link kinshipOf} calls `own`. */
export function isOwn(view: MarkView, { uid }: Pick<MarkedObject, 'uid'>, seals: Keys): boolean {
  return view.type === 'mark' && view.mark.uid === uid && isGenuine(view.mark, seals);
}

/** Whether this installation made the mark, in this cluster. Who may write at the provider can forge all but the proof. */
export function isGenuine(mark: OwnerMark, seals: Keys): boolean {
  return (
    mark.installation === seals.installation && mark.cluster === seals.cluster && mark.proof === proofOf(mark, seals)
  );
}

function proofOf(mark: Omit<OwnerMark, 'proof'>, { keyed }: Keys): string {
  const { v, installation, cluster, namespaceUid, uid, namespace, name, operation, retained } = mark;
  return keyed(
    'owner-mark',
    JSON.stringify([v, installation, cluster, namespaceUid, uid, namespace, name, operation, retained]),
  );
}
