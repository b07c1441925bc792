import type { Clock } from '../runtime/clock.ts';

/** The object that an Event speaks of. `namespace` is `undefined` for cluster-scoped ones. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
}

/** What happened, in the words of events.k8s.io/v1. */
export interface Occurrence {
  readonly regarding: Regarding;
  readonly type: 'Normal' | 'Warning';
  /** Why, one CamelCase word. */
  readonly reason: string;
  /** What we did or tried, one CamelCase word. */
  readonly action: string;
  /** A sentence for people; clipped to 1024 bytes. */
  readonly note: string;
}

/** Which series an occurrence belongs to, and what its Event says. */
export interface Correlated {
  readonly series: string;
  readonly note: string;
}

/** client-go's numbers (tools/record/events_cache.go). */
const REMEMBERED = 4096;
const SIMILAR_LIMIT = 10;
const SIMILAR_WITHIN_MS = 600_000;
const BURST = 25;
const REFILL_MS = 300_000;

const NOTE_LIMIT_BYTES = 1024;
const COMBINED = '(combined from similar events): ';

interface Similar {
  readonly notes: Set<string>;
  readonly lastAt: number;
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/**
 * Keeps a provider's outage from flooding etcd, as client-go's correlator does: what differs in its note alone is
 * combined after ten different ones within ten minutes, and one object gets 25 Events at once and then one in five minutes.
 *
 * Returns `spam` for an occurrence that is not to be told.
 */
export function eventCorrelator(clock: Clock): (occurrence: Occurrence) => Correlated | 'spam' {
  const similar = new Map<string, Similar>();
  const buckets = new Map<string, Bucket>();

  return ({ regarding, type, reason, action, note }) => {
    if (!spend(regarding.uid)) return 'spam';
    const group = JSON.stringify([regarding.uid, type, reason, action]);
    const notes = notesOf(group, note);
    if (notes > SIMILAR_LIMIT) return { series: group, note: clipped(COMBINED + note) };
    return { series: JSON.stringify([group, note]), note: clipped(note) };
  };

  function notesOf(group: string, note: string): number {
    const known = similar.get(group);
    const now = clock.monotonic();
    const notes = known !== undefined && now - known.lastAt < SIMILAR_WITHIN_MS ? known.notes : new Set<string>();
    // One more than the limit tells all that is asked.
    if (notes.size <= SIMILAR_LIMIT) notes.add(note);
    remember(similar, group, { notes, lastAt: now });
    return notes.size;
  }

  function spend(uid: string): boolean {
    const now = clock.monotonic();
    const { tokens, at } = buckets.get(uid) ?? { tokens: BURST, at: now };
    const refilled = Math.min(BURST, tokens + (now - at) / REFILL_MS);
    const left = refilled >= 1 ? refilled - 1 : refilled;
    remember(buckets, uid, { tokens: left, at: now });
    return refilled >= 1;
  }
}

/** Sets the newest entry and forgets the one that was untouched for longest. */
export function remember<T>(entries: Map<string, T>, key: string, value: T): void {
  entries.delete(key);
  entries.set(key, value);
  const [oldest] = entries.keys();
  if (entries.size > REMEMBERED && oldest !== undefined) entries.delete(oldest);
}

/** The API server counts bytes; a character is never cut in two. */
function clipped(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= NOTE_LIMIT_BYTES) return note;
  let end = NOTE_LIMIT_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
