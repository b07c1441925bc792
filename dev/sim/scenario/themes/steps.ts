import type { Blow, CallName } from '../../blows.ts';
import type { SeededChance } from '../../chance.ts';
import type { Act, ConsoleDeed, Planned, Request, Shape, Step } from '../scenario.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;

/** `atMs`: since the story began. */
export function at(atMs: number, act: Act): Step {
  return { atMs, act };
}

/** The next call of this kind, from `atMs` on, gets the blow. */
export function strike(atMs: number, side: CallName['side'], kind: string, blow: Blow): Step {
  return at(atMs, { type: 'strike', strike: { on: { side, kind }, skip: 0, blow } });
}

/** So many requests within a minute and a half, ten seconds after `fromMs` at the earliest. */
export function asks(
  application: number,
  forWhat: Request,
  count: number,
  chance: SeededChance,
  fromMs = 0,
): readonly Step[] {
  return Array.from({ length: count }, () =>
    at(fromMs + chance.between(10, 100) * SECOND_MS, { type: 'ask', application, forWhat }),
  );
}

/** Something done at the provider's console. */
export function consoleDeed(application: number, how: ConsoleDeed): Act {
  return { type: 'console', application, how };
}

/** The operators' clock jumps by minutes, or by a year; rather ahead than back. */
export function jump(chance: SeededChance): Act {
  return {
    type: 'clock',
    whose: 'operators',
    byMs: chance.oneOf([-1, 1, 1]) * chance.oneOf([10, 365 * 24 * 60]) * MINUTE_MS,
  };
}

/** Either of the two. */
export function drawProvider(chance: SeededChance): Planned['provider'] {
  return chance.oneOf(['logi', 'logto']);
}

/** Either side of a call's effect. */
export function drawWhen(chance: SeededChance): 'before' | 'after' {
  return chance.oneOf(['before', 'after']);
}

/** So many applications of the first cluster, each as the theme wants it, and else as the story has it. */
export function several({ applications }: Shape, count: number, wanted: Partial<Planned>): readonly Planned[] {
  const [first] = applications;
  if (first === undefined) return [];
  const names = ['shop', 'desk', 'till', 'mill'];
  return names.slice(0, count).map((name, index) => {
    const { type, ...planned } = { ...first, ...applications[index], cluster: 0, name, ...wanted };
    const isServed = type !== 'MachineToMachine' || planned.provider === 'logto';
    return { ...planned, type: isServed ? type : 'Web' };
  });
}
