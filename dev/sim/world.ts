import { type Team, teamOf } from './acts/team.ts';
import { createStrikes, type Strikes } from './blows.ts';
import { type SeededChance, seededChance } from './chance.ts';
import { type Cluster, createCluster } from './cluster.ts';
import type { Life } from './life.ts';
import { createNetwork } from './network.ts';
import { createReplica, type Replica } from './replica.ts';
import type { Scenario } from './scenario/scenario.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import type { Actor, Sighting } from './sightings.ts';
import type { StruckOf } from './struck.ts';
import { createTenants, type SiteName, type Tenants } from './tenants.ts';

/** Everything that there is in one story. */
export interface World {
  readonly scenario: Scenario;
  readonly scheduler: Scheduler;
  readonly strikes: Strikes;
  readonly clusters: readonly Cluster[];
  readonly tenants: Tenants;
  /** By cluster. */
  readonly replicas: readonly (readonly Replica[])[];
  /** By application of the scenario. */
  readonly teams: readonly Team[];
  /** Moves the wall clocks of the operators' machines. */
  stepOperators(byMs: number): void;
}

/** Who listens to a story. */
export interface Audience {
  onSighting(sighting: Sighting): void;
  onLog(who: string, line: string, cluster: number): void;
  onWord(who: string, word: string, cluster: number): void;
  onStruck(who: string, struck: StruckOf): void;
  /** A blow kills a process of this cluster, or stops it. */
  onFelled(cluster: number): void;
  onFall(who: string, error: unknown): void;
}

/** When every story begins, ms since the epoch. */
const START_MS = Date.UTC(2027, 0, 4, 8);

/** Few renewals, so that hours pass quickly; still shorter than every call and stop that is drawn. */
const FLAGS = ['--scope=cluster', '--lease-duration=100s', '--renew-deadline=70s', '--retry-period=40s', '--workers=4'];

/** The world as a scenario begins it: clusters furnished, replicas started, nothing applied. */
export function createWorld(scenario: Scenario, audience: Audience): World {
  const { seed, shape } = scenario;
  const chance = seededChance(seed).fork('world');
  const scheduler = createScheduler(chance.fork('order'));
  const strikes = createStrikes();
  let skewMs = 0;
  const actors = new Map<Life, Actor>();
  const actorOf = (life: Life): Actor => actors.get(life) ?? { type: 'person' };
  const clusterOf = (life: Life): number => {
    const actor = actorOf(life);
    return actor.type === 'process' ? actor.cluster : 0;
  };
  const providers = new Set<SiteName>(shape.applications.map(({ provider }) => provider));
  // Whoever names another one means one that is there.
  if (scenario.steps.some(({ act }) => act.type === 'edit' && act.to === 'provider')) {
    providers.add('logi').add('logto');
  }
  const clusters = Array.from({ length: shape.clusters }, (_, index) =>
    createCluster({
      index,
      scheduler,
      chance: chance.fork(`cluster ${index}`),
      startMs: START_MS,
      longestLagMs: shape.lagMs,
      collectorMs: shape.collectorMs,
      rolloutMs: shape.rolloutMs,
      providers,
      actorOf,
      onSighting: audience.onSighting,
    }),
  );
  const tenants = createTenants({
    scheduler,
    chance: chance.fork('tenants'),
    startMs: START_MS,
    shape,
    tell: (news, life) => audience.onSighting({ ...news, by: actorOf(life), cluster: clusterOf(life) }),
  });
  const network = createNetwork({
    scheduler,
    chance: chance.fork('network'),
    strikes,
    onStruck: (struck, life) => {
      const actor = actorOf(life);
      audience.onStruck(actor.type === 'process' ? actor.name : 'someone', { ...struck, cluster: clusterOf(life) });
    },
    onFelled: (life) => audience.onFelled(clusterOf(life)),
  });
  const world: World = {
    scenario,
    scheduler,
    strikes,
    clusters,
    tenants,
    replicas: clusters.map((cluster) =>
      Array.from({ length: shape.replicas }, (_, index) => replicaOf(cluster, index, chance)),
    ),
    teams: shape.applications.flatMap((planned) => {
      const cluster = clusters[planned.cluster];
      return cluster === undefined ? [] : [teamOf(planned, shape, cluster)];
    }),
    stepOperators(byMs) {
      skewMs += byMs;
    },
  };
  return world;

  function replicaOf(cluster: Cluster, index: number, parent: SeededChance): Replica {
    const name = `operator-${cluster.index}-${index}`;
    return createReplica({
      name,
      flags: [...FLAGS, `--cluster-id=${cluster.id}`],
      scheduler,
      chance: parent.fork(name),
      network,
      api: cluster.site,
      providers: tenants.sites,
      wallMs: () => START_MS + skewMs + index * shape.apartMs + scheduler.now(),
      onBorn: (life) => void actors.set(life, { type: 'process', cluster: cluster.index, name, life }),
      onLog: (line) => audience.onLog(name, line, cluster.index),
      onLife: (word) => audience.onWord(name, word, cluster.index),
      onFall: (error) => audience.onFall(name, error),
    });
  }
}
