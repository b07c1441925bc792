import type { Side } from './fuse.ts';

/** A place to die in a flow. */
export interface Death {
  readonly call: string;
  readonly at: number;
  readonly side: Side;
}

/**
 * To die before a call, or around one that only reads, is to leave the world as the last call with an effect left it:
 * such deaths are one, and only the first of them has no call before it.
 */
export function deathsIn(calls: readonly string[]): readonly Death[] {
  const first = calls.findIndex(hasEffect);
  return calls.flatMap((call, at): readonly Death[] => {
    if (!hasEffect(call)) return [];
    const after: Death = { call, at, side: 'after' };
    return at === first ? [{ call, at, side: 'before' }, after] : [after];
  });
}

function hasEffect(call: string): boolean {
  return !/^(get|list|rehearse|GET)|\/(oauth|oidc)\/token$/.test(call);
}

const AT_ONCE = 8;

/** What `work` comes to for all of them, some at a time. */
export async function everyOf<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) results.push(...(await work(item)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
