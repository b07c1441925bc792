import { unexpectedFault } from './refusal.ts';

const FIELDS: readonly string[] = ['id', 'name', 'description'];
const MODES = ['exact', 'like', 'similar_to', 'posix'] as const;

type Mode = (typeof MODES)[number];

/** What can be searched. */
interface Searchable {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
}

interface Term {
  readonly field: string | undefined;
  readonly text: string;
  readonly mode: Mode;
}

/** The search in a query, as a predicate. @throws Refusal 500 for a field or a mode that there is not */
export function searchOf(query: URLSearchParams): (candidate: Searchable) => boolean {
  const terms = [...query].flatMap(([key, text]) => termOf(key, text, query));
  const isCaseSensitive = query.get('isCaseSensitive') === 'true';
  if (terms.length === 0) return () => true;

  return (candidate) => {
    const hits = (term: Term) =>
      textsOf(term, candidate).some((text) => matches(text, term, isCaseSensitive ? '' : 'i'));
    return query.get('joint') === 'and' ? terms.every(hits) : terms.some(hits);
  };
}

function termOf(key: string, text: string, query: URLSearchParams): readonly Term[] {
  const [, field] = /^search(?:\.(.+))?$/.exec(key) ?? [];
  if (key !== 'search' && field === undefined) return [];
  if (field !== undefined && !FIELDS.includes(field)) throw unexpectedFault();

  const wanted = query.get(field === undefined ? 'mode' : `mode.${field}`) ?? query.get('mode') ?? 'like';
  const mode = MODES.find((known) => known === wanted);
  if (mode === undefined) throw unexpectedFault();
  return [{ field, text, mode }];
}

function textsOf({ field }: Term, { id, name, description }: Searchable): readonly string[] {
  const texts: Readonly<Record<string, string>> = { id, name, description: description ?? '' };
  return field === undefined ? Object.values(texts) : [texts[field] ?? ''];
}

function matches(value: string, { text, mode }: Term, flags: string): boolean {
  switch (mode) {
    case 'exact':
      return new RegExp(`^${quoted(text)}$`, flags).test(value);
    case 'like':
      return new RegExp(`^${wild(quoted(text))}$`, `${flags}s`).test(value);
    case 'similar_to':
      return new RegExp(`^(?:${wild(text)})$`, `${flags}s`).test(value);
    case 'posix':
      return new RegExp(text, flags).test(value);
  }
}

function wild(pattern: string): string {
  return pattern.replaceAll('%', '.*').replaceAll('_', '.');
}

function quoted(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
