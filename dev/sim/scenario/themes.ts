import type { Blow, CallName } from '../blows.ts';
import type { SeededChance } from '../chance.ts';
import type { Act, ConsoleDeed, Edit, Planned, Request, Shape, Step } from './scenario.ts';

/** What seldom comes together by chance: a shape that lets it happen, and the steps of it. */
export interface Theme {
  readonly shape: Shape;
  readonly steps: readonly Step[];
}

type Draw = (shape: Shape, chance: SeededChance) => Theme;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** One of the themes. */
export function drawTheme(shape: Shape, chance: SeededChance): Theme {
  const draw = chance.oneOf<Draw>([
    lateRequest,
    lostThenLeft,
    standstill,
    goneAtOnce,
    hidden,
    forged,
    otherId,
    busyRotations,
    retained,
    contested,
    neighbours,
    refused,
  ]);
  return draw(shape, chance);
}

/** A request that arrives long after its caller has given up, or died, whatever the clock says in between. */
function lateRequest(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const on = provider === 'logi' ? chance.oneOf(['logi create', 'logi rotate']) : 'logto create';
  const thereMs = chance.between(25, 30) * SECOND_MS;
  const atMs = chance.between(12, 22) * SECOND_MS;
  const jumps = [
    at(atMs, jump(chance)),
    at(atMs + SECOND_MS, { type: 'ask', application: 0, forWhat: 'reconcile' } as const),
  ];
  const kill = at(chance.between(2, 12) * SECOND_MS, {
    type: 'process',
    cluster: 0,
    replica: 0,
    fate: { type: 'kill' },
  } as const);
  return {
    shape: { ...shape, clusters: 1, replicas: 1, applications: several(shape, 2, { provider, type: 'Web' }) },
    steps: [
      strike(0, 'provider', on, { type: 'slow', thereMs, backMs: 10 }),
      ...asks(0, 'rotate', 1, chance, 40 * SECOND_MS),
      ...(chance.happens(0.4) ? [kill] : []),
      ...(chance.happens(0.5) ? jumps : []),
    ],
  };
}

/** An answer that is lost, and a person who wants to be rid of the object, or to look at it in peace. */
function lostThenLeft(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const blow = chance.oneOf<Blow>([
    { type: 'lost', when: 'after' },
    { type: 'died', when: 'after' },
    { type: 'misanswered', when: 'after', as: 'truncated' },
    { type: 'silent', when: 'after' },
  ]);
  const on = chance.oneOf<CallName>([
    { side: 'provider', kind: `${provider} create` },
    { side: 'provider', kind: provider === 'logi' ? 'logi rotate' : 'logto create-secret' },
    { side: 'provider', kind: `${provider} delete` },
    { side: 'api', kind: 'replace oauthapplications/status' },
  ]);
  const skip = on.side === 'api' ? chance.between(0, 3) : 0;
  const leaving = chance.oneOf<Act>([
    { type: 'delete', application: 0 },
    { type: 'edit', application: 0, to: 'suspend' },
  ]);
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 1, { provider, type: 'Web' }) },
    steps: [
      at(0, { type: 'strike', strike: { on, skip, blow } }),
      ...asks(0, 'rotate', chance.between(0, 1), chance, 8 * SECOND_MS),
      at(chance.between(3, 30) * SECOND_MS, leaving),
      ...(chance.happens(0.3) ? [at(2 * MINUTE_MS, { type: 'edit', application: 0, to: 'resume' } as const)] : []),
      ...asks(0, 'rotate', chance.between(0, 1), chance, 90 * SECOND_MS),
    ],
  };
}

/** A leader that stands still in the middle of its work while another takes over. */
function standstill(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const kinds = ['show', 'list', 'create', 'update', ...(provider === 'logi' ? ['rotate'] : ['list-secrets'])];
  const steps = Array.from({ length: 3 }, () =>
    strike(chance.between(0, 20) * SECOND_MS, 'provider', `${provider} ${chance.oneOf(kinds)}`, {
      type: 'stopped',
      when: 'after',
      forMs: chance.between(100, 240) * SECOND_MS,
    }),
  );
  return {
    shape: { ...shape, clusters: 1, replicas: 2, applications: several(shape, 2, { provider }) },
    steps: [
      ...steps,
      ...asks(0, 'rotate', 2, chance),
      ...asks(1, 'reconcile', 2, chance),
      ...edits(0, ['name', 'uris'], chance),
    ],
  };
}

/** A provider that is put back to before it knew of anything. */
function goneAtOnce(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const database = { of: provider, cluster: 0 } as const;
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 4, { provider }) },
    steps: [
      at(0, { type: 'backup', ...database }),
      at(chance.between(1, 3) * MINUTE_MS, { type: 'restore', ...database, revision: 'goes-on' }),
      ...asks(0, 'reconcile', 2, chance),
    ],
  };
}

/** A provider that lists what it does not show. */
function hidden(shape: Shape, chance: SeededChance): Theme {
  const from = chance.between(20, 60) * SECOND_MS;
  const until = from + chance.between(30, 90) * SECOND_MS;
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 2, { type: 'Web', deletionPolicy: 'Delete' }) },
    steps: [0, 1].flatMap((application) => [
      at(from, consoleDeed(application, 'hide')),
      at(from + 5 * SECOND_MS, { type: 'ask', application, forWhat: 'reconcile' }),
      ...(application === 1 ? [at(from + 10 * SECOND_MS, { type: 'delete', application } as const)] : []),
      at(until, consoleDeed(application, 'show-again')),
    ]),
  };
}

/** Somebody at the provider's console makes what looks like ours. */
function forged(shape: Shape, chance: SeededChance): Theme {
  const deeds: readonly ConsoleDeed[] = ['forge', 'namesake', 'copy'];
  return {
    shape: { ...shape, applications: several(shape, 2, { type: 'Web' }), activeMs: 15 * MINUTE_MS },
    steps: [
      ...deeds.map((how) => at(chance.between(2, 13) * MINUTE_MS, consoleDeed(chance.between(0, 1), how))),
      strike(0, 'provider', chance.oneOf(['logto create', 'logi create']), { type: 'lost', when: drawWhen(chance) }),
      ...asks(0, 'reconcile', 2, chance),
      ...(chance.happens(0.5) ? [at(14 * MINUTE_MS, { type: 'delete', application: 0 } as const)] : []),
    ],
  };
}

/** A status that names what belongs to another object. */
function otherId(shape: Shape, chance: SeededChance): Theme {
  const atMs = chance.between(15, 40) * SECOND_MS;
  const provider = drawProvider(chance);
  const after = chance.oneOf<Act>([
    { type: 'delete', application: 1 },
    { type: 'edit', application: 1, to: 'name' },
    { type: 'ask', application: 1, forWhat: 'rotate' },
  ]);
  return {
    shape: {
      ...shape,
      clusters: 1,
      applications: several(shape, 2, { provider, type: 'Web', deletionPolicy: 'Delete' }),
    },
    steps: [
      at(atMs, { type: 'tamper-status', application: 1, how: 'other-id' }),
      at(atMs + chance.between(0, 20) * SECOND_MS, after),
      at(atMs + chance.between(0, 60) * SECOND_MS, { type: 'process', cluster: 0, replica: 0, fate: { type: 'kill' } }),
    ],
  };
}

/** Requests that follow each other faster than they can be served, some of which go wrong. */
function busyRotations(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const on = provider === 'logi' ? 'logi rotate' : 'logto create-secret';
  const blows: readonly Blow[] = [
    { type: 'lost', when: 'after' },
    { type: 'misanswered', when: 'after', as: 'failed' },
  ];
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 2, { provider, type: 'Web' }) },
    steps: [
      ...asks(0, 'rotate', 5, chance, MINUTE_MS),
      ...asks(1, 'rotate', 3, chance),
      ...(chance.happens(0.6) ? [strike(20 * SECOND_MS, 'provider', on, chance.oneOf(blows))] : []),
      ...(chance.happens(0.5) ? [at(chance.between(30, 150) * SECOND_MS, jump(chance))] : []),
    ],
  };
}

/** What is left behind on purpose, and taken back. */
function retained(shape: Shape, chance: SeededChance): Theme {
  const atMs = chance.between(20, 60) * SECOND_MS;
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 2, { deletionPolicy: 'Retain' }) },
    steps: [0, 1].flatMap((application) => [
      at(atMs, { type: 'delete', application }),
      ...(chance.happens(0.6)
        ? [at(atMs + chance.between(10, 90) * SECOND_MS, { type: 'apply', application } as const)]
        : []),
    ]),
  };
}

/** Two hands that write one Secret, and a spec that moves it about. */
function contested(shape: Shape, chance: SeededChance): Theme {
  const provider = drawProvider(chance);
  const tamperings = Array.from({ length: chance.between(0, 4) }, () => {
    const how = chance.oneOf(['delete', 'other-value', 'drop-key'] as const);
    return at(chance.between(30, 170) * SECOND_MS, { type: 'tamper-secret', application: 0, how });
  });
  return {
    shape: {
      ...shape,
      clusters: 1,
      applications: several(shape, 2, { provider, type: 'Web', onSecretLoss: 'Reissue' }),
    },
    steps: [...tamperings, ...edits(chance.between(0, 1), ['secret-name', 'keys'], chance)],
  };
}

/** The same names in two clusters that share the providers. */
function neighbours(shape: Shape, chance: SeededChance): Theme {
  const [one] = several(shape, 1, { type: 'Web' });
  const applications = one === undefined ? [] : [one, { ...one, cluster: 1 }];
  return {
    shape: { ...shape, clusters: 2, applications },
    steps: [
      strike(0, 'provider', `${one?.provider} create`, { type: 'lost', when: 'after' }),
      at(chance.between(30, 90) * SECOND_MS, {
        type: 'restore-object',
        application: 1,
        from: chance.oneOf(['manifest', 'backup']),
      }),
      at(chance.between(90, 120) * SECOND_MS, { type: 'delete', application: chance.between(0, 1) }),
      ...asks(0, 'reconcile', 1, chance),
    ],
  };
}

/** An API server that does not take the Secret. */
function refused(shape: Shape, chance: SeededChance): Theme {
  const kinds = ['create secrets', 'replace secrets', 'dry-run secrets'];
  const steps = Array.from({ length: 3 }, () =>
    strike(chance.between(0, 60) * SECOND_MS, 'api', chance.oneOf(kinds), drawRefusal(chance)),
  );
  return {
    shape: { ...shape, applications: several(shape, 2, { type: 'Web' }) },
    steps: [...steps, ...asks(0, 'rotate', 3, chance)],
  };
}

function drawRefusal(chance: SeededChance): Blow {
  return chance.weighted<Blow>([
    [2, { type: 'misanswered', when: 'before', as: 'quota' }],
    [1, { type: 'lost', when: drawWhen(chance) }],
    [1, { type: 'misanswered', when: drawWhen(chance), as: 'unavailable' }],
  ]);
}

/** So many applications of the story's first clusters, each as the theme wants it. */
function several({ applications, clusters }: Shape, count: number, wanted: Partial<Planned>): readonly Planned[] {
  const [first] = applications;
  if (first === undefined) return [];
  const names = ['shop', 'desk', 'till', 'mill'];
  return names.slice(0, count).map((name, index) => {
    const { type, ...planned } = { ...first, ...applications[index], name, ...wanted };
    const cluster = Math.min(planned.cluster, clusters - 1);
    const isServed = type !== 'MachineToMachine' || planned.provider === 'logto';
    return { ...planned, cluster, type: isServed ? type : 'Web' };
  });
}

function at(atMs: number, act: Act): Step {
  return { atMs, act };
}

function strike(atMs: number, side: CallName['side'], kind: string, blow: Blow): Step {
  return at(atMs, { type: 'strike', strike: { on: { side, kind }, skip: 0, blow } });
}

function asks(application: number, forWhat: Request, count: number, chance: SeededChance, fromMs = 0): readonly Step[] {
  return Array.from({ length: count }, () =>
    at(fromMs + chance.between(10, 100) * SECOND_MS, { type: 'ask', application, forWhat }),
  );
}

function edits(application: number, to: readonly Edit[], chance: SeededChance): readonly Step[] {
  return to.map((each) => at(chance.between(20, 150) * SECOND_MS, { type: 'edit', application, to: each }));
}

function consoleDeed(application: number, how: ConsoleDeed): Act {
  return { type: 'console', application, how };
}

function jump(chance: SeededChance): Act {
  return {
    type: 'clock',
    whose: 'operators',
    byMs: chance.oneOf([-1, 1]) * chance.oneOf([10, 365 * 24 * 60]) * MINUTE_MS,
  };
}

function drawProvider(chance: SeededChance): Planned['provider'] {
  return chance.oneOf(['logi', 'logto']);
}

function drawWhen(chance: SeededChance): 'before' | 'after' {
  return chance.oneOf(['before', 'after']);
}
