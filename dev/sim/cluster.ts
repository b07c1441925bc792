import type { KubeObject } from '../../src/kube/object.ts';
import { decodeObject } from '../../src/kube/object.ts';
import {
  collectionPath,
  EVENTS,
  OAUTH_APPLICATIONS,
  PODS,
  type Resource,
  SECRETS,
  typeOf,
} from '../../src/kube/resources.ts';
import type { Timer } from '../../src/runtime/clock.ts';
import { type Kind, servedKinds } from './api-server/kinds.ts';
import { type SimulatedApiServer, simulatedApiServer } from './api-server/server.ts';
import type { ApiSite, OpenStream } from './api-site.ts';
import type { SeededChance } from './chance.ts';
import { furnish } from './furnishing.ts';
import { type Hands, handsOn } from './hands.ts';
import type { Life } from './life.ts';
import { type RunningPod, rolloutsOn } from './rollouts.ts';
import type { Scheduler } from './scheduler.ts';
import type { Actor, Sighting } from './sightings.ts';
import type { SiteName } from './tenants.ts';
import { WORKLOAD_KINDS } from './workloads.ts';

/** A cluster without nodes: its API server, and whoever writes to it. */
export interface Cluster {
  readonly index: number;
  readonly id: string;
  readonly server: SimulatedApiServer;
  readonly site: ApiSite;
  readonly hands: Hands;
  /** What runs with a Secret. */
  running(): readonly RunningPod[];
  setState(state: 'up' | 'down'): void;
  /** Moves the API server's clock. */
  stepClock(byMs: number): void;
  /** Wall clock of the API server, ms since the epoch. */
  now(): number;
}

export interface ClusterOptions {
  readonly index: number;
  readonly scheduler: Scheduler;
  readonly chance: SeededChance;
  readonly startMs: number;
  readonly longestLagMs: number;
  /** How long after a write controllers come round, ms. */
  readonly collectorMs: number;
  /** The same of those that replace Pods; `undefined`: nobody runs anything. */
  readonly rolloutMs: number | undefined;
  /** Those that anybody uses; another would be listed for nothing. */
  readonly providers: ReadonlySet<SiteName>;
  readonly actorOf: (life: Life) => Actor;
  readonly onSighting: (sighting: Sighting) => void;
}

const KINDS: readonly Kind[] = servedKinds();
const PERSON: Actor = { type: 'person' };
const CONTROLLER: Actor = { type: 'controller' };

/** Seldom, and soon enough that a quiet watch is not taken for a dead one. */
const BOOKMARK_MS = 150_000;

const WATCHED = {
  OAuthApplication: OAUTH_APPLICATIONS,
  Secret: SECRETS,
  Event: EVENTS,
} as const satisfies Partial<Record<Watched, Resource>>;

/** Where anything runs. */
const RUNNING = { ...WORKLOAD_KINDS, Pod: PODS } as const satisfies Partial<Record<Watched, Resource>>;

type Watched = Extract<Sighting, { type: 'object' }>['kind'];

/** A cluster with the operator's namespace, those of the teams, and the providers in it. */
export function createCluster(options: ClusterOptions): Cluster {
  const { index, scheduler, chance, startMs, longestLagMs, rolloutMs, actorOf, onSighting } = options;
  let offsetMs = startMs;
  let state: 'up' | 'down' = 'up';
  let actor: Actor = PERSON;
  let uids = 0;
  let collecting: Timer | undefined;
  let rolling: Timer | undefined;
  const now = (): number => offsetMs + scheduler.now();
  const server = simulatedApiServer({
    clock: { now },
    uid() {
      uids += 1;
      return `00000000-0000-4000-8000-${index}${String(uids).padStart(11, '0')}`;
    },
    kinds: KINDS,
  });
  const hands = handsOn(server, (deed) => {
    actor = PERSON;
    return deed();
  });
  const rollouts = rolloutsOn(
    handsOn(server, (deed) => {
      actor = CONTROLLER;
      return deed();
    }),
    now,
  );
  const streams = new Set<OpenStream>();
  const site: ApiSite = {
    server,
    state: () => state,
    lagMs: () => chance.between(0, longestLagMs),
    touch: (request) => void hands.touch(request),
    letGo: (request) => void hands.letGo(request),
    onRequest(_, life) {
      actor = actorOf(life);
    },
    onServed({ method, path, body }, { status }, life) {
      onSighting({ type: 'api', cluster: index, by: actorOf(life), method, path, body, status });
    },
    streams,
  };

  furnish(hands, options.providers);
  const watched = rolloutMs === undefined ? WATCHED : { ...WATCHED, ...RUNNING };
  for (const [kind, resource] of Object.entries(watched)) lookOn(kind as Watched, resource);
  nowAndThen();

  return {
    index,
    id: `cluster-${index}`,
    server,
    site,
    hands,
    running: rollouts.running,
    setState(next) {
      state = next;
      if (state === 'down') for (const stream of [...streams]) stream.cut();
    },
    stepClock(byMs) {
      offsetMs += byMs;
    },
    now,
  };

  function collectSoon(): void {
    if (collecting !== undefined) return;
    collecting = scheduler.after(options.collectorMs, () => {
      collecting = undefined;
      actor = CONTROLLER;
      while (server.collectGarbage());
    });
  }

  function rollSoon(): void {
    if (rolling !== undefined || rolloutMs === undefined) return;
    rolling = scheduler.after(rolloutMs, () => {
      rolling = undefined;
      if (rollouts.step() === 'done') rollSoon();
    });
  }

  function nowAndThen(): void {
    server.bookmark();
    scheduler.after(BOOKMARK_MS, nowAndThen);
  }

  /** Tells of every change of a collection within the write that makes it. */
  function lookOn(kind: Watched, resource: Resource): void {
    const known = new Map<string, KubeObject>();
    for (const object of hands.list(resource)) known.set(keyOf(object), object);
    const path = `${collectionPath(resource, undefined)}?watch=true&resourceVersion=${server.revision()}`;
    const request = { method: 'GET', path, headers: {}, body: undefined, repeat: 'safe', deadlineMs: 0 } as const;
    server.watch(request, {
      line: (bytes) => tell(bytes),
      end() {
        // What an etcd brought back may be waiting for them, too.
        collectSoon();
        rollSoon();
        lookOn(kind, resource);
      },
    });

    function tell(bytes: Buffer): void {
      const { type, object }: { type: string; object: unknown } = JSON.parse(bytes.toString());
      const after = decodeObject(object, typeOf(resource));
      const before = known.get(keyOf(after));
      if (type === 'DELETED') known.delete(keyOf(after));
      else known.set(keyOf(after), after);
      const sighting = { type: 'object', kind, cluster: index, by: actor, before } as const;
      if (kind !== 'Event') collectSoon();
      if (kind !== 'Event' && kind !== 'OAuthApplication') rollSoon();
      onSighting({ ...sighting, after: type === 'DELETED' ? undefined : after });
    }
  }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
