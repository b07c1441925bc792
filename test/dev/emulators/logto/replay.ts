import { z } from 'zod';

/** One request to the real server and its answer. */
export type Exchange = z.infer<typeof Exchange>;

const Exchange = z.strictObject({
  label: z.string(),
  method: z.string(),
  path: z.string(),
  request: z.record(z.string(), z.unknown()).optional(),
  requestText: z.string().optional(),
  status: z.number(),
  headers: z.record(z.string(), z.string()).optional(),
  response: z.unknown().optional(),
  responseText: z.string().optional(),
  note: z.enum(['(text/plain)', '(empty body)']).optional(),
});

export const Recording = z.object({ about: z.string(), exchanges: z.array(Exchange) });

/**
 * What the blanked words of the recording stand for in this run. A word is bound by the first answer that shows it, and
 * has to mean the same ever after; secrets and tokens, which all have the same word, only have to look like one.
 */
export interface Bindings {
  bind(word: string, value: string): void;
  /** @throws Error while the word is not bound */
  get(word: string): string;
  /** Everything that is bound; a time under `<time t>`, where t is what was recorded. */
  all(): ReadonlyMap<string, string | number>;
  /** A recorded text with the words that are bound. */
  text(recorded: string): string;
  /** What was recorded, in the words of this run; binds the words that `actual` shows for the first time. */
  expected(recorded: unknown, actual: unknown): unknown;
}

const LOOKS: Readonly<Record<string, RegExp>> = {
  '<SECRET>': /^[0-9A-Za-z]{32}$/,
  '<JWT>': /^[\w-]+\.[\w-]+\.[\w-]+$/,
};

/** `host` is what the recording calls LOGTO. */
export function bindings(host: string): Bindings {
  const words = new Map<string, string | number>();

  function text(recorded: string): string {
    const inWords = recorded.replaceAll(/<id\d+>/g, (word) => String(words.get(word) ?? word));
    return inWords.replaceAll('LOGTO', host);
  }

  function bound(word: string, actual: unknown, type: 'string' | 'number'): unknown {
    if (!words.has(word) && (typeof actual === 'string' || typeof actual === 'number') && typeof actual === type) {
      words.set(word, actual);
    }
    return words.get(word) ?? word;
  }

  function expected(recorded: unknown, actual: unknown): unknown {
    if (typeof recorded === 'string') {
      if (/^<id\d+>$/.test(recorded)) return bound(recorded, actual, 'string');
      const look = LOOKS[recorded];
      return look !== undefined && typeof actual === 'string' && look.test(actual) ? actual : text(recorded);
    }
    if (Array.isArray(recorded))
      return recorded.map((item, n) => expected(item, Array.isArray(actual) ? actual[n] : null));
    if (typeof recorded !== 'object' || recorded === null) return recorded;
    const fields = membersOf(actual);
    return Object.fromEntries(
      Object.entries(recorded).map(([key, value]) => [
        key,
        key === 'createdAt' ? bound(`<time ${value}>`, fields[key], 'number') : expected(value, fields[key]),
      ]),
    );
  }

  return {
    bind: (word, value) => void words.set(word, value),
    get(word) {
      const value = words.get(word);
      if (value === undefined) throw new Error(`${word} is not bound`);
      return String(value);
    },
    all: () => words,
    text,
    expected,
  };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
