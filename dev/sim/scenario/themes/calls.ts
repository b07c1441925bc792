import type { Blow, CallName } from '../../blows.ts';
import type { SeededChance } from '../../chance.ts';
import type { Planned, Shape, Step } from '../scenario.ts';
import { asks, at, drawProvider, drawWhen, jump, MINUTE_MS, SECOND_MS, several, strike } from './steps.ts';
import type { Theme } from './theme.ts';

/** The operator's own Secret is there by then, ms. */
const INSTALLED_MS = 200;

/** Longer than anybody waits for the answer to a call, ms. */
const BUSY_MS = 15_000;

/** A create that arrives long after its caller has given up, whatever the clock says in between. */
export function lateRequest(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const atMs = chance.between(14, 22) * SECOND_MS;
  const thereMs = chance.between(27, 30) * SECOND_MS;
  const jumps = chance.happens(0.8) ? [at(atMs, jump(chance))] : [];
  return {
    shape: { ...shape, clusters: 1, lagMs: 20, applications: several(shape, 1, { provider, type: 'Web' }) },
    steps: [
      strike(0, 'provider', `${provider} create`, { type: 'slow', thereMs, backMs: 10 }),
      ...jumps,
      at(atMs + SECOND_MS, { type: 'ask', application: 0, forWhat: 'reconcile' }),
    ],
  };
}

/**
 * Answers that say nothing of what became of the request; of creates there are some that cannot be read. Where logi lets one
 * create pass at a time, it may be busy still with one whose caller has given up.
 */
export function unheard(shape: Shape, chance: SeededChance): Theme {
  const provider = chance.happens(0.7) ? 'logi' : 'logto';
  const applications = several(shape, 4, { provider, type: 'Web' });
  const others = [provider === 'logi' ? 'rotate' : 'create-secret', 'update', 'delete'];
  const struck = [...applications.slice(2).map(() => 'create'), ...others];
  const isBusy = provider === 'logi' && chance.fork('busy').happens(0.5);
  const unreadable = ['garbage', chance.oneOf(['truncated', 'oversize'] as const)] as const;
  return {
    shape: { ...shape, clusters: 1, applications, ...(isBusy ? { logi: 'one-passes' } : {}) },
    steps: [
      ...(isBusy ? [strike(0, 'provider', 'logi create', { type: 'slow', thereMs: 10, backMs: BUSY_MS })] : []),
      ...unreadable.map((as) =>
        strike(0, 'provider', `${provider} create`, { type: 'misanswered', when: 'after', as }),
      ),
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

/** Calls whose answers are lost, a create among them, and people who want to be rid of an object, or to look at it in peace. */
export function lostThenLeft(shape: Shape, chance: SeededChance): Theme {
  const [one, other] = chance.oneOf([
    ['logi', 'logto'],
    ['logto', 'logi'],
  ] as const);
  const applications = several(shape, 3, { type: 'Web', deletionPolicy: 'Delete' }).map(
    (each, index): Planned => ({ ...each, provider: index === 0 ? one : other }),
  );
  const drawLoss = (on: CallName): Step => {
    const blow = chance.oneOf<Blow>([
      { type: 'lost', when: 'after' },
      { type: 'died', when: 'after' },
      { type: 'silent', when: 'after' },
    ]);
    return at(0, { type: 'strike', strike: { on, skip: skipped(on, chance), blow } });
  };
  const drawCall = (): CallName =>
    chance.weighted<CallName>([
      [2, { side: 'provider', kind: `${other} create` }],
      [2, { side: 'api', kind: 'create secrets' }],
      [1, { side: 'api', kind: 'replace oauthapplications/status' }],
    ]);
  return {
    shape: { ...shape, clusters: 1, applications },
    steps: [
      drawLoss({ side: 'provider', kind: `${one} create` }),
      ...[1, 2].map(() => drawLoss(drawCall())),
      at(chance.between(3, 15) * SECOND_MS, { type: 'delete', application: 0 }),
      at(chance.between(3, 15) * SECOND_MS, { type: 'edit', application: 1, to: 'suspend' }),
      at(chance.between(3, 15) * SECOND_MS, { type: 'delete', application: 2 }),
      ...asks(1, 'rotate', 1, chance, 90 * SECOND_MS),
    ],
  };
}

/** A create that is under way, or was answered to nobody, when somebody wipes the status that said so; or deletes, too. */
export function lostThenWiped(shape: Shape, chance: SeededChance): Theme {
  const applications = several(shape, 2, { provider: 'logto', type: 'Web', deletionPolicy: 'Delete' });
  const atMs = chance.between(3, 9) * SECOND_MS;
  const drawBlow = (): Blow =>
    chance.oneOf<Blow>([
      { type: 'lost', when: 'after' },
      { type: 'silent', when: 'after' },
      { type: 'slow', thereMs: 25 * SECOND_MS, backMs: 10 },
    ]);
  return {
    shape: { ...shape, clusters: 1, lagMs: 20, applications },
    steps: [
      ...applications.map(() => strike(0, 'provider', 'logto create', drawBlow())),
      ...[0, 1].map((application) => at(atMs, { type: 'tamper-status', application, how: 'wipe' })),
      at(atMs + 1, { type: 'delete', application: 1 }),
    ],
  };
}

/**
 * Processes that die between a Secret and its status, and somebody who writes into two of these Secrets before the next one
 * comes.
 */
export function putAside(shape: Shape, chance: SeededChance): Theme {
  const applications = several(shape, 3, { type: 'Web', onSecretLoss: 'Reissue' }).map(
    (each, index): Planned => ({ ...each, provider: index === 1 ? 'logto' : 'logi' }),
  );
  return {
    shape: { ...shape, clusters: 1, lagMs: 20, applications, activeMs: 8 * MINUTE_MS },
    steps: applications.flatMap((_, application) => {
      const atMs = (20 + 120 * application) * SECOND_MS;
      const tampered = { type: 'tamper-secret', application, how: 'other-value' } as const;
      return [
        strike(atMs, 'api', 'replace secrets', { type: 'died', when: 'after' }),
        at(atMs + 1, { type: 'ask', application, forWhat: 'rotate' }),
        ...(application === 2 ? [] : [at(atMs + chance.between(5, 20) * SECOND_MS, tampered)]),
      ];
    }),
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
  const kinds = ['list', 'update', provider === 'logi' ? 'rotate' : 'list-secrets'];
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
        strike(fromMs, 'provider', `${provider} ${chance.happens(0.7) ? 'show' : chance.oneOf(kinds)}`, stop()),
        ...asks(0, 'rotate', 1, chance, fromMs),
        ...asks(1, 'reconcile', 1, chance, fromMs),
        at(fromMs + chance.between(10, 100) * SECOND_MS, { type: 'edit', application: 2, to }),
      ]),
    ],
  };
}

/** An API server that does not take the Secret, or does not say so, or has been given another one of its name. */
export function refused(shape: Shape, chance: SeededChance): Theme {
  const isRefused = chance.happens(0.3);
  const isForestalled = chance.fork('forestalled').happens(0.6);
  const drawBlow = (): Blow => {
    if (isRefused) return { type: 'misanswered', when: 'before', as: 'full' };
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
      ...(isForestalled ? [strike(INSTALLED_MS, 'api', 'create secrets', { type: 'touched' })] : []),
      ...['replace secrets', 'dry-run secrets'].map((kind) => strike(5 * SECOND_MS, 'api', kind, drawBlow())),
      ...[2, 3].flatMap((application) => asks(application, 'rotate', 1, chance)),
    ],
  };
}
