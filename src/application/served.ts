import type { Facts } from './ports/applications.ts';

type Served = Facts['served'];

/** What a token can ask for, by its name in `status.served`. */
export type Kind = 'rotate' | 'reconcile' | 'retire' | 'anew';

/** Those that a tool may put back after another one was served. To look once more does no harm. */
const REMEMBERED = ['rotate', 'retire', 'anew'] as const satisfies readonly Kind[];

/** As many of one kind as the status can keep beside the last. */
const MOST_EARLIER = 10;

/** What is longer has been written by somebody else, and the status has no room for it. */
const LONGEST_TOKEN = 256;

/**
 * What counts as served once these tokens are, too (protocol T1). Those that they take the place of go on counting: a tool
 * that keeps an object as it stands in Git puts its token back after a person has set another one. Pure.
 */
export function withServed(before: Served, tokens: { readonly [Each in Kind]?: string | undefined }): Served {
  const said = Object.entries(tokens).filter(([, token]) => token !== undefined);
  if (said.length === 0) return before;
  const after = { ...before, ...Object.fromEntries(said) };
  const kept = REMEMBERED.map((kind) => [kind, earlierAfter(kind, before, after[kind])] as const);
  const earlier = Object.fromEntries(kept.filter(([, each]) => each.length > 0));
  return Object.keys(earlier).length === 0 ? after : { ...after, earlier };
}

/** Whether this token needs no more work. Pure. */
export function isServed(kind: Kind, token: string, served: Served): boolean {
  if (token === served?.[kind]) return true;
  return kind !== 'reconcile' && served?.earlier?.[kind]?.includes(token) === true;
}

function earlierAfter(kind: (typeof REMEMBERED)[number], before: Served, last: string | undefined): readonly string[] {
  const { [kind]: replaced, earlier } = before ?? {};
  const known = [...(earlier?.[kind] ?? []), ...(replaced === undefined ? [] : [replaced])];
  const kept = known.filter((token) => token !== '' && token !== last && token.length <= LONGEST_TOKEN);
  return [...new Set(kept)].slice(-MOST_EARLIER);
}
