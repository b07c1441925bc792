import type { Blow, CallName, Misanswer, Strikes } from './blows.ts';
import type { SeededChance } from './chance.ts';
import type { Life } from './life.ts';
import type { Scheduler } from './scheduler.ts';
import type { Struck } from './struck.ts';

/** One request on its way from a process to a server and back. */
export interface Message<A> {
  readonly call: CallName;
  readonly request: Struck['request'];
  /** Whether the server can be reached at this moment; left out: always. */
  isReached?: (() => boolean) | undefined;
  /** The server's part: the effect and the answer to it, at once. */
  serve(): A;
  /** What the caller gets in the place of `answer`, or, where nothing was served, of none. @throws what a socket throws */
  misanswer(as: Misanswer, answer: A | undefined): A;
  /** The error of a connection that ends without an answer. */
  reset(): Error;
  /** Somebody else writes what the request is about. */
  touch?: (() => void) | undefined;
  /** The answer has come to where the caller is, or none ever does: the server is done with the request. */
  over?: (() => void) | undefined;
  /** Somebody else's deletion goes by what the object was before `answer`. */
  letGo?: ((answer: A) => void) | undefined;
}

/** The network between the processes and the servers. */
export interface Network {
  /** Rejects with the reason of `signal` as soon as that aborts; the request may have its effect all the same. */
  send<A>(message: Message<A>, life: Life, signal: AbortSignal): Promise<A>;
}

export interface NetworkOptions {
  readonly scheduler: Scheduler;
  readonly chance: SeededChance;
  readonly strikes: Strikes;
  readonly onStruck: (struck: Struck, life: Life) => void;
  /** Told in the moment in which a blow kills a process, or stops it. */
  readonly onFelled: (life: Life) => void;
}

/** How the caller comes by its answer. @throws what a socket throws */
type Reply<A> = () => A;

/** A way takes a few ms. */
const SHORTEST_MS = 1;
const LONGEST_MS = 12;

export function createNetwork({ scheduler, chance, strikes, onStruck, onFelled }: NetworkOptions): Network {
  return {
    send(message, life, signal) {
      const blow = strikes.take(message.call, scheduler.now());
      if (blow !== undefined) onStruck({ call: message.call, blow, request: message.request }, life);
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const onAbort = (): void => reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
        travel(message, blow, life, (reply) => {
          signal.removeEventListener('abort', onAbort);
          try {
            resolve(reply());
          } catch (error) {
            reject(error);
          }
        });
      });
    },
  };

  /** There, and back. A death or a stop keeps the request from leaving. */
  function travel<A>(
    message: Message<A>,
    blow: Blow | undefined,
    life: Life,
    answered: (reply: Reply<A>) => void,
  ): void {
    if (blow?.type === 'died' && blow.when === 'before') {
      kill(life);
      return;
    }
    const stoppedMs = blow?.type === 'stopped' && blow.when === 'before' ? blow.forMs : 0;
    if (stoppedMs > 0) halt(life, stoppedMs);
    scheduler.after(stoppedMs + (blow?.type === 'slow' ? blow.thereMs : way()), () => {
      const reply = message.isReached?.() === false ? resetBy(message) : arrive(message, blow, life);
      if (reply === undefined) return message.over?.();
      scheduler.after(blow?.type === 'slow' ? blow.backMs : way(), () => {
        message.over?.();
        life.reach(() => answered(reply));
      });
    });
  }

  /** At the server. `undefined`: nothing ever comes back. */
  function arrive<A>(message: Message<A>, blow: Blow | undefined, life: Life): Reply<A> | undefined {
    switch (blow?.type) {
      case 'lost':
        if (blow.when === 'after') message.serve();
        return resetBy(message);
      case 'silent':
        if (blow.when === 'after') message.serve();
        return undefined;
      case 'misanswered': {
        const answer = blow.when === 'after' ? message.serve() : undefined;
        return () => message.misanswer(blow.as, answer);
      }
      case 'twice':
        message.serve();
        return servedBy(message);
      case 'touched':
        message.touch?.();
        return servedBy(message);
      case 'let-go': {
        const answer = message.serve();
        message.letGo?.(answer);
        return () => answer;
      }
      case 'died':
        message.serve();
        kill(life);
        return undefined;
      case 'stopped':
        if (blow.when === 'after') halt(life, blow.forMs);
        return servedBy(message);
      case 'slow':
      case undefined:
        return servedBy(message);
    }
  }

  function kill(life: Life): void {
    if (life.isAlive()) onFelled(life);
    life.kill();
  }

  function halt(life: Life, forMs: number): void {
    if (life.isAlive()) onFelled(life);
    life.stop();
    scheduler.after(forMs, () => life.goOn());
  }

  function way(): number {
    return chance.between(SHORTEST_MS, LONGEST_MS);
  }
}

function servedBy<A>(message: Message<A>): Reply<A> {
  const answer = message.serve();
  return () => answer;
}

function resetBy<A>(message: Message<A>): Reply<A> {
  return () => {
    throw message.reset();
  };
}
