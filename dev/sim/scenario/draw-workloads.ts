import type { Misanswer } from '../blows.ts';
import { type SeededChance, seededChance } from '../chance.ts';
import { strikeOn } from './draw-strike.ts';
import type { Planned, PlannedWorkload, Scenario, Shape, Step } from './scenario.ts';
import { WORKLOAD_TARGETS } from './targets.ts';

/** In one of so many stories something runs with the Secrets. */
const ONE_IN = 8;

const SECOND_MS = 1_000;

/** The story, and what runs with its Secrets: drawn apart, so that the others stay as they are. */
export function withWorkloads(scenario: Scenario): Scenario {
  const { seed, shape, steps } = scenario;
  const chance = seededChance(seed).fork('workloads');
  if (!chance.happens(1 / ONE_IN) || isMisheard(steps) || isOutOfSight(steps)) return scenario;
  // A public client has no secret to run with.
  const applications = shape.applications.map((planned): Planned => {
    return planned.type === 'Native' ? planned : { ...planned, workload: drawWorkload(chance) };
  });
  const running = applications.flatMap(({ workload }, index) => (workload === undefined ? [] : [index]));
  if (running.length === 0) return scenario;
  const rolloutMs = chance.oneOf([300, 5 * SECOND_MS, 40 * SECOND_MS, 80 * SECOND_MS, 80 * SECOND_MS]);
  const lives = running.flatMap((application) => drawLife(application, shape, chance));
  const strikes = Array.from({ length: chance.between(0, 3) }, () => drawWorkloadStrike(shape, chance));
  const all = [...steps, ...lives, ...strikes].toSorted((a, b) => a.atMs - b.atMs);
  return { ...scenario, shape: { ...shape, applications, rolloutMs }, steps: all };
}

/**
 * Who hears nothing while an etcd takes its revisions back may take what people write then for what was there before
 * (guarantees.md). More of that is not to be drawn.
 */
function isMisheard(steps: readonly Step[]): boolean {
  const isHushed = steps.some(({ act }) => act.type === 'watches' && act.how === 'hushed');
  return (
    isHushed && steps.some(({ act }) => act.type === 'restore' && act.of === 'etcd' && act.revision === 'goes-back')
  );
}

/** What no listing shows is told of by none, and there may be a registration that was given up. */
function isOutOfSight(steps: readonly Step[]): boolean {
  return steps.some(({ act }) => act.type === 'console' && act.how === 'unlist');
}

function drawWorkload(chance: SeededChance): PlannedWorkload {
  return {
    kind: chance.weighted([
      [3, 'Deployment'],
      [1, 'StatefulSet'],
      [1, 'DaemonSet'],
    ]),
    refersBy: chance.oneOf(['env', 'envFrom', 'volume']),
  };
}

/** Most run from the start on, before their Secret is there or soon after, and get another value once or twice. */
function drawLife(application: number, shape: Shape, chance: SeededChance): readonly Step[] {
  const { activeMs } = shape;
  const later = (): number => chance.between(20 * SECOND_MS, 0.8 * activeMs);
  const applied = { type: 'workload', application, how: 'apply' } as const;
  const rotated = { type: 'ask', application, forWhat: 'rotate' } as const;
  const firstMs = chance.happens(0.7) ? chance.between(0, 2 * SECOND_MS) : chance.between(0, activeMs / 2);
  const steps: Step[] = [{ atMs: firstMs, act: applied }];
  if (chance.happens(0.8)) steps.push({ atMs: later(), act: rotated });
  if (chance.happens(0.3)) steps.push({ atMs: later(), act: rotated });
  // Where a name is taken once, what is left behind keeps the next one from it.
  const mayLeave = shape.logi !== 'refused-by-name' && shape.logi !== 'found-by-name';
  if (mayLeave && chance.happens(0.15)) steps.push({ atMs: later(), act: { ...rotated, forWhat: 'register-anew' } });
  if (mayLeave && chance.happens(0.25)) {
    const atMs = later();
    steps.push({ atMs, act: { type: 'edit', application, to: 'secret-name' } });
    if (chance.happens(0.7)) steps.push({ atMs: chance.between(atMs, activeMs), act: applied });
  }
  if (chance.happens(0.1)) steps.push({ atMs: later(), act: { ...applied, how: 'remove' } });
  if (chance.happens(0.2)) steps.push({ atMs: later(), act: { ...rotated, forWhat: 'retire' } });
  return steps;
}

/** Faults of every kind, and rights and policies that take their time to be put right. */
function drawWorkloadStrike({ activeMs }: Shape, chance: SeededChance): Step {
  const on = { side: 'api', kind: chance.weighted(WORKLOAD_TARGETS) } as const;
  const atMs = chance.happens(0.5) ? 0 : chance.between(0, activeMs);
  if (chance.happens(0.7)) return { atMs, act: { type: 'strike', strike: strikeOn(on, chance) } };
  const as = chance.oneOf<Misanswer>(['forbidden', 'denied', 'unprocessable']);
  const forMs = chance.happens(0.5) ? chance.between(10, 180) * SECOND_MS : undefined;
  return {
    atMs,
    act: { type: 'strike', strike: { on, skip: 0, blow: { type: 'misanswered', when: 'before', as }, forMs } },
  };
}
