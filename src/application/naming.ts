import { tidied } from '../idp/fields.ts';
import type { Seals } from './ports/seals.ts';

/** Length to which the base of a temporary name is clipped: no provider is known to refuse 64 characters in all. */
const BASE_LENGTH = 40;

/** Hexadecimal digits that say whose cluster a name comes from, and those that say which object's it is. */
const CLUSTER_LENGTH = 4;
const OBJECT_LENGTH = 12;

const TAG = new RegExp(` \\[k8s ([0-9a-f]{${CLUSTER_LENGTH}})[0-9a-f]{${OBJECT_LENGTH}}\\]$`);

type Digests = Pick<Seals, 'cluster' | 'digest' | 'keyed'>;

/** Names this many registrations old are still known again. */
const MOST_COUNTERS = 64;
const COUNTERS = Array.from({ length: MOST_COUNTERS + 1 }, (_, counter) => counter);

/**
 * The name under which a registration is born where it can carry no owner mark (protocol R5).
 *
 * Its tag is made with the installation's key: nobody else can call a registration of his so and have it taken. It
 * belongs to the registration, not to the attempt: the same object gets the same name until `counter` is raised,
 * which happens when the object parts from a registration. It is compared whole.
 */
export function temporaryName(displayName: string, uid: string, counter: number, seals: Digests): string {
  // One that came back otherwise than it was sent would not be known again.
  const base = Array.from(tidied(displayName)).slice(0, BASE_LENGTH).join('').trimEnd();
  return `${base} ${tagOf(uid, counter, seals)}`;
}

/** Every name that an object may have given, where nobody knows any more how often its counter was raised. */
export function possibleNames(displayName: string, uid: string, seals: Digests): readonly string[] {
  return COUNTERS.map((counter) => temporaryName(displayName, uid, counter, seals));
}

/** What the counter of the object was when it gave this name; `undefined` where it never did. */
export function counterIn(name: string, uid: string, seals: Digests): number | undefined {
  return COUNTERS.find((counter) => isNextNameOf(name, uid, counter, seals));
}

/**
 * Whether a name is one that this object gave, now or before its counter was raised. Where RBAC is lax a tenant can
 * write a status: a name that is not proved by its tag would let him take or delete whatever is called so.
 */
export function isTemporaryNameOf(name: string, uid: string, counter: number, seals: Digests): boolean {
  return countersTo(counter).some((each) => isNextNameOf(name, uid, each, seals));
}

function isNextNameOf(name: string, uid: string, counter: number, seals: Digests): boolean {
  return name.endsWith(` ${tagOf(uid, counter, seals)}`);
}

/** The tags of all names that an object gave, now or before its counter was raised. */
export function tagsOf(uid: string, counter: number, seals: Digests): readonly string[] {
  return countersTo(counter).map((each) => tagOf(uid, each, seals));
}

/** The tag that a temporary name ends with, of whatever cluster. */
export function tagIn(name: string): string | undefined {
  return TAG.exec(name)?.[0].trimStart();
}

/** Whether a name is a temporary one that some object of this cluster gave, one that is gone perhaps (protocol B4). */
export function isTemporaryNameOfCluster(name: string, seals: Pick<Digests, 'cluster' | 'digest'>): boolean {
  const [, cluster] = TAG.exec(name) ?? [];
  return cluster !== undefined && cluster === clusterPart(seals);
}

/** Whether a name is a temporary one that an object of any cluster gave. */
export function bearsTemporaryName(name: string): boolean {
  return TAG.test(name);
}

/** The tag of the name that an object gives with exactly this counter. */
export function tagOf(uid: string, counter: number, seals: Digests): string {
  const object = seals.keyed('temporary-name', JSON.stringify([seals.cluster, uid, counter])).slice(0, OBJECT_LENGTH);
  return `[k8s ${clusterPart(seals)}${object}]`;
}

function countersTo(counter: number): readonly number[] {
  return Array.from({ length: Math.min(counter, MOST_COUNTERS) + 1 }, (_, index) => counter - index);
}

function clusterPart({ cluster, digest }: Pick<Digests, 'cluster' | 'digest'>): string {
  return digest(JSON.stringify([cluster])).slice(0, CLUSTER_LENGTH);
}
