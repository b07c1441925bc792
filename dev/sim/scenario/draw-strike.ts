import type { Blow, CallName, Misanswer, Moment, Strike } from '../blows.ts';
import type { SeededChance } from '../chance.ts';

/** The calls at which things go wrong: each that writes, and each that decides what is written. */
const TARGETS: readonly (readonly [weight: number, target: CallName])[] = [
  [6, { side: 'provider', kind: 'logi create' }],
  [4, { side: 'provider', kind: 'logi rotate' }],
  [2, { side: 'provider', kind: 'logi update' }],
  [3, { side: 'provider', kind: 'logi delete' }],
  [2, { side: 'provider', kind: 'logi list' }],
  [2, { side: 'provider', kind: 'logi show' }],
  [1, { side: 'provider', kind: 'logi' }],
  [6, { side: 'provider', kind: 'logto create' }],
  [3, { side: 'provider', kind: 'logto delete' }],
  [2, { side: 'provider', kind: 'logto list' }],
  [2, { side: 'provider', kind: 'logto show' }],
  [4, { side: 'provider', kind: 'logto' }],
  [6, { side: 'api', kind: 'create secrets' }],
  [4, { side: 'api', kind: 'replace secrets' }],
  [2, { side: 'api', kind: 'dry-run secrets' }],
  [2, { side: 'api', kind: 'get secrets' }],
  [1, { side: 'api', kind: 'delete secrets' }],
  [8, { side: 'api', kind: 'replace oauthapplications/status' }],
  [4, { side: 'api', kind: 'patch oauthapplications' }],
  [1, { side: 'api', kind: 'list oauthapplications' }],
  [2, { side: 'api', kind: 'replace clusteroauthproviders/status' }],
  [2, { side: 'api', kind: 'replace leases' }],
  [1, { side: 'api', kind: 'watch' }],
  [1, { side: 'api', kind: 'create events' }],
  [3, { side: 'api', kind: '' }],
];

/** The longest way there of a slow request: within what settling allows for (protocol O4). */
const LONGEST_WAY_MS = 30_000;
/** A process that stands still with a request on its lips must say it within what settling allows for, too. */
const LONGEST_PAUSE_MS = 25_000;
const LONGEST_STOP_MS = 240_000;

/** A blow, and the call that it strikes. */
export function drawStrike(chance: SeededChance): Strike {
  const on = chance.weighted(TARGETS);
  const skip = chance.happens(0.6) ? 0 : chance.between(1, 3);
  return { on, skip, blow: drawBlow(on, chance) };
}

function drawBlow({ side, kind }: CallName, chance: SeededChance): Blow {
  const when: Moment = chance.happens(0.4) ? 'before' : 'after';
  const isSecretWrite = kind.endsWith(' secrets') && !kind.startsWith('get');
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
