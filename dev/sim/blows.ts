/**
 * A call as the network knows it: whose it is, and what it is, in a few words such as `create secrets` or `logto create`. Fewer
 * words than a call has, as in `watch`, mean every call that begins with them.
 */
export interface CallName {
  readonly side: 'api' | 'provider';
  readonly kind: string;
}

/** Which side of a call's effect. */
export type Moment = 'before' | 'after';

/**
 * How something in front of a server answers in its place. `unauthorized`, `forbidden`, `unprocessable` and `full` are the
 * server's own words: who are you, no right, no sense, no more of these. `denied`: whoever watches over it does not want it.
 */
export type Misanswer =
  | 'unavailable'
  | 'failed'
  | 'throttled'
  | 'html'
  | 'garbage'
  | 'truncated'
  | 'oversize'
  | 'unauthorized'
  | 'denied'
  | 'forbidden'
  | 'unprocessable'
  | 'full';

/**
 * What happens to one call.
 *
 * - `lost`: the connection is reset. - `silent`: nothing ever comes. - `misanswered`: something else answers.
 * - `slow`: the request is on its way for `thereMs`, the answer for `backMs`. - `twice`: a proxy repeats the request.
 * - `touched`: somebody else writes the object just before, or makes the Secret that was to be created. - `let-go`: a
 * deletion that looked before a finalizer was added takes the object away afterwards. - `died`: the caller is killed. - `stopped`: the caller stands still for `forMs`, on its way to the socket or before it reads the
 * answer.
 */
export type Blow =
  | { readonly type: 'lost'; readonly when: Moment }
  | { readonly type: 'silent'; readonly when: Moment }
  | { readonly type: 'misanswered'; readonly when: Moment; readonly as: Misanswer }
  | { readonly type: 'slow'; readonly thereMs: number; readonly backMs: number }
  | { readonly type: 'twice' }
  | { readonly type: 'touched' }
  | { readonly type: 'let-go' }
  | { readonly type: 'died'; readonly when: Moment }
  | { readonly type: 'stopped'; readonly when: Moment; readonly forMs: number };

/** A blow that waits for its call: the one of this kind after `skip` others, from the moment it is planted. */
export interface Strike {
  readonly on: CallName;
  readonly skip: number;
  readonly blow: Blow;
  /** The calls of this kind that come so soon after it are struck, too, ms; left out: none. */
  readonly forMs?: number | undefined;
}

/** Strikes that wait. */
export interface Strikes {
  plant(strike: Strike): void;
  /** Nothing strikes any more. */
  clear(): void;
  /** The blow that this call gets at this moment, if any. */
  take(call: CallName, atMs: number): Blow | undefined;
}

/** `untilMs`: when it has struck for as long as it should; `undefined`: it has not struck yet. */
interface Waiting {
  readonly strike: Strike;
  left: number;
  untilMs: number | undefined;
}

export function createStrikes(): Strikes {
  let waiting: readonly Waiting[] = [];
  return {
    plant(strike) {
      waiting = [...waiting, { strike, left: strike.skip, untilMs: undefined }];
    },
    clear() {
      waiting = [];
    },
    take({ side, kind }, atMs) {
      waiting = waiting.filter(({ untilMs = Number.POSITIVE_INFINITY }) => atMs < untilMs);
      for (const each of waiting) {
        const { on, blow, forMs = 0 } = each.strike;
        if (on.side !== side || !isMeant(kind, on.kind)) continue;
        if (each.left === 0) {
          each.untilMs ??= atMs + forMs;
          return blow;
        }
        each.left -= 1;
      }
      return undefined;
    },
  };
}

/** Whole words alone: who strikes `logto create` does not mean `logto create-secret`. */
function isMeant(kind: string, words: string): boolean {
  return kind === words || kind.startsWith(`${words} `);
}
