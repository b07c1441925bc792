import type { inspect } from 'node:util';

const HIDDEN = '[redacted]';

/**
 * The only type that holds a secret value.
 *
 * Whatever prints, logs, serialises or concatenates it gets `[redacted]`; only {@link Redacted.reveal} gives the
 * value, and it is called where a value is used: in a request to a provider or the API server, in the write of a Secret, in a seal.
 */
export class Redacted {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](..._: Parameters<typeof inspect>): string {
    return HIDDEN;
  }
}

/** What a client authenticates with (RFC 6749 section 2.3.1). A public client has no secret. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: Redacted | undefined;
}
