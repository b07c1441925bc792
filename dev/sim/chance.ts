import type { Chance } from '../../src/runtime/chance.ts';

/** Chance that is the same each time for one seed. */
export interface SeededChance extends Chance {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** True with this probability. */
  happens(probability: number): boolean;
  /** One of them, all as likely. @throws Error when there is none */
  oneOf<T>(choices: readonly T[]): T;
  /** One of them, as likely as its weight says. @throws Error when there is none */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T;
  /** A stream of its own: what is drawn from one does not shift another. */
  fork(label: string): SeededChance;
}

/** Mulberry32: small, fast and good enough to choose by. */
export function seededChance(seed: number): SeededChance {
  let state = seed >>> 0;

  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  function weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let left = fraction() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    throw new Error('there is nothing to choose from');
  }

  return {
    fraction,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(fraction() * 256)),
    between: (least, most) => least + Math.floor(fraction() * (most - least + 1)),
    happens: (probability) => fraction() < probability,
    oneOf: (choices) => weighted(choices.map((choice) => [1, choice])),
    weighted,
    fork: (label) => seededChance(hash(`${seed} ${label}`)),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
