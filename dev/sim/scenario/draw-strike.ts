import type { Blow, CallName, Misanswer, Moment, Strike } from '../blows.ts';
import { type SeededChance, seededChance } from '../chance.ts';
import type { Act, Scenario, Shape, Step } from './scenario.ts';
import {
  API_TARGETS,
  MACHINE_TARGETS,
  PRIVILEGE_TARGETS,
  PROVIDER_TARGETS,
  SELDOM_AT_PROVIDER,
  SELDOM_TARGETS,
  STARTING_TARGETS,
  TARGETS,
  type Weighted,
} from './targets.ts';

/** The longest way there of a slow request: within what settling allows for (protocol O4). */
const LONGEST_WAY_MS = 30_000;
/** A process that stands still with a request on its lips must say it within what settling allows for, too. */
const LONGEST_PAUSE_MS = 25_000;
const LONGEST_STOP_MS = 240_000;

/** A blow, and the call that it strikes. */
export function drawStrike(chance: SeededChance): Strike {
  return strikeOn(chance.weighted(TARGETS), chance);
}

/** A blow that may strike this call. */
export function strikeOn(on: CallName, chance: SeededChance): Strike {
  const skip = chance.happens(0.6) ? 0 : chance.between(1, 3);
  return { on, skip, blow: drawBlow(on, chance) };
}

/** In so many of nine stories that have a theme. Nine has no divisor in common with eleven, nor with the number of themes. */
const SWEPT = { every: 9, themed: [2, 5], free: [0, 1, 2, 3, 4, 5, 6, 7, 8] } as const;

/**
 * The story, with strikes more at a provider and at the API server. By the seed each call has its turn, on both sides of its
 * effect, so that a few hundred stories leave out none, however seldom it is.
 */
export function withSweep(scenario: Scenario, plot: 'themed' | 'free'): Scenario {
  const { seed, shape, steps } = scenario;
  const turn = turnOf(seed, plot);
  if (turn === undefined) return scenario;
  const chance = seededChance(seed).fork('sweep');
  const moment = (): number => drawMoment(shape, chance);
  const swept = [
    ...sweptAt('provider', targetsIn(shape, chance), 2, turn, chance).map((act): Step => ({ atMs: moment(), act })),
    ...sweptAt('provider', seldomIn(shape), 1, turn, chance).map((act): Step => ({ atMs: 0, act })),
    ...sweptAt('api', API_TARGETS, 2, turn, chance).map((act): Step => ({ atMs: moment(), act })),
    ...sweptAt('api', SELDOM_TARGETS, 1, turn, chance).map((act): Step => ({ atMs: 0, act })),
    ...sweptAt('api', STARTING_TARGETS, 1, turn, chance).map((act): Step => ({ atMs: 0, act })),
  ];
  return { ...scenario, steps: [...steps, ...swept].toSorted((a, b) => a.atMs - b.atMs) };
}

/** How many stories before it are swept; `undefined`: it is not. One after the other, so that none of the targets is passed over. */
function turnOf(seed: number, plot: 'themed' | 'free'): number | undefined {
  const rests: readonly number[] = SWEPT[plot];
  const place = rests.indexOf(seed % SWEPT.every);
  // Of two seeds one at most is free, or has this theme.
  return place < 0 ? undefined : Math.floor(seed / (2 * SWEPT.every)) * rests.length + place;
}

function targetsIn({ applications }: Shape, chance: SeededChance): Weighted {
  const { provider, type, privileges } = chance.oneOf(applications);
  if (privileges !== undefined) return PRIVILEGE_TARGETS[privileges];
  return type === 'MachineToMachine' ? MACHINE_TARGETS : PROVIDER_TARGETS[provider];
}

function seldomIn({ applications }: Shape): Weighted {
  const { logi, logto } = SELDOM_AT_PROVIDER;
  const sites = new Set(applications.map(({ provider }) => provider));
  return [...(sites.has('logi') ? logi : []), ...(sites.has('logto') ? logto : [])];
}

/** Which calls come next, and on which side, follows from the turn, and not from a draw. */
function sweptAt(
  side: CallName['side'],
  targets: Weighted,
  count: number,
  turn: number,
  chance: SeededChance,
): readonly Act[] {
  return Array.from({ length: count }, (_, index) => {
    const place = turn * count + index;
    const [, kind = ''] = targets[place % targets.length] ?? [];
    const when: Moment = Math.floor(place / targets.length) % 2 === 0 ? 'before' : 'after';
    return { type: 'strike', strike: { on: { side, kind }, skip: 0, blow: drawSided(side, when, chance) } };
  });
}

/** From the start on for what is seldom, or in the midst of the story. */
function drawMoment({ activeMs }: Shape, chance: SeededChance): number {
  return chance.happens(0.6) ? 0 : chance.between(0, activeMs / 2);
}

/** What has its place on one side of the effect. */
export function drawSided(side: CallName['side'], when: Moment, chance: SeededChance): Blow {
  return chance.weighted<() => Blow>([
    [3, () => ({ type: 'lost', when })],
    [1, () => ({ type: 'silent', when })],
    [3, () => ({ type: 'misanswered', when, as: drawConfusion(side, chance) })],
    [2, () => ({ type: 'died', when })],
    [1, () => ({ type: 'stopped', when, forMs: drawStop(when, chance) })],
  ])();
}

/** What a quota may refuse. */
const SECRET_WRITES: ReadonlySet<string> = new Set(['create secrets', 'replace secrets', 'dry-run secrets']);

function drawBlow({ side, kind }: CallName, chance: SeededChance): Blow {
  const when: Moment = chance.happens(0.4) ? 'before' : 'after';
  const isSecretWrite = SECRET_WRITES.has(kind);
  return chance.weighted<() => Blow>([
    [4, () => ({ type: 'lost', when })],
    [2, () => ({ type: 'silent', when })],
    [3, () => ({ type: 'misanswered', when, as: drawConfusion(side, chance) })],
    [2, () => ({ type: 'misanswered', when: 'before', as: drawRefusal(side, isSecretWrite, chance) })],
    [2, () => ({ type: 'slow', thereMs: chance.between(0, LONGEST_WAY_MS), backMs: chance.between(0, 20_000) })],
    [side === 'provider' ? 2 : 0, () => ({ type: 'twice' })],
    [side === 'api' ? 3 : 0, () => ({ type: 'touched' })],
    [kind === 'patch oauthapplications' ? 3 : 0, () => ({ type: 'let-go' })],
    [5, () => ({ type: 'died', when })],
    [3, () => ({ type: 'stopped', when, forMs: drawStop(when, chance) })],
  ])();
}

/** What says nothing of whether there was an effect. */
function drawConfusion(side: CallName['side'], chance: SeededChance): Misanswer {
  return chance.weighted<Misanswer>([
    [3, 'unavailable'],
    [2, 'failed'],
    [2, 'html'],
    [1, 'garbage'],
    [1, 'truncated'],
    [side === 'provider' ? 1 : 0, 'oversize'],
  ]);
}

/** What says that there was none. */
function drawRefusal(side: CallName['side'], isSecretWrite: boolean, chance: SeededChance): Misanswer {
  return chance.weighted<Misanswer>([
    [2, 'throttled'],
    [side === 'provider' ? 1 : 0, 'denied'],
    [side === 'provider' ? 1 : 0, 'forbidden'],
    [side === 'provider' ? 1 : 0, 'unprocessable'],
    [side === 'provider' ? 1 : 0, 'full'],
    // A quota.
    [isSecretWrite ? 4 : 0, 'full'],
  ]);
}

function drawStop(when: Moment, chance: SeededChance): number {
  return chance.between(1_000, when === 'before' ? LONGEST_PAUSE_MS : LONGEST_STOP_MS);
}
