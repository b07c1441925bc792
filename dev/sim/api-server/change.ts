import { type Form, Stored } from './objects.ts';

/** What a watch is told of an object. */
export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One write of one object. */
export class Change {
  readonly revision: number;
  readonly key: string;
  readonly before: Stored | undefined;
  /** `undefined`: it was deleted. */
  readonly after: Stored | undefined;
  #last: Stored | undefined;
  readonly #lines = new Map<string, Buffer>();

  constructor(revision: number, before: Stored | undefined, after: Stored | undefined) {
    this.revision = revision;
    this.before = before;
    this.after = after;
    this.key = (after ?? before)?.key ?? '';
  }

  /** The line of a watch; the same bytes for all that are told the same. */
  line(type: EventType, form: Form): Buffer {
    const name = `${type} ${form}`;
    const known = this.#lines.get(name);
    if (known !== undefined) return known;
    const stored = type === 'DELETED' ? this.lastSeen() : this.after;
    const line = eventLine(type, stored?.json(form) ?? '{}');
    this.#lines.set(name, line);
    return line;
  }

  /** What went out of sight is shown as it was before, with the revision of this change. */
  lastSeen(): Stored | undefined {
    const { before, revision } = this;
    if (before === undefined) return undefined;
    if (this.#last === undefined) {
      const metadata = { ...before.object.metadata, resourceVersion: String(revision) };
      this.#last = new Stored(before.kind, { ...before.object, metadata }, revision);
    }
    return this.#last;
  }
}

/** One line of a watch. */
export function eventLine(type: EventType | 'BOOKMARK' | 'ERROR', json: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":${json}}\n`);
}
