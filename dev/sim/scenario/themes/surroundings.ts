import type { Blow } from '../../blows.ts';
import type { SeededChance } from '../../chance.ts';
import type { Act, Outage, Planned, Shape, Step } from '../scenario.ts';
import { asks, at, drawProvider, drawWhen, MINUTE_MS, SECOND_MS, several, strike } from './steps.ts';
import type { Theme } from './theme.ts';

const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;

/** One manifest in two namespaces: two registrations of one name. */
export function namesakes(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const [one] = several(shape, 1, { provider, type: 'Web', namespace: 'store' });
  const applications: readonly Planned[] = one === undefined ? [] : [one, { ...one, namespace: 'depot' }];
  const last = chance.oneOf<Act>([
    { type: 'delete', application: 0 },
    { type: 'edit', application: 0, to: 'name' },
    { type: 'restore-object', application: 0, from: 'manifest' },
    { type: 'tamper-status', application: 0, how: 'wipe' },
  ]);
  return {
    shape: { ...shape, clusters: 1, names: 'alike', applications },
    steps: [
      ...[0, 1].map((skip) =>
        at(0, {
          type: 'strike',
          strike: {
            on: { side: 'provider', kind: `${provider} create` },
            skip,
            blow: { type: 'lost', when: drawWhen(chance) },
          },
        }),
      ),
      at(chance.between(90, 120) * SECOND_MS, last),
    ],
  };
}

/** Rotations that are due, and clocks that say so, or only seem to. */
export function scheduled(shape: Shape, chance: SeededChance): Theme {
  const whose = chance.oneOf<readonly ('api' | 'operators')[]>([
    ['api', 'operators'],
    ['operators', 'api'],
    ['operators'],
  ]);
  const atMs = chance.between(60, 90) * SECOND_MS;
  return {
    shape: {
      ...shape,
      clusters: 1,
      intervalDays: 30,
      apartMs: chance.oneOf([0, shape.apartMs]),
      applications: several(shape, 2, { type: 'Web' }),
    },
    steps: [
      ...whose.map((clock, index) => at(atMs + index * SECOND_MS, { type: 'clock', whose: clock, byMs: YEAR_MS })),
      ...asks(1, 'rotate', 1, chance, atMs),
      ...(chance.happens(0.5)
        ? [at(atMs + 20 * SECOND_MS, { type: 'process', cluster: 0, replica: 0, fate: { type: 'kill' } } as const)]
        : []),
    ],
  };
}

/**
 * An API server whose clock is a year ahead for some minutes. A superseded secret waits for its overlap then, schedules for
 * their day, and a value is lost; and what is rotated meanwhile is said to be of next year.
 */
export function clockSetRight(shape: Shape, chance: SeededChance): Theme {
  const wrongMs = chance.between(40, 70) * SECOND_MS;
  const rightMs = wrongMs + chance.between(160, 200) * SECOND_MS;
  const sites: readonly Planned['provider'][] = ['logi', 'logto', drawProvider(chance)];
  const applications = several(shape, 3, { type: 'Web' }).map(
    (each, index): Planned => ({ ...each, provider: sites[index] ?? each.provider }),
  );
  const how = chance.oneOf(['delete', 'other-value'] as const);
  return {
    shape: { ...shape, clusters: 1, intervalDays: 30, apartMs: 0, activeMs: 6 * MINUTE_MS, applications },
    steps: [
      at(wrongMs - 10 * SECOND_MS, { type: 'ask', application: 1, forWhat: 'rotate' }),
      at(wrongMs, { type: 'clock', whose: 'api', byMs: YEAR_MS }),
      at(wrongMs + 30 * SECOND_MS, { type: 'ask', application: 0, forWhat: 'rotate' }),
      at(wrongMs + chance.between(110, 140) * SECOND_MS, { type: 'tamper-secret', application: 0, how }),
      at(wrongMs + chance.between(110, 140) * SECOND_MS, { type: 'edit', application: 2, to: 'name' }),
      at(rightMs, { type: 'clock', whose: 'api', byMs: -YEAR_MS }),
      at(rightMs + chance.between(30, 60) * SECOND_MS, { type: 'ask', application: 0, forWhat: 'rotate' }),
    ],
  };
}

/**
 * An API server that lets objects go while their finalizers are added, a create of theirs that may not be answered, and a
 * status of another of which nobody hears that it was written.
 */
export function letGo(shape: Shape, chance: SeededChance): Theme {
  const applications = several(shape, 3, { type: 'Web' }).map(
    (each, index): Planned => ({ ...each, deletionPolicy: index === 0 ? each.deletionPolicy : 'Delete' }),
  );
  const create: Blow = chance.oneOf<Blow>([
    { type: 'lost', when: drawWhen(chance) },
    { type: 'died', when: drawWhen(chance) },
    { type: 'slow', thereMs: 10, backMs: chance.between(1, 20) * SECOND_MS },
  ]);
  const isCreateStruck = chance.happens(0.5);
  return {
    shape: { ...shape, clusters: 1, applications },
    steps: [
      ...[0, 1].map(() => strike(0, 'api', 'patch oauthapplications', { type: 'let-go' })),
      ...(isCreateStruck ? [strike(0, 'provider', `${drawProvider(chance)} create`, create)] : []),
      unheardStatus(),
      ...[0, 1, 2].map((application) => at(chance.between(3, 90) * SECOND_MS, { type: 'apply', application })),
    ],
  };
}

/** Of the second status that is written when both are gone. */
function unheardStatus(): Step {
  const on = { side: 'api', kind: 'replace oauthapplications/status' } as const;
  const blow = { type: 'misanswered', when: 'after', as: 'unavailable' } as const;
  return at(2 * SECOND_MS + 1, { type: 'strike', strike: { on, skip: 1, blow } });
}

/** A provider that serves nobody for minutes, in the midst of everything that can be wanted of it. */
export function outage(shape: Shape, chance: SeededChance): Theme {
  const site = drawProvider(chance);
  const how = chance.oneOf<Outage>(['away', 'unavailable', 'denied', 'forbidden', 'throttled', 'full']);
  const fromMs = chance.between(0, 30) * SECOND_MS;
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 4, { provider: site, type: 'Web' }) },
    laterApplied: [3],
    steps: [
      at(fromMs, { type: 'outage', site, how, forMs: chance.between(2, 5) * MINUTE_MS }),
      at(fromMs + chance.between(0, 60) * SECOND_MS, { type: 'apply', application: 3 }),
      ...asks(0, 'rotate', 1, chance, fromMs),
      at(fromMs + chance.between(5, 60) * SECOND_MS, { type: 'edit', application: 1, to: 'name' }),
      at(fromMs + chance.between(5, 60) * SECOND_MS, { type: 'delete', application: 2 }),
    ],
  };
}

/** Whoever deletes waits for what belongs to the object, a twin that no listing has shown yet; the collector takes its time. */
export function foreground(shape: Shape, chance: SeededChance): Theme {
  const applications = several(shape, 2, { type: 'Web' });
  const twins = chance.fork('twins');
  return {
    shape: { ...shape, clusters: 1, collectorMs: chance.oneOf([1, 20, 120]) * SECOND_MS, applications },
    steps: [0, 1].flatMap((application) => {
      const atMs = chance.between(20, 60) * SECOND_MS;
      const again = chance.happens(0.7);
      return [
        ...(twins.happens(0.4)
          ? [strike(0, 'provider', `${applications[application]?.provider} create`, { type: 'twice' })]
          : []),
        ...(chance.happens(0.4)
          ? [
              strike(atMs, 'provider', `${applications[application]?.provider} delete`, {
                type: 'lost',
                when: drawWhen(chance),
              }),
            ]
          : []),
        at(atMs, { type: 'delete', application, propagation: 'Foreground' } as const),
        ...(again ? [at(atMs + chance.between(1, 90) * SECOND_MS, { type: 'apply', application } as const)] : []),
      ];
    }),
  };
}

/** A logi where a create with a name that is there finds it, asked by many at once. */
export function foundByName(shape: Shape, chance: SeededChance): Theme {
  const applications = several(shape, 4, { provider: 'logi', type: 'Web', deletionPolicy: 'Delete' });
  return {
    shape: { ...shape, clusters: 1, names: 'apart', logi: 'found-by-name', applications },
    steps: [
      strike(0, 'provider', 'logi create', { type: 'lost', when: drawWhen(chance) }),
      strike(
        0,
        'provider',
        'logi create',
        chance.oneOf([{ type: 'twice' }, { type: 'silent', when: drawWhen(chance) }]),
      ),
      at(2 * MINUTE_MS, { type: 'apply', application: 2 }),
      ...asks(0, 'rotate', 1, chance, MINUTE_MS),
      at(chance.between(60, 120) * SECOND_MS, { type: 'delete', application: 1 }),
    ],
  };
}

/** Registrations that were made twice on their way, several at once, and nobody does anything until a listing shows it. */
export function twinned(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const applications = several(shape, 3, { provider, type: 'Web' });
  return {
    shape: { ...shape, clusters: 1, logi: 'as-documented', activeMs: 4 * MINUTE_MS, applications },
    steps: applications.map(() => strike(0, 'provider', `${provider} create`, { type: 'twice' })),
  };
}
