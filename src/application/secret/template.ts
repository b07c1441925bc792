import { Redacted } from '../../credentials.ts';

/** What a key can hold, and a placeholder stand for. */
export type Part = (typeof PARTS)[number];
type Filter = (typeof FILTERS)[number];

type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'value'; readonly part: Part; readonly filters: readonly Filter[] };

/** A text of `spec.secret.template.data`, taken apart. What fills it is never taken apart again. */
export interface Template {
  readonly type: 'template';
  readonly pieces: readonly Piece[];
}

/** A text that is no template. `message` quotes nothing of it: a user may have written a secret into it. */
export interface Malformed {
  readonly type: 'malformed';
  readonly message: string;
}

/** Every {@link Part}. */
export const PARTS = ['clientId', 'clientSecret', 'issuer', 'previousClientSecret'] as const;
const FILTERS = ['json', 'base64', 'url'] as const;
const MOST_FILTERS = 3;

const OPENING = '${';
const ESCAPE = 'a literal ${ is written $${';

/**
 * Takes a text apart: `${part}` and `${part|filter|filter}` are placeholders, `$${` is a literal `${`, and
 * everything else is text. Pure; takes time in proportion to the length of the text.
 */
export function parseTemplate(text: string): Template | Malformed {
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = text.indexOf(OPENING); at !== -1; at = text.indexOf(OPENING, from)) {
    const inside = at + OPENING.length;
    if (text[at - 1] === '$') {
      pieces.push({ type: 'text', text: `${text.slice(from, at - 1)}${OPENING}` });
      from = inside;
      continue;
    }
    const end = text.indexOf('}', inside);
    if (end === -1) return malformed(`a placeholder has no closing }; ${ESCAPE}`);
    const placeholder = placeholderOf(text.slice(inside, end));
    if (placeholder.type === 'malformed') return placeholder;
    pieces.push({ type: 'text', text: text.slice(from, at) }, placeholder);
    from = end + 1;
  }
  return { type: 'template', pieces: [...pieces, { type: 'text', text: text.slice(from) }] };
}

/** Names are looked up in lists: an object would know `constructor`, too. */
function placeholderOf(expression: string): Piece | Malformed {
  const [name, ...rest] = expression.split('|', MOST_FILTERS + 2);
  const part = PARTS.find((known) => known === name);
  if (part === undefined) {
    const known = PARTS.map((word) => `${OPENING}${word}}`).join(', ');
    return malformed(`a placeholder is none of ${known}; ${ESCAPE}`);
  }
  if (rest.length > MOST_FILTERS) return malformed(`a placeholder has more than ${MOST_FILTERS} filters`);
  const filters = rest.flatMap((word) => FILTERS.find((known) => known === word) ?? []);
  if (filters.length < rest.length) return malformed(`a filter is none of ${FILTERS.join(', ')}`);
  return { type: 'value', part, filters };
}

function malformed(message: string): Malformed {
  return { type: 'malformed', message };
}

/** Whether the template has a placeholder for the part. */
export function asksFor({ pieces }: Template, part: Part): boolean {
  return pieces.some((piece) => piece.type === 'value' && piece.part === part);
}

/** The template with its placeholders replaced; one whose value is not there is replaced by nothing. */
export function fill({ pieces }: Template, values: Readonly<Record<Part, Redacted | undefined>>): Redacted {
  const texts = pieces.map((piece) =>
    piece.type === 'text' ? piece.text : piece.filters.reduce(filtered, values[piece.part]?.reveal() ?? ''),
  );
  return new Redacted(texts.join(''));
}

function filtered(value: string, filter: Filter): string {
  switch (filter) {
    case 'json':
      return JSON.stringify(value);
    case 'base64':
      return btoa(Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join(''));
    case 'url':
      // Half of a surrogate pair has no UTF-8 to be encoded, and would throw.
      return encodeURIComponent(value.toWellFormed());
  }
}

/** Bytes of UTF-8 that the template takes at most, filled with printable ASCII (RFC 6749 appendix A) of these lengths. */
export function largestSize({ pieces }: Template, lengths: Readonly<Record<Part, number>>): number {
  const sizes = pieces.map((piece) =>
    piece.type === 'text' ? utf8Length(piece.text) : piece.filters.reduce(grown, lengths[piece.part]),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function grown(bytes: number, filter: Filter): number {
  switch (filter) {
    case 'json':
      return 2 * bytes + 2;
    case 'base64':
      return 4 * Math.ceil(bytes / 3);
    case 'url':
      return 3 * bytes;
  }
}

/** Bytes that a text takes in UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
