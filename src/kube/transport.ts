/** One request to the API server. `path` begins with a slash and carries the query. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /**
   * Whether sending it a second time can do no harm: reads, writes with a precondition and server-side apply are
   * `safe`; a bare POST is not.
   */
  readonly repeat: 'safe' | 'unsafe';
  /** Milliseconds for a whole answer; for a stream, until its headers. */
  readonly deadlineMs: number;
}

/** A whole answer, of any status. `headers` has lower-case names. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** An answer that goes on until its server, its reader or its signal ends it. */
export interface ApiStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends when the server ends the answer; throws TransportError, or the signal's reason when it aborts. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Ends the request, read or not. Everybody who got a stream calls it; twice does no harm. */
  close(): void;
}

/**
 * The wire to the API server: authenticated, encrypted, and nothing else.
 *
 * The simulator puts its own here, below the client and the reflectors. Neither method throws for a status.
 */
export interface Transport {
  /** @throws TransportError when no whole answer came; the reason of `signal` when it aborts first */
  call(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse>;
  /** Resolves with the headers. @throws like `call` */
  stream(request: ApiRequest, signal: AbortSignal): Promise<ApiStream>;
}
