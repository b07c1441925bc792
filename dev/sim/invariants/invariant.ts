import type { Ledger } from '../ledger.ts';
import type { Sighting } from '../sightings.ts';
import type { World } from '../world.ts';

/** What a bystander judges by. */
export interface Court {
  readonly ledger: Ledger;
  world(): World;
  /** Says, in a sentence, what must never be. */
  accuse(sentence: string): void;
}

/** What must hold in every story, whatever people, faults and deaths do. */
export interface Invariant {
  /** In kebab case. */
  readonly name: string;
  /** What must hold, as a sentence. */
  readonly promise: string;
  /** The rules of the protocol that it would see broken. */
  readonly rules: readonly string[];
  attend(court: Court): Bystander;
}

/** Someone who looks on. */
export interface Bystander {
  see?(sighting: Sighting): void;
  /** A line of a log, of a replica of this cluster; `who`: its name. */
  hear?(line: string, cluster: number, who: string): void;
  /** A page of metrics, of a replica of this cluster at rest; empty where it has no process. */
  read?(page: string, cluster: number): void;
  /**
   * The dust has settled, and nothing was done since `sinceMs`; once more when people have asked for a look at what no
   * listing shows.
   */
  atRest?(sinceMs: number): void;
  /** That look was had, too. */
  atLast?(): void;
}
