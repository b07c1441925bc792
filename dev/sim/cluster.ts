import type { KubeObject } from '../../src/kube/object.ts';
import { decodeObject } from '../../src/kube/object.ts';
import {
  CLUSTER_OAUTH_PROVIDERS,
  collectionPath,
  EVENTS,
  NAMESPACES,
  OAUTH_APPLICATIONS,
  type Resource,
  SECRETS,
  typeOf,
} from '../../src/kube/resources.ts';
import type { Timer } from '../../src/runtime/clock.ts';
import { DEFAULT_KEY } from '../emulators/logi/keys.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../emulators/logto/console.ts';
import { type Kind, servedKinds } from './api-server/kinds.ts';
import { type SimulatedApiServer, simulatedApiServer } from './api-server/server.ts';
import type { ApiSite, OpenStream } from './api-site.ts';
import type { SeededChance } from './chance.ts';
import { type Hands, handsOn } from './hands.ts';
import type { Life } from './life.ts';
import { NAMESPACES_OF_TEAMS, OWN_NAMESPACE, providerManifest } from './manifests.ts';
import type { Scheduler } from './scheduler.ts';
import type { Actor, Sighting } from './sightings.ts';
import type { SiteName } from './tenants.ts';

/** A cluster without nodes: its API server, and whoever writes to it. */
export interface Cluster {
  readonly index: number;
  readonly id: string;
  readonly server: SimulatedApiServer;
  readonly site: ApiSite;
  readonly hands: Hands;
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
} as const satisfies Record<string, Resource>;

/** A cluster with the operator's namespace, those of the teams, and the providers in it. */
export function createCluster(options: ClusterOptions): Cluster {
  const { index, scheduler, chance, startMs, longestLagMs, actorOf, onSighting } = options;
  let offsetMs = startMs;
  let state: 'up' | 'down' = 'up';
  let actor: Actor = PERSON;
  let uids = 0;
  let collecting: Timer | undefined;
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
  for (const [kind, resource] of Object.entries(WATCHED)) lookOn(kind as keyof typeof WATCHED, resource);
  nowAndThen();

  return {
    index,
    id: `cluster-${index}`,
    server,
    site,
    hands,
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

  function nowAndThen(): void {
    server.bookmark();
    scheduler.after(BOOKMARK_MS, nowAndThen);
  }

  /** Tells of every change of a collection within the write that makes it. */
  function lookOn(kind: keyof typeof WATCHED, resource: Resource): void {
    const known = new Map<string, KubeObject>();
    for (const object of hands.list(resource)) known.set(keyOf(object), object);
    const path = `${collectionPath(resource, undefined)}?watch=true&resourceVersion=${server.revision()}`;
    const request = { method: 'GET', path, headers: {}, body: undefined, repeat: 'safe', deadlineMs: 0 } as const;
    server.watch(request, {
      line: (bytes) => tell(bytes),
      end() {
        // What an etcd brought back may be waiting for them, too.
        collectSoon();
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
      onSighting({ ...sighting, after: type === 'DELETED' ? undefined : after });
    }
  }
}

function furnish(hands: Hands, providers: ReadonlySet<SiteName>): void {
  for (const name of [OWN_NAMESPACE, ...NAMESPACES_OF_TEAMS])
    hands.create(NAMESPACES, undefined, { metadata: { name } });
  const secrets = {
    logi: { apiKey: DEFAULT_KEY },
    logto: { clientId: OPERATOR_ID, clientSecret: OPERATOR_SECRET },
  };
  for (const [name, stringData] of Object.entries(secrets)) {
    hands.create(SECRETS, OWN_NAMESPACE, { metadata: { name, namespace: OWN_NAMESPACE }, stringData });
  }
  for (const name of providers) hands.create(CLUSTER_OAUTH_PROVIDERS, undefined, providerManifest(name));
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
