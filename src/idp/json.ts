import { z } from 'zod';
import { ProviderError } from './errors.ts';

/** A longer list is not read: it would be held against 500,000 values of an answer, and looked at for seconds. */
export const MOST_ELEMENTS = 20_000;

/** An object with any keys. It is taken as it is, where `z.record` makes a copy key by key. */
export const JsonObject = z.custom<Readonly<Record<string, unknown>>>(isObject);

/**
 * An array of at most {@link MOST_ELEMENTS} elements. They are looked at up to the first that is not as `element` says:
 * `z.array` collects an issue for each, and a list of nothing else takes more memory than there is.
 */
export function listOf<Element>(element: z.ZodType<Element>): z.ZodType<readonly Element[]> {
  return z.custom<readonly unknown[]>(isShortList).transform((list, context) => {
    const elements: Element[] = [];
    for (const each of list) {
      const { success, data } = element.safeParse(each);
      if (!success) {
        context.addIssue('has an element of another form');
        return z.NEVER;
      }
      elements.push(data);
    }
    return elements;
  });
}

/** The error for a list that has too many of what `things` calls them, in a sentence that starts with `who`. */
export function tooMany(who: string, things: string): ProviderError {
  const message = `${who} lists more than ${MOST_ELEMENTS.toLocaleString('en')} ${things}.`;
  return new ProviderError('malformed', message, { effect: 'unknown' });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShortList(value: unknown): boolean {
  return Array.isArray(value) && value.length <= MOST_ELEMENTS;
}
