import { Redacted } from '../credentials.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Reading, readInTime, shared } from './reading.ts';

/** The bearer token for the API server, kept fresh. The kubelet replaces the file well before the token expires. */
export interface TokenSource {
  /** The current token; `undefined` where other means authenticate. @throws the reader's error while there was never one */
  get(): Promise<Redacted | undefined>;
  /** Told of a 401: reads again at once, unless `rejected` is no longer the current token. Never throws. */
  refresh(rejected: Redacted | undefined): Promise<void>;
}

/**
 * Reads a token from where it lies. Surrounding white space is ours to remove. A token that was `rejected` is not to be
 * taken from what the reader remembers.
 */
export type TokenReader = (occasion: 'due' | 'rejected') => Promise<Redacted>;

type Occasion = Parameters<TokenReader>[0];

/** As client-go: a minute, less ten seconds of leeway. */
const FRESH_FOR_MS = 50_000;

/** Reads through `read`, one at a time, and keeps the token that it has when a read fails or gives nothing. */
export function tokenSource(read: TokenReader | undefined, clock: Clock): TokenSource {
  let current: { readonly token: Redacted; readonly readAt: number } | undefined;
  let reading: (Reading<void> & { readonly occasion: Occasion }) | undefined;

  return {
    async get() {
      if (read === undefined) return undefined;
      if (current === undefined) await readOnce(read, 'due').ended;
      else if (clock.monotonic() - current.readAt >= FRESH_FOR_MS) await readOnce(read, 'due').soon;
      return current?.token;
    },
    async refresh(rejected) {
      // What is under way may have begun before the token was rejected, and give the same.
      if (reading?.occasion === 'due') await reading.ended.catch(() => undefined);
      if (read === undefined || current?.token !== rejected) return;
      await readOnce(read, 'rejected').ended.catch(() => undefined);
    },
  };

  function readOnce(reader: TokenReader, occasion: Occasion): Reading<void> {
    reading ??= {
      occasion,
      ...shared(
        readNow(reader, occasion).finally(() => {
          reading = undefined;
        }),
        clock,
      ),
    };
    return reading;
  }

  async function readNow(reader: TokenReader, occasion: Occasion): Promise<void> {
    try {
      const value = (await readInTime(() => reader(occasion), clock)).reveal().trim();
      if (value === '') throw new Error('the token for the API server is empty');
      // The same value keeps its identity, by which `refresh` knows whether a rejected token was replaced meanwhile.
      const token = current?.token.reveal() === value ? current.token : new Redacted(value);
      current = { token, readAt: clock.monotonic() };
    } catch (error) {
      if (current === undefined) throw error;
      current = { token: current.token, readAt: clock.monotonic() };
    }
  }
}
