/** Lets one piece of work through at a time, in the order of asking. What fails does not hold up the next. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** Lets everything through at once. */
export const allAtOnce: Turns = (work) => work();
