import type { Seals } from './ports.ts';

/** Length to which the base of a temporary name is clipped: no provider is known to refuse 64 characters in all. */
const BASE_LENGTH = 40;

const TAG_LENGTH = 12;

/** Names this many disappearances old are still known again. */
const MOST_COUNTERS = 64;

/**
 * The name under which a registration is born where it can carry no owner mark (protocol R5).
 *
 * It belongs to the registration, not to the attempt: the same object gets the same name until `counter` is raised,
 * which happens only after a confirmed disappearance. It is compared whole.
 */
export function temporaryName(displayName: string, uid: string, counter: number, seals: Seals): string {
  const base = Array.from(displayName).slice(0, BASE_LENGTH).join('').trimEnd();
  return `${base} ${tagOf(uid, counter, seals)}`;
}

/**
 * Whether a name is one that this object gave, now or before its counter was raised. Where RBAC is lax a tenant can
 * write a status: a name that is not proved by its tag would let him take or delete whatever is called so.
 */
export function isTemporaryNameOf(name: string, uid: string, counter: number, seals: Seals): boolean {
  const counters = Array.from({ length: Math.min(counter, MOST_COUNTERS) + 1 }, (_, index) => counter - index);
  return counters.some((each) => name.endsWith(` ${tagOf(uid, each, seals)}`));
}

function tagOf(uid: string, counter: number, seals: Seals): string {
  return `[k8s ${seals.digest(JSON.stringify([seals.cluster, uid, counter])).slice(0, TAG_LENGTH)}]`;
}
