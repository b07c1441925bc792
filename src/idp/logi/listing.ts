import { z } from 'zod';
import { ProviderError } from '../errors.ts';
import type { Answer } from '../http.ts';
import { JsonObject, MOST_ELEMENTS, tooMany } from '../json.ts';
import type { Registration } from '../provider.ts';
import type { LogiCall } from './api.ts';
import { unreadable } from './errors.ts';
import { registrationOf } from './wire.ts';

type Query = Readonly<Record<string, string>>;

/** One page. `total` is what the server says that there are in all. */
interface Page {
  /** As many as the page has elements, repeated ones and all. */
  readonly registrations: readonly Registration[];
  readonly total: number | undefined;
  readonly more: 'yes' | 'no' | 'maybe';
  /** The query of the next page, where the answer says it. */
  readonly next: Query | undefined;
}

/** One reading from the first page to the last. */
interface Run {
  readonly registrations: ReadonlyMap<string, Registration>;
  readonly total: number | undefined;
  readonly pieces: 'one' | 'several';
}

/** Whether the list is paged is not documented. A server that pages takes one of these, one that does not takes none. */
const LARGEST_PAGE: Query = { per_page: '1000', limit: '1000' };

/** A server that never ends is not believed. */
const MAX_PAGES = 100;

/** No server pages by less. A longer list without any sign of paging may be cut off, and the next page is asked for. */
const SMALLEST_PAGE = 10;

/** What servers say, beside `null`, for want of a further page. */
const NO_FURTHER: ReadonlySet<string> = new Set(['', '0']);

const Count = z.number().int().nonnegative().optional().catch(undefined);
const Cursor = z
  .union([z.string(), z.number().transform(String)])
  .transform((cursor) => (NO_FURTHER.has(cursor) ? undefined : cursor))
  .optional()
  .catch(undefined);

const Signs = z.object({
  has_more: z.boolean().optional().catch(undefined),
  next_cursor: Cursor,
  next_page: Cursor,
  total: Count,
  total_count: Count,
});

/**
 * Every application that the key can see: in one piece, or by two paged runs that agree (protocol R3).
 *
 * @throws ProviderError `unavailable` when the list changed while it was read; `malformed` when an element has no id or
 *   when there are more that cannot be reached
 */
export async function listApplications(call: LogiCall, signal: AbortSignal): Promise<readonly Registration[]> {
  const { size, first } = await firstRun(call, signal);
  if (first.pieces === 'several' && !agree(first, await run(call, size, signal))) {
    const message = 'The list of applications changed while it was read.';
    throw new ProviderError('unavailable', message, { effect: 'unknown' });
  }
  return [...first.registrations.values()];
}

/** By these a request is refused for what it says, by logi or by what stands in front of it, in whatever form. */
const REFUSED_SIZE: ReadonlySet<number | undefined> = new Set([400, 414, 422]);

/** A server that refuses the size of the pages is asked without one. */
async function firstRun(call: LogiCall, signal: AbortSignal): Promise<{ readonly size: Query; readonly first: Run }> {
  try {
    return { size: LARGEST_PAGE, first: await run(call, LARGEST_PAGE, signal) };
  } catch (error) {
    const isRefused =
      error instanceof ProviderError && (error.code === 'rejected' || REFUSED_SIZE.has(error.details.status));
    if (!isRefused) throw error;
    return { size: {}, first: await run(call, {}, signal) };
  }
}

async function run(call: LogiCall, size: Query, signal: AbortSignal): Promise<Run> {
  const registrations = new Map<string, Registration>();
  let query = size;
  let pieces = 0;
  let read = 0;
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const known = registrations.size;
    const page = await readPage(call, query, MOST_ELEMENTS - read, signal);
    read += page.registrations.length;
    for (const registration of page.registrations) registrations.set(registration.id, registration);

    const isNews = registrations.size > known;
    if (isNews) pieces += 1;
    const more = page.total !== undefined && page.total > registrations.size ? 'yes' : page.more;
    if (more === 'no' || (more === 'maybe' && !isNews)) {
      return { registrations, total: page.total, pieces: pieces > 1 ? 'several' : 'one' };
    }
    const next = isNews ? (page.next ?? { ...size, page: String(number + 1) }) : underOtherName(query);
    if (next === undefined) break;
    query = next;
  }
  throw new ProviderError('malformed', 'logi has more applications than its list lets us see.', { effect: 'unknown' });
}

function agree(first: Run, second: Run): boolean {
  const ids = new Set(first.registrations.keys());
  return first.total === second.total && ids.symmetricDifference(new Set(second.registrations.keys())).size === 0;
}

async function readPage(call: LogiCall, query: Query, most: number, signal: AbortSignal): Promise<Page> {
  const answer = await call('list', { query }, signal);
  const elements = elementsOf(answer);
  if (elements.length > most) throw tooMany('logi', 'applications');
  const registrations = elements.map((element) => {
    const registration = registrationOf(element);
    if (registration === undefined) throw unreadable(answer);
    return registration;
  });

  const signs = signsOf(answer);
  const next = nextOf(answer, signs, query);
  return { registrations, total: signs.total, more: moreOf(signs, next, elements.length), next };
}

function moreOf({ hasMore, total }: SignsOfPaging, next: Query | undefined, length: number): Page['more'] {
  if (next !== undefined || hasMore === true) return 'yes';
  const isLong = length >= SMALLEST_PAGE;
  return isLong && hasMore === undefined && total === undefined ? 'maybe' : 'no';
}

function elementsOf(answer: Answer): readonly unknown[] {
  const value = answer.content.type === 'json' ? answer.content.value : undefined;
  const object = JsonObject.safeParse(value).data ?? {};
  const elements = [value, object['applications'], object['oauth_applications'], object['data']].find(Array.isArray);
  if (elements === undefined) throw unreadable(answer);
  return elements;
}

interface SignsOfPaging {
  readonly hasMore: boolean | undefined;
  readonly cursor: string | undefined;
  readonly page: string | undefined;
  readonly total: number | undefined;
}

/** They stand at the top, or under one of the usual names. */
function signsOf({ content, headers }: Answer): SignsOfPaging {
  const body = JsonObject.safeParse(content.type === 'json' ? content.value : undefined).data ?? {};
  const signs = [body, body['meta'], body['pagination']].flatMap((place) => Signs.safeParse(place).data ?? []);
  const count = headers['x-total-count'];
  return {
    hasMore: signs.find(({ has_more }) => has_more !== undefined)?.has_more,
    cursor: signs.find(({ next_cursor }) => next_cursor !== undefined)?.next_cursor,
    page: signs.find(({ next_page }) => next_page !== undefined)?.next_page,
    total:
      signs.map(({ total, total_count }) => total ?? total_count).find((total) => total !== undefined) ??
      (count !== undefined && /^\d{1,9}$/.test(count) ? Number(count) : undefined),
  };
}

/** Who does not know a cursor gives the page before again: the one list whose paging is documented takes it as `since`. */
function underOtherName({ cursor, ...query }: Query): Query | undefined {
  return cursor === undefined ? undefined : { ...query, since: cursor };
}

/** Of a link only the query is taken, so that the key goes nowhere else (RFC 8288). */
function nextOf({ headers }: Answer, { hasMore, cursor, page }: SignsOfPaging, query: Query): Query | undefined {
  if (hasMore === false) return undefined;
  const target = /<[^<>?]*\?([^<>#]*)(?:#[^<>]*)?>\s*;[^,<]*\brel="?next\b/i.exec(headers['link'] ?? '')?.[1];
  if (target !== undefined) return Object.fromEntries(new URLSearchParams(target));
  if (page !== undefined) return { ...query, page };
  const name = query['since'] === undefined ? 'cursor' : 'since';
  return cursor === undefined ? undefined : { ...query, [name]: cursor };
}
