import type { Blow, Moment } from '../blows.ts';
import { type SeededChance, seededChance } from '../chance.ts';
import { drawSided } from './draw-strike.ts';
import type { Edit, Extent, Planned, Privileges, Scenario, Shape, Step } from './scenario.ts';
import { PRIVILEGE_TARGETS } from './targets.ts';

/** In so many of seventeen stories. Seventeen has no divisor in common with what else goes by the seed. */
const PRIVILEGED = { every: 17, rests: [3, 11] } as const;

const KINDS: readonly Privileges[] = ['roles', 'consent', 'uris'];

/** How many of the calls that only this application causes are struck in one story. */
const STRIKES = 3;

const SECOND_MS = 1_000;

/**
 * The story, with an application more whose spec asks for roles, for consent scopes or for redirect URIs that logi takes one by
 * one; a team that asks for others; and strikes at the calls that give and take them. All else in the story stays as it is.
 */
export function withPrivileges(scenario: Scenario): Scenario {
  const { seed, shape, steps } = scenario;
  const rests: readonly number[] = PRIVILEGED.rests;
  const place = rests.indexOf(seed % PRIVILEGED.every);
  if (place < 0) return scenario;
  const turn = Math.floor(seed / PRIVILEGED.every) * rests.length + place;
  const privileges = KINDS[turn % KINDS.length] ?? 'roles';
  const chance = seededChance(seed).fork('privileges');
  const planned = drawPlanned(privileges, shape, chance);
  const application = shape.applications.length;
  const asked = drawEdits(privileges, application, shape, chance);
  // The calls that are struck come with what the team asks for.
  const moments = [0, ...asked.map(({ atMs }) => atMs)];
  const added = [
    { atMs: chance.between(0, 15 * SECOND_MS), act: { type: 'apply', application } } as const,
    ...asked,
    ...(chance.happens(0.4) ? [drawOther(application, shape, chance)] : []),
    ...drawStrikes(privileges, Math.floor(turn / KINDS.length), moments, chance),
  ];
  return {
    seed,
    shape: {
      ...shape,
      applications: [...shape.applications, planned],
      ...(privileges === 'uris' ? { logiLists: chance.oneOf(['refused', 'refused', 'ignored']) } : {}),
    },
    steps: [...steps, ...added].toSorted((a, b) => a.atMs - b.atMs),
  };
}

function drawPlanned(privileges: Privileges, { clusters }: Shape, chance: SeededChance): Planned {
  return {
    cluster: chance.between(0, clusters - 1),
    namespace: chance.oneOf(['store', 'depot']),
    name: 'vault',
    provider: privileges === 'uris' ? 'logi' : 'logto',
    type: privileges === 'roles' ? 'MachineToMachine' : 'Web',
    deletionPolicy: chance.happens(0.8) ? 'Delete' : 'Retain',
    onSecretLoss: 'Reissue',
    privileges,
  };
}

/** Now and then it asks for something else, and often it thinks better of that at once, whatever has become of it by then. */
function drawEdits(
  privileges: Privileges,
  application: number,
  { activeMs }: Shape,
  chance: SeededChance,
): readonly Step[] {
  const [[, adding] = [1, '']] = PRIVILEGE_TARGETS[privileges];
  const edits = Array.from({ length: chance.between(1, 3) }, (): readonly Step[] => {
    const atMs = chance.between(20 * SECOND_MS, activeMs);
    const asked = edit(application, `${chance.oneOf<Extent>(['other', 'other', 'fewest'])}-privileges`);
    const thenMs = atMs + chance.between(1, 20) * SECOND_MS;
    const then = chance.happens(0.6) ? [{ atMs: thenMs, act: edit(application, 'first-privileges') }] : [];
    const blow: Blow = { type: chance.oneOf(['died', 'died', 'silent']), when: 'after' };
    const broken = then.length > 0 && chance.happens(0.6) ? [strike(adding, blow, atMs)] : [];
    return [...broken, { atMs, act: asked }, ...then];
  });
  return edits.flat();
}

function drawOther(application: number, { activeMs, logi }: Shape, chance: SeededChance): Step {
  // Where a name is taken once, what is left behind keeps the next one from it.
  const mayLeave = logi !== 'refused-by-name' && logi !== 'found-by-name';
  const act = chance.oneOf<Step['act']>([
    { type: 'ask', application, forWhat: 'reconcile' },
    { type: 'ask', application, forWhat: mayLeave ? 'register-anew' : 'reconcile' },
    { type: 'delete', application },
    { type: 'tamper-status', application, how: 'wipe' },
    { type: 'restore-object', application, from: 'backup' },
    edit(application, 'suspend'),
    edit(application, 'name'),
  ]);
  return { atMs: chance.between(30 * SECOND_MS, activeMs), act };
}

function edit(application: number, to: Edit): Step['act'] {
  return { type: 'edit', application, to };
}

/** Each call of this kind has its turn, on both sides of its effect; and one is struck by something else. */
function drawStrikes(
  privileges: Privileges,
  turn: number,
  moments: readonly number[],
  chance: SeededChance,
): readonly Step[] {
  const targets = PRIVILEGE_TARGETS[privileges];
  const sided = Array.from({ length: STRIKES }, (_, index): Step => {
    const place = turn * STRIKES + index;
    const [, kind = ''] = targets[place % targets.length] ?? [];
    const when: Moment = Math.floor(place / targets.length) % 2 === 0 ? 'before' : 'after';
    return strike(kind, drawSided('provider', when, chance), chance.oneOf(moments));
  });
  const blow = chance.oneOf<Blow>([
    { type: 'twice' },
    { type: 'slow', thereMs: chance.between(0, 30) * SECOND_MS, backMs: chance.between(0, 20) * SECOND_MS },
  ]);
  return [...sided, strike(chance.weighted(targets), blow, chance.oneOf(moments))];
}

function strike(kind: string, blow: Blow, atMs: number): Step {
  return { atMs, act: { type: 'strike', strike: { on: { side: 'provider', kind }, skip: 0, blow } } };
}
