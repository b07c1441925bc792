import type { Seals } from './ports.ts';

/** Length to which the base of a temporary name is clipped: no provider is known to refuse 64 characters in all. */
const BASE_LENGTH = 40;

const TAG_LENGTH = 12;

/**
 * The name under which a registration is born where it can carry no owner mark (protocol R5).
 *
 * It belongs to the registration, not to the attempt: the same object gets the same name until `counter` is raised,
 * which happens only after a confirmed disappearance. It is compared whole.
 */
export function temporaryName(displayName: string, uid: string, counter: number, seals: Seals): string {
  const tag = seals.digest(JSON.stringify([seals.cluster, uid, counter])).slice(0, TAG_LENGTH);
  const base = Array.from(displayName).slice(0, BASE_LENGTH).join('').trimEnd();
  return `${base} [k8s ${tag}]`;
}
