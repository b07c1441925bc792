/** Bytes between a socket that pushes and a reader that pulls. */
export interface ByteQueue {
  push(chunk: Buffer): void;
  /** No more will come. What is there is still read. */
  end(): void;
  /** The reader gets `error` after what is there. */
  fail(error: unknown): void;
  /** Forgets what is there. */
  clear(): void;
  unreadBytes(): number;
  /** Read by one reader, once. `onTaken` is called for each chunk, before it is given. */
  read(onTaken: () => void): AsyncGenerator<Uint8Array>;
}

export function byteQueue(): ByteQueue {
  const chunks: Buffer[] = [];
  let unread = 0;
  let last: { readonly type: 'end' } | { readonly type: 'failure'; readonly error: unknown } | undefined;
  let news = Promise.withResolvers<void>();

  return {
    push(chunk) {
      chunks.push(chunk);
      unread += chunk.length;
      news.resolve();
    },
    end() {
      last = { type: 'end' };
      news.resolve();
    },
    fail(error) {
      last = { type: 'failure', error };
      news.resolve();
    },
    clear() {
      chunks.length = 0;
      unread = 0;
    },
    unreadBytes: () => unread,
    read: (onTaken) => chunksOf(next, onTaken),
  };

  /** `undefined`: no more will come. */
  async function next(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        unread -= chunk.length;
        return chunk;
      }
      if (last?.type === 'failure') throw last.error;
      if (last?.type === 'end') return undefined;
      await news.promise;
      news = Promise.withResolvers();
    }
  }
}

/** Not a method: V8 keeps a generator function that is made at run time, and all it refers to, until its next full collection. */
async function* chunksOf(next: () => Promise<Buffer | undefined>, onTaken: () => void): AsyncGenerator<Uint8Array> {
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
    onTaken();
    yield chunk;
  }
}
