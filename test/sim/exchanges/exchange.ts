import type { Conversation } from '../conversation.ts';

/** Something that is asked of an API server, and what must come of it. */
export interface Exchange {
  /** A sentence about the server. */
  readonly name: string;
  readonly run: (server: Conversation) => Promise<unknown>;
  /** What `run` returns, on whichever server. */
  readonly holds: unknown;
}
