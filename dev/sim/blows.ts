/** A call as the network knows it: whose it is, and what it is, in a few words such as `create secrets` or `logto create`. */
export interface CallName {
  readonly side: 'api' | 'provider';
  readonly kind: string;
}

/** Which side of a call's effect. */
export type Moment = 'before' | 'after';

/**
 * How something in front of a server answers in its place. `forbidden`, `unprocessable` and `full` are the provider's own
 * words: no right, no sense, no more of these.
 */
export type Misanswer =
  | 'unavailable'
  | 'failed'
  | 'throttled'
  | 'html'
  | 'garbage'
  | 'truncated'
  | 'oversize'
  | 'quota'
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
}

/** Strikes that wait. */
export interface Strikes {
  plant(strike: Strike): void;
  /** Nothing strikes any more. */
  clear(): void;
  /** The blow that this call gets, if any; it strikes once. */
  take(call: CallName): Blow | undefined;
}

export function createStrikes(): Strikes {
  let waiting: { readonly strike: Strike; left: number }[] = [];
  return {
    plant: (strike) => void waiting.push({ strike, left: strike.skip }),
    clear() {
      waiting = [];
    },
    take({ side, kind }) {
      for (const each of waiting) {
        if (each.strike.on.side !== side || !kind.startsWith(each.strike.on.kind)) continue;
        if (each.left === 0) {
          waiting = waiting.filter((one) => one !== each);
          return each.strike.blow;
        }
        each.left -= 1;
      }
      return undefined;
    },
  };
}
