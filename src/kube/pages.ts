import type { ObjectList } from './client.ts';
import { isGone, isTooLarge } from './errors.ts';

/** One answer to a list, as far as it was kept. */
export interface Page<T> extends ObjectList<T> {
  /** Where the next page begins; `undefined` after the last. */
  readonly next: string | undefined;
}

/** Asks for `size` objects at most, from where `next` says. */
type ReadPage<T> = (size: number, next: string | undefined) => Promise<Page<T>>;

/** Three tries lead from the largest page to one object. */
const SMALLER = 10;

/** What makes pages too large is most often a few objects, and the next ones are to cost no more requests than they must. */
const LARGER = 2;

/**
 * All pages of a consistent list. Begins anew, once, when its continue token expires between two pages. A page that is
 * larger than an answer may be is asked for in parts: a continue token goes with any limit.
 */
export async function everyPage<T>(pageSize: number, read: ReadPage<T>): Promise<ObjectList<T>> {
  try {
    return await inOrder(pageSize, read);
  } catch (error) {
    if (!isGone(error)) throw error;
    return inOrder(pageSize, read);
  }
}

async function inOrder<T>(pageSize: number, read: ReadPage<T>): Promise<ObjectList<T>> {
  const items: T[] = [];
  let size = pageSize;
  let next: string | undefined;
  for (;;) {
    const { page, size: fits } = await asLargeAsFits(size, next, read);
    for (const item of page.items) items.push(item);
    if (page.next === undefined) return { items, resourceVersion: page.resourceVersion };
    next = page.next;
    size = Math.min(pageSize, fits * LARGER);
  }
}

/** @throws TransportError `too-large` where one object is */
async function asLargeAsFits<T>(size: number, next: string | undefined, read: ReadPage<T>) {
  for (let tried = size; ; tried = Math.max(1, Math.floor(tried / SMALLER))) {
    try {
      return { page: await read(tried, next), size: tried };
    } catch (error) {
      if (!isTooLarge(error) || tried === 1) throw error;
    }
  }
}
