import type { Answer } from '../delivery.ts';
import { jsonAnswer } from '../delivery.ts';
import { shown } from './applications.ts';
import { INVALID_PAGINATION, invalid } from './refusal.ts';
import type { EmulatedApplication } from './registry.ts';
import type { Switches } from './switches.ts';
import type { Request } from './world.ts';

const LARGEST_PAGE = 1000;
const LARGEST_PAGE_WHERE_REFUSED = 100;

interface Page {
  readonly items: readonly EmulatedApplication[];
  /** The query that gives the next page. */
  readonly next: string | undefined;
}

/**
 * The answer to a list of these applications, in the shape and with the paging that the switches choose.
 *
 * @throws Refusal 422 for a page that is too large
 */
export function listAnswer(
  applications: readonly EmulatedApplication[],
  { query, path, origin }: Request,
  switches: Switches,
): Answer {
  const { items, next } = pageOf(applications, query, switches);
  const values = items.map((application) => shown(application, switches));
  const headers: Record<string, string> = {};
  const hints: Record<string, unknown> = {};

  if (switches.paging !== 'none' && switches.pagingHint === 'link' && next !== undefined) {
    headers['link'] = `<${origin}${path}?${next}>; rel="next"`;
  }
  if (switches.paging !== 'none' && switches.pagingHint === 'total') {
    headers['x-total-count'] = String(applications.length);
    hints['total'] = applications.length;
  }
  if (switches.paging === 'cursor' || switches.paging === 'since') {
    hints['has_more'] = next !== undefined;
    hints['next_cursor'] = items.at(-1)?.id ?? null;
  }
  return jsonAnswer(200, switches.list === 'array' ? values : { [switches.list]: values, ...hints }, headers);
}

function pageOf(all: readonly EmulatedApplication[], query: URLSearchParams, switches: Switches): Page {
  switch (switches.paging) {
    case 'none':
      return { items: all, next: undefined };
    case 'page': {
      const size = sizeIn(query.get('per_page'), switches);
      const page = numberOf(query.get('page'), 1);
      const items = all.slice((page - 1) * size, page * size);
      return { items, next: page * size < all.length ? `page=${page + 1}&per_page=${size}` : undefined };
    }
    case 'since':
    case 'cursor': {
      const size = sizeIn(query.get('limit'), switches);
      const after = Number(query.get(switches.paging) ?? 0);
      const rest = all.filter(({ id }) => id > after);
      const items = rest.slice(0, size);
      return { items, next: rest.length > size ? `${switches.paging}=${items.at(-1)?.id}&limit=${size}` : undefined };
    }
  }
}

function sizeIn(text: string | null, { pageSize, largePages }: Switches): number {
  const size = numberOf(text, pageSize);
  const isRefused = largePages !== 'clamped' && size > LARGEST_PAGE_WHERE_REFUSED;
  if (isRefused) throw invalid('base', INVALID_PAGINATION, `A page has at most ${LARGEST_PAGE_WHERE_REFUSED}`);
  return Math.min(size, LARGEST_PAGE);
}

function numberOf(text: string | null, otherwise: number): number {
  const number = Number(text ?? Number.NaN);
  return Number.isInteger(number) && number > 0 ? number : otherwise;
}
