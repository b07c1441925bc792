import type { SeededChance } from '../chance.ts';
import { seededChance } from '../chance.ts';
import { withPrivileges } from './draw-privileges.ts';
import { withRefusals } from './draw-refusals.ts';
import { drawStrike, withSweep } from './draw-strike.ts';
import { withWorkloads } from './draw-workloads.ts';
import type { Act, Planned, Scenario, Shape, Step } from './scenario.ts';
import { THEMES } from './themes/all.ts';
import { standstill } from './themes/calls.ts';
import { lostAtRest, lostUnderWay } from './themes/losses.ts';
import { markedAway } from './themes/marks.ts';
import { notesForged } from './themes/people.ts';
import { edited, editedUnheard, editedUnsaid, overtaken, suspendedUnheard } from './themes/revisions.ts';
import { forgedSuperseded, jumpedUnheard } from './themes/rotations.ts';
import { clockSetRight, letGo, twinned } from './themes/surroundings.ts';
import { oneTenant } from './themes/tenants.ts';
import type { DrawTheme, Theme } from './themes/theme.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** Most worlds are small: what takes many seldom takes more than two. */
const APPLICATIONS = [
  [4, 1],
  [4, 2],
  [2, 3],
  [1, 4],
] as const;

/** Every second story has a theme, and the themes take turns, so that a few stories have all of them. */
const THEMED_EVERY = 2;

/** Of those that have none a few in fifty are about what no draw comes upon, or too seldom, by their rest. */
const RARITIES = {
  every: 50,
  at: new Map<number, DrawTheme>([
    [5, edited],
    [13, clockSetRight],
    [15, editedUnheard],
    [19, standstill],
    [23, forgedSuperseded],
    [25, letGo],
    [29, twinned],
    [31, jumpedUnheard],
    [33, markedAway],
    [35, overtaken],
    [37, editedUnsaid],
    [39, suspendedUnheard],
    [41, lostUnderWay],
    [43, lostAtRest],
    [45, notesForged],
    [47, oneTenant],
    [49, oneTenant],
  ]),
} as const;

/** The story that a seed tells. Pure. */
export function drawScenario(seed: number): Scenario {
  const chance = seededChance(seed);
  const shape = drawShape(chance);
  const about = chance.fork('theme');
  const theme = themeOf(seed);
  if (theme === undefined) return troubled({ seed, shape, steps: drawSteps(shape, chance) }, 'free');
  return troubled(themed(seed, theme(shape, about), about), 'themed');
}

/** What goes wrong whatever a story is about. */
function troubled(scenario: Scenario, plot: 'themed' | 'free'): Scenario {
  const swept = withSweep(withPrivileges(scenario), plot);
  return withWorkloads(withRefusals({ ...swept, steps: knownAgain(swept.steps) }, plot));
}

function themeOf(seed: number): DrawTheme | undefined {
  if (seed % THEMED_EVERY === 0) return THEMES[(seed / THEMED_EVERY) % THEMES.length];
  return RARITIES.at.get(seed % RARITIES.every);
}

/** Whatever the theme is about happens to applications that are there from the start, where it does not say itself when. */
function themed(seed: number, { shape, steps, laterApplied = [] }: Theme, chance: SeededChance): Scenario {
  const applied = [...shape.applications.keys()]
    .filter((application) => !laterApplied.includes(application))
    .map((application): Step => ({ atMs: chance.between(0, 2_000), act: { type: 'apply', application } }));
  return { seed, shape, steps: [...applied, ...steps].toSorted((a, b) => a.atMs - b.atMs) };
}

function drawSteps(shape: Shape, chance: SeededChance): readonly Step[] {
  const applied = shape.applications.map((_, application): Step => {
    const atMs = chance.between(0, chance.happens(0.5) ? 2_000 : shape.activeMs / 2);
    return { atMs, act: { type: 'apply', application } };
  });
  const deeds = Array.from({ length: chance.between(2, 10) }, () => drawStep(shape, chance));
  const strikes = Array.from({ length: chance.between(0, 7) }, (): Step => {
    const atMs = chance.happens(0.4) ? 0 : chance.between(0, shape.activeMs);
    return { atMs, act: { type: 'strike', strike: drawStrike(chance) } };
  });
  return [...applied, ...deeds.flat(), ...strikes].toSorted((a, b) => a.atMs - b.atMs);
}

/** Whoever stands still while an etcd takes its revisions back may never hear of it (guarantees.md): then it goes on. */
function knownAgain(steps: readonly Step[]): readonly Step[] {
  const isDeaf = steps.some(
    ({ act }) =>
      (act.type === 'process' && act.fate.type === 'stop') ||
      (act.type === 'strike' && act.strike.blow.type === 'stopped'),
  );
  if (!isDeaf) return steps;
  return steps.map((step) =>
    step.act.type === 'restore' ? { ...step, act: { ...step.act, revision: 'goes-on' } } : step,
  );
}

function drawShape(chance: SeededChance): Shape {
  const clusters = chance.happens(0.15) ? 2 : 1;
  const surroundings = drawSurroundings(chance.fork('surroundings'));
  return {
    clusters,
    replicas: chance.weighted([
      [8, 1],
      [4, 2],
      [1, 3],
    ]),
    applications: drawApplications(clusters, surroundings.names, chance),
    ...surroundings,
    logi: chance.weighted([
      [6, 'as-documented'],
      [1, 'wrapped'],
      [1, 'html-not-found'],
      [1, 'secret-withheld'],
      [1, 'lagging-list'],
      [1, 'paged'],
      [1, 'one-passes'],
    ]),
    providerSkewMs: chance.happens(0.1) ? chance.oneOf([-5, 5]) * HOUR_MS : 0,
    previous: chance.happens(0.3) ? 'kept' : 'dropped',
    lagMs: chance.weighted([
      [6, 20],
      [2, 2_000],
      [1, 30_000],
    ]),
    activeMs: chance.between(3, 8) * MINUTE_MS,
  };
}

/** Drawn apart from the rest: what stays the same the whole story long. */
function drawSurroundings(chance: SeededChance) {
  const names = chance.happens(0.3) ? 'alike' : 'apart';
  const intervalDays = chance.happens(0.2) ? 30 : undefined;
  const apartMs = chance.weighted([
    [6, 0],
    [2, 3 * MINUTE_MS],
    [1, -10 * MINUTE_MS],
    [1, YEAR_MS],
  ]);
  const collectorMs = chance.oneOf([1_000, 1_000, 15_000, 2 * MINUTE_MS]);
  return { names, intervalDays, apartMs, collectorMs } as const;
}

/** The same names in both namespaces, and in both clusters: the same manifest in two places is commonplace. */
function drawApplications(clusters: 1 | 2, names: Shape['names'], chance: SeededChance): readonly Planned[] {
  return Array.from({ length: chance.weighted(APPLICATIONS) }, (_, index): Planned => {
    const provider = chance.happens(0.5) ? 'logi' : 'logto';
    return {
      cluster: chance.between(0, clusters - 1),
      ...drawPlace(index, names, chance),
      provider,
      type: chance.weighted([
        [6, 'Web'],
        [1, 'Native'],
        [provider === 'logto' ? 1 : 0, 'MachineToMachine'],
      ]),
      deletionPolicy: chance.happens(0.8) ? 'Delete' : 'Retain',
      onSecretLoss: chance.happens(0.8) ? 'Reissue' : 'Wait',
    };
  });
}

function drawPlace(index: number, names: Shape['names'], chance: SeededChance) {
  const namespace = chance.happens(0.7) ? 'store' : 'depot';
  switch (names) {
    case 'apart':
      return { namespace, name: ['shop', 'desk', 'till', 'mill'][index] ?? 'shop' };
    case 'alike':
      return { namespace: index % 2 === 0 ? 'store' : 'depot', name: index < 2 ? 'shop' : 'desk' };
  }
}

/** What was saved is restored later, which makes one deed two steps. */
function drawStep(shape: Shape, chance: SeededChance): readonly Step[] {
  const atMs = chance.between(0, shape.activeMs);
  const act = drawAct(shape, chance);
  if (act.type !== 'backup') return [{ atMs, act }];
  const laterMs = chance.between(atMs, shape.activeMs);
  const revision = chance.happens(0.5) ? 'goes-back' : 'goes-on';
  return [
    { atMs, act },
    { atMs: laterMs, act: { ...act, type: 'restore', revision } },
  ];
}

function drawAct(shape: Shape, chance: SeededChance): Act {
  const application = chance.between(0, shape.applications.length - 1);
  const cluster = chance.between(0, shape.clusters - 1);
  const providerOf = (index: number) => shape.applications[index]?.provider ?? 'logi';
  return chance.weighted<() => Act>([
    [6, () => ({ type: 'ask', application, forWhat: drawRequest(chance) })],
    [5, () => ({ type: 'edit', application, to: drawEdit(chance) })],
    [3, () => ({ type: 'delete', application })],
    [1, () => ({ type: 'delete', application, propagation: 'Foreground' })],
    [4, () => ({ type: 'apply', application })],
    [3, () => ({ type: 'restore-object', application, from: chance.oneOf(['manifest', 'backup']) })],
    [3, () => ({ type: 'tamper-secret', application, how: drawTampering(chance) })],
    [1, () => ({ type: 'tamper-status', application, how: chance.oneOf(['wipe', 'forget-operation', 'other-id']) })],
    [3, () => ({ type: 'console', application, how: drawDeed(chance) })],
    [1, () => ({ type: 'backup', of: chance.oneOf(['etcd', 'logi', 'logto']), cluster })],
    [1, () => ({ type: 'clock', whose: chance.oneOf(['operators', 'api']), byMs: drawJump(chance) })],
    [4, () => ({ type: 'process', cluster, replica: chance.between(0, shape.replicas - 1), fate: drawFate(chance) })],
    [1, () => ({ type: 'api-down', cluster, forMs: chance.between(1_000, 3 * MINUTE_MS) })],
    [1, () => ({ type: 'outage', site: providerOf(application), how: drawOutage(chance), forMs: drawLength(chance) })],
    [2, () => ({ type: 'watches', cluster, how: chance.oneOf(['cut', 'hushed', 'expired']) })],
  ])();
}

function drawRequest(chance: SeededChance) {
  return chance.weighted([
    [6, 'rotate'],
    [1, 'reconcile'],
    [1, 'retire'],
    [1, 'register-anew'],
  ] as const);
}

function drawEdit(chance: SeededChance) {
  const edits = ['name', 'uris', 'secret-name', 'keys', 'suspend', 'resume', 'retain', 'delete-policy'] as const;
  return chance.oneOf([...edits, 'provider'] as const);
}

function drawTampering(chance: SeededChance) {
  const plain = ['delete', 'other-value', 'drop-key', 'strip-notes', 'foreign-in-its-place'] as const;
  return chance.oneOf([...plain, 'copy-notes', 'forge-notes'] as const);
}

function drawDeed(chance: SeededChance) {
  return chance.oneOf(['rename', 'delete', 'copy', 'rotate', 'add-secret', 'remove-secret', 'namesake'] as const);
}

function drawOutage(chance: SeededChance) {
  return chance.oneOf(['away', 'away', 'unavailable', 'denied', 'forbidden', 'throttled', 'full'] as const);
}

function drawLength(chance: SeededChance): number {
  return chance.between(1, 4) * MINUTE_MS;
}

function drawJump(chance: SeededChance): number {
  return chance.oneOf([-YEAR_MS, YEAR_MS, -10 * MINUTE_MS, 10 * MINUTE_MS]);
}

function drawFate(chance: SeededChance) {
  return chance.weighted([
    [4, { type: 'kill' }],
    [1, { type: 'terminate' }],
    [3, { type: 'stop', forMs: chance.between(5_000, 5 * MINUTE_MS) }],
  ] as const);
}
