import type { Blow, CallName } from '../../blows.ts';
import type { SeededChance } from '../../chance.ts';
import type { Act, Shape } from '../scenario.ts';
import { asks, at, drawProvider, drawWhen, jump, MINUTE_MS, SECOND_MS, several, strike } from './steps.ts';
import type { Theme } from './theme.ts';

/** The operator's own Secret is there by then, ms. */
const INSTALLED_MS = 200;

/** A create that arrives long after its caller has given up, whatever the clock says in between. */
export function lateRequest(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const atMs = chance.between(14, 22) * SECOND_MS;
  const thereMs = chance.between(27, 30) * SECOND_MS;
  const jumps = chance.happens(0.6) ? [at(atMs, jump(chance))] : [];
  return {
    shape: { ...shape, clusters: 1, lagMs: 20, applications: several(shape, 1, { provider, type: 'Web' }) },
    steps: [
      strike(0, 'provider', `${provider} create`, { type: 'slow', thereMs, backMs: 10 }),
      ...jumps,
      at(atMs + SECOND_MS, { type: 'ask', application: 0, forWhat: 'reconcile' }),
    ],
  };
}

/** Answers that say nothing of what became of the request; of the first create there is one that cannot be read. */
export function unheard(shape: Shape, chance: SeededChance): Theme {
  const provider = chance.happens(0.7) ? 'logi' : 'logto';
  const applications = several(shape, 4, { provider, type: 'Web' });
  const others = [provider === 'logi' ? 'rotate' : 'create-secret', 'update', 'delete'];
  const struck = [...applications.slice(1).map(() => 'create'), ...others];
  const unreadable = chance.oneOf(['garbage', 'truncated', 'oversize'] as const);
  return {
    shape: { ...shape, clusters: 1, applications },
    steps: [
      strike(0, 'provider', `${provider} create`, { type: 'misanswered', when: 'after', as: unreadable }),
      ...struck.map((kind) => strike(0, 'provider', `${provider} ${kind}`, drawSilence(chance))),
      ...asks(0, 'rotate', 1, chance, MINUTE_MS),
      at(3 * MINUTE_MS, { type: 'delete', application: 1 }),
    ],
  };
}

function drawSilence(chance: SeededChance): Blow {
  const as = chance.oneOf(['unavailable', 'html', 'garbage', 'truncated', 'oversize'] as const);
  return chance.weighted<Blow>([
    [4, { type: 'misanswered', when: 'after', as }],
    [1, { type: 'lost', when: 'after' }],
    [1, { type: 'silent', when: 'after' }],
    [1, { type: 'twice' }],
  ]);
}

/** A create whose answer is lost, and a person who wants to be rid of the object, or to look at it in peace. */
export function lostThenLeft(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const blow = chance.oneOf<Blow>([
    { type: 'lost', when: 'after' },
    { type: 'died', when: 'after' },
    { type: 'silent', when: 'after' },
  ]);
  const on = chance.weighted<CallName>([
    [2, { side: 'provider', kind: `${provider} create` }],
    [2, { side: 'api', kind: 'create secrets' }],
    [1, { side: 'api', kind: 'replace oauthapplications/status' }],
  ]);
  const skip = skipped(on, chance);
  const isDeleted = chance.happens(0.5);
  const leaving: Act = isDeleted ? { type: 'delete', application: 0 } : { type: 'edit', application: 0, to: 'suspend' };
  return {
    shape: {
      ...shape,
      clusters: 1,
      applications: several(shape, 1, { provider, type: 'Web', deletionPolicy: 'Delete' }),
    },
    steps: [
      at(0, { type: 'strike', strike: { on, skip, blow } }),
      at(chance.between(3, 15) * SECOND_MS, leaving),
      ...asks(0, 'rotate', isDeleted ? 0 : 1, chance, 90 * SECOND_MS),
    ],
  };
}

function skipped({ side, kind }: CallName, chance: SeededChance): number {
  // The first Secret is the installation's own.
  if (kind === 'create secrets') return 1;
  return side === 'api' ? chance.between(0, 3) : 0;
}

/** A leader that stands still in the middle of its work, for as long as another needs to take over, again and again. */
export function standstill(shape: Shape, chance: SeededChance): Theme {
  const provider = chance.happens(0.7) ? 'logto' : 'logi';
  const kinds = ['show', 'list', 'update', provider === 'logi' ? 'rotate' : 'list-secrets'];
  const stop = (): Blow => ({ type: 'stopped', when: 'after', forMs: chance.between(190, 240) * SECOND_MS });
  const rounds = [
    { fromMs: 20 * SECOND_MS, to: 'name' },
    { fromMs: 5 * MINUTE_MS, to: 'uris' },
    { fromMs: 9 * MINUTE_MS, to: 'keys' },
  ] as const;
  return {
    shape: {
      ...shape,
      clusters: 1,
      replicas: 2,
      applications: several(shape, 3, { provider, type: 'Web' }),
      activeMs: 14 * MINUTE_MS,
    },
    steps: [
      strike(0, 'provider', `${provider} create`, stop()),
      ...rounds.flatMap(({ fromMs, to }) => [
        strike(fromMs, 'provider', `${provider} ${chance.oneOf(kinds)}`, stop()),
        ...asks(0, 'rotate', 1, chance, fromMs),
        ...asks(1, 'reconcile', 1, chance, fromMs),
        at(fromMs + chance.between(10, 100) * SECOND_MS, { type: 'edit', application: 2, to }),
      ]),
    ],
  };
}

/** An API server that does not take the Secret, or does not say so. */
export function refused(shape: Shape, chance: SeededChance): Theme {
  const isRefused = chance.happens(0.3);
  const drawBlow = (): Blow => {
    if (isRefused) return { type: 'misanswered', when: 'before', as: 'quota' };
    const when = drawWhen(chance);
    return chance.oneOf<Blow>([
      { type: 'lost', when },
      { type: 'misanswered', when, as: 'unavailable' },
    ]);
  };
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 4, { type: 'Web' }) },
    steps: [
      ...['create secrets', 'create secrets'].map((kind) => strike(INSTALLED_MS, 'api', kind, drawBlow())),
      ...['replace secrets', 'dry-run secrets'].map((kind) => strike(5 * SECOND_MS, 'api', kind, drawBlow())),
      ...[2, 3].flatMap((application) => asks(application, 'rotate', 1, chance)),
    ],
  };
}
