import type { Answer } from '../delivery.ts';
import { jsonAnswer } from '../delivery.ts';
import { refusal } from './refusal.ts';
import type { Request } from './world.ts';

const LARGEST_PAGE = 100;
const USUAL_PAGE = 20;

/** Whether a list is paged without being asked to be. */
export type Paging = 'optional' | 'always';

/** The answer to a list, or to the page of it that the request asks for. @throws Refusal 400 or 422 */
export function pageAnswer(all: readonly unknown[], request: Request, paging: Paging): Answer {
  const { query } = request;
  if (paging === 'optional' && !query.has('page') && !query.has('page_size')) return jsonAnswer(200, all);

  const page = positive(query.get('page'), 1);
  const size = positive(query.get('page_size'), USUAL_PAGE);
  if (size > LARGEST_PAGE) throw invalidPagination();
  const items = all.slice((page - 1) * size, page * size);
  return jsonAnswer(200, items, { 'total-number': String(all.length), link: links(all.length, page, size, request) });
}

function positive(text: string | null, otherwise: number): number {
  if (text === null) return otherwise;
  const number = Number(text);
  if (Number.isNaN(number) || number < 1) throw invalidPagination();
  // What the database makes of a fraction.
  if (!Number.isInteger(number)) throw refusal({ status: 422, code: 'entity.invalid_input' });
  return number;
}

function invalidPagination() {
  return refusal({ status: 400, code: 'guard.invalid_pagination' });
}

/** The router does not know where it is mounted, so that these lack its `/api`: following one leads nowhere. */
function links(total: number, page: number, size: number, { origin, path, query }: Request): string {
  const last = Math.max(1, Math.ceil(total / size));
  const mounted = path.slice(path.indexOf('/api') + '/api'.length);
  const link = (rel: string, to: number) => {
    const turned = new URLSearchParams(query);
    turned.set('page', String(to));
    turned.set('page_size', String(size));
    return `<${origin}${mounted}?${turned}>; rel="${rel}"`;
  };
  return [
    link('first', 1),
    ...(page > 1 ? [link('prev', page - 1)] : []),
    link('last', last),
    ...(page < last ? [link('next', page + 1)] : []),
  ].join(', ');
}
