import type { Registration } from '../idp/provider.ts';
import { ADOPTED } from './marks.ts';
import type { Facts } from './ports/applications.ts';

/** Which operation made, or took over, which registration (protocol R4). */
export type BirthRecord = NonNullable<Facts['births']>[number];

/** Bound of `status.births`. */
const MOST_BIRTHS = 10;

/** Bound of an operation's id in the status. Whoever forges a mark may write a longer one. */
const LONGEST_OPERATION = 128;

/**
 * What the mark on a registration says of its birth; `undefined` where it says nothing. It proves nothing by itself:
 * whether the mark is genuine is asked by whoever reads it. Pure.
 */
export function birthIn({ id, mark, facts }: Registration): BirthRecord | undefined {
  const operation = mark.type === 'mark' ? mark.mark.operation : '';
  if (!isOperation(operation)) return undefined;
  return { operation, applicationId: id, createdAt: facts.createdAt };
}

/** Whether a status can hold this as the id of an operation. Pure. */
export function isOperation(text: string): boolean {
  return text !== '' && text.length <= LONGEST_OPERATION;
}

/** `births` with this one as the newest; the oldest of too many is forgotten. Pure. */
export function withBirth(births: readonly BirthRecord[] | undefined, birth: BirthRecord): readonly BirthRecord[] {
  const others = (births ?? []).filter((other) => !isSame(other, birth));
  return [...others, birth].slice(-MOST_BIRTHS);
}

/** `births` with the one of this registration ended by a person, at `givenUpAt`. Pure. */
export function withGivenUp(
  births: readonly BirthRecord[] | undefined,
  id: string,
  givenUpAt: string,
): readonly BirthRecord[] {
  const birth = latestOf(births, id);
  return birth === undefined ? (births ?? []) : withBirth(births, { ...birth, givenUpAt });
}

/** Whether a person gave up the registration with this id, and nobody has taken it again since. Pure. */
export function wasGivenUp(births: readonly BirthRecord[] | undefined, id: string): boolean {
  return latestOf(births, id)?.givenUpAt !== undefined;
}

/** Whether this very birth is among them. Pure. */
export function isNoted(births: readonly BirthRecord[] | undefined, birth: BirthRecord): boolean {
  return births?.some((other) => isSame(other, birth)) === true;
}

/** The operation that made, or took over, the registration with this id. Pure. */
export function operationBehind(births: readonly BirthRecord[] | undefined, id: string): string | undefined {
  return latestOf(births, id)?.operation;
}

/**
 * Whether somebody copied it at the provider, mark and all. A copy bears an operation that made another registration. So
 * does a twin out of a create that was sent twice, but that is as old as the other. Pure.
 *
 * @param onceMs within it a create that was sent twice makes both of its registrations
 */
export function isCopy(registration: Registration, births: readonly BirthRecord[], onceMs: number): boolean {
  const birth = birthIn(registration);
  if (birth === undefined) return false;
  const siblings = births.filter(({ operation }) => operation === birth.operation);
  return siblings.length > 0 && !siblings.some((other) => isSame(other, birth) || isOfOneCreate(other, birth, onceMs));
}

/**
 * Known births, and one for each operation that they do not tell of: the first registration that bears it is taken for the
 * original. Pure.
 */
export function presumedBirths(
  known: readonly BirthRecord[],
  bearers: readonly Registration[],
): readonly BirthRecord[] {
  const births = [...known];
  for (const birth of bearers.flatMap((bearer) => birthIn(bearer) ?? [])) {
    if (!births.some(({ operation }) => operation === birth.operation)) births.push(birth);
  }
  return births;
}

function latestOf(births: readonly BirthRecord[] | undefined, id: string): BirthRecord | undefined {
  return births?.findLast(({ applicationId }) => applicationId === id);
}

function isSame(one: BirthRecord, other: BirthRecord): boolean {
  return one.operation === other.operation && one.applicationId === other.applicationId;
}

/** What a person had made was made by no create of ours. */
function isOfOneCreate(one: BirthRecord, other: BirthRecord, onceMs: number): boolean {
  if (one.operation.startsWith(ADOPTED)) return false;
  const apartMs = Math.abs(Date.parse(one.createdAt ?? '') - Date.parse(other.createdAt ?? ''));
  return apartMs <= onceMs;
}
