import { type SeededChance, seededChance } from '../sim/chance.ts';

/**
 * What a round does to the operator beside killing it.
 *
 * - `deaths`: nothing else; one process, killed as often as it can be.
 * - `sleep`: of two replicas the leader is stopped for longer than its lease, and wakes up beside its successor.
 * - `outage`: etcd and kube-apiserver are killed and started again.
 */
export type Kind = (typeof KINDS)[number];

export const KINDS = ['deaths', 'sleep', 'outage'] as const;

/** What is to happen in one round. */
export interface Story {
  readonly kind: Kind;
  readonly seed: number;
  /** How many deaths, stops or outages. */
  readonly blows: number;
  readonly applications: readonly Planned[];
}

/** One application, and what people do with it. */
export interface Planned {
  readonly name: string;
  readonly provider: 'logi' | 'logto';
  readonly type: 'Web' | 'SinglePage' | 'MachineToMachine';
  /** Registered in the calm before, or while things go wrong. */
  readonly born: 'before' | 'during';
  /** In order. Each begins when the one before is done, and not before its time. */
  readonly deeds: readonly Deed[];
}

export interface Deed {
  /** It is done when so many blows have been dealt, and this much later. So a story takes longer on a slow machine. */
  readonly blow: number;
  readonly afterMs: number;
  /** A create waits until the object before it is gone. */
  readonly type: 'create' | 'edit' | 'rotate' | 'delete';
}

/** What people have asked for so far; `undefined` where they want no such object. */
export type Standing = { readonly edition: number; readonly token: string | undefined } | undefined;

export interface StoryOptions extends Omit<Story, 'applications'> {
  /** How many. */
  readonly applications: number;
}

/** Between two blows there are seconds, as a lease runs out. */
const LONGEST_AFTER_MS = 3_000;

const BORN_BEFORE = 0.35;

/** The story of this seed. Pure. */
export function drawStory({ seed, kind, blows, applications }: StoryOptions): Story {
  const chance = seededChance(seed).fork('story');
  return {
    kind,
    seed,
    blows,
    applications: Array.from({ length: applications }, (_, index) =>
      drawApplication(`shop-${index + 1}`, blows, chance.fork(`application ${index}`)),
    ),
  };
}

function drawApplication(name: string, blows: number, chance: SeededChance): Planned {
  const provider = chance.oneOf(['logi', 'logto'] as const);
  const type = chance.weighted<Planned['type']>(
    provider === 'logi'
      ? [
          [5, 'Web'],
          [1, 'SinglePage'],
        ]
      : [
          [3, 'Web'],
          [2, 'MachineToMachine'],
          [1, 'SinglePage'],
        ],
  );
  const born = chance.happens(BORN_BEFORE) ? 'before' : 'during';
  const types: Deed['type'][] = born === 'during' ? ['create'] : [];
  types.push(...drawChanges(chance, mayRotate({ provider, type, born })));
  if (chance.happens(0.35)) {
    types.push('delete');
    if (chance.happens(0.6)) types.push('create', ...drawChanges(chance, 'never'));
  }
  const times = types
    .map(() => ({ blow: chance.between(0, blows - 1), afterMs: chance.between(0, LONGEST_AFTER_MS) }))
    .toSorted((one, other) => one.blow - other.blow || one.afterMs - other.afterMs);
  return { name, provider, type, born, deeds: times.map((time, index) => ({ ...time, type: types[index] ?? 'edit' })) };
}

/**
 * Half a minute has to pass between two rotations of one object (protocol T5), and a create at logi whose answer is lost
 * costs one. Where that can be, nobody asks for another, so that a round does not take half a minute longer.
 */
function mayRotate({ provider, type, born }: Pick<Planned, 'provider' | 'type' | 'born'>): 'once' | 'never' {
  if (type === 'SinglePage') return 'never';
  return provider === 'logto' || born === 'before' ? 'once' : 'never';
}

function drawChanges(chance: SeededChance, rotation: 'once' | 'never'): readonly Deed['type'][] {
  const edits = Array.from({ length: chance.between(0, 2) }, () => 'edit' as const);
  if (rotation === 'never' || !chance.happens(0.6)) return edits;
  return chance.happens(0.5) ? ['rotate', ...edits] : [...edits, 'rotate'];
}

/** What people want of an application after its first `count` deeds. Pure. */
export function standingAfter({ name, born, deeds }: Planned, count: number = deeds.length): Standing {
  let standing: Standing = born === 'before' ? NEW : undefined;
  for (const { type } of deeds.slice(0, count)) standing = after(type, standing ?? NEW, name);
  return standing;
}

const NEW: NonNullable<Standing> = { edition: 0, token: undefined };

function after(type: Deed['type'], standing: NonNullable<Standing>, name: string): Standing {
  switch (type) {
    case 'create':
      return NEW;
    case 'edit':
      return { ...standing, edition: standing.edition + 1 };
    case 'rotate':
      return { ...standing, token: `for ${name}` };
    case 'delete':
      return undefined;
  }
}
