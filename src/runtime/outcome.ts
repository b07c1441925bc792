/**
 * What a pass asks of the queue.
 *
 * `await-change`: nothing until the object, or something it depends on, changes. `again`: at the latest after
 * `afterMs`. `back-off`: after a delay that grows with each failure in a row, `longestMs` at most.
 */
export type Outcome =
  | { readonly type: 'await-change' }
  | { readonly type: 'again'; readonly afterMs: number }
  | { readonly type: 'back-off'; readonly longestMs?: number };
