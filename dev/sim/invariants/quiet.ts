import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import type { Life } from '../life.ts';
import { RESYNC_MS } from '../manifests.ts';
import type { Sighting } from '../sightings.ts';
import type { SiteName } from '../tenants.ts';
import type { World } from '../world.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn } from './requests.ts';

/**
 * How often one process may ask for one thing within an interval, at rest. What stands in the way, as a value that does
 * not log in does, is looked at again with growing pauses; who takes over from a leader begins with short ones.
 */
const MOST = { read: 12, list: 2, write: 0 } as const;

/** An inspection that is due asks once for each thing that there is of a registration, and whoever takes over may, too. */
const MOST_OF_READY = 1;

/** An object that waits for a person looks for what its status names, by a listing in the end (D2). */
const MOST_OF_WAITING = 4;

/** The pages of a listing count as one. Two runs through them are to agree (protocol R3). */
const LATER_PAGE = /[?&]page=(?!1\b)/;
const RUNS_OF_PAGED = 2;

/** A foreign Secret, which no watch shows, is looked for twice a minute at most. */
const SECRET = /^\/api\/v1\/namespaces\/[^/]+\/secrets\/[^/]+$/;
const MOST_OF_SECRET = 20;

/**
 * What proves a seal: an object that waits for a person asks with each look for its own namespace and for that of its rival,
 * which may be the same. And its Pods: one that looks for a foreign Secret asks each time who runs with a superseded value.
 */
const NAMESPACES_OF_LOOK = 2;
const NAMESPACE = /^\/api\/v1\/namespaces\/([^/]+)(\/pods)?$/;

/** Where it is written what a listing found. */
const OF_LISTING = /\/clusteroauthproviders\/[^/]+\/status$/;

/** What is written without anything having changed: what a provider's listing found, and word of it. */
const KEPT_UP = /\/clusteroauthproviders\/[^/]+\/status$|\/events/;

/** A request, and when it was made. */
interface Call {
  readonly atMs: number;
  readonly cluster: number;
  readonly life: Life;
  /** `undefined` for one to a provider. */
  readonly path: string | undefined;
  /** The registration that it names at a provider. */
  readonly about: { readonly site: SiteName; readonly id: string } | undefined;
  readonly what: string;
  readonly kind: keyof typeof MOST;
}

export const quiet: Invariant = {
  name: 'quiet-at-rest',
  promise: 'At rest an interval costs a listing per provider, and nothing per object but a look now and then.',
  rules: ['B3'],
  attend: ({ world, accuse }) => {
    const calls: Call[] = [];
    return {
      see(sighting) {
        const call = callIn(sighting);
        if (call !== undefined) calls.push({ ...call, atMs: world().scheduler.now() });
      },
      atRest() {
        const since = world().scheduler.now() - RESYNC_MS;
        const late = calls.filter(({ atMs }) => atMs > since);
        for (const ofProcess of Map.groupBy(late, ({ life }) => life).values()) {
          judgeLooks(ofProcess, { world, accuse });
          for (const [what, all] of Map.groupBy(ofProcess, ({ what: same }) => same)) {
            const [first] = all;
            if (first !== undefined && all.length > mostOf(first, world())) {
              accuse(`${what}: ${all.length} times within an interval, at rest`);
            }
          }
        }
      },
    };
  },
};

/** Looks at what objects hold that are Ready, and have nothing to wait for. */
function judgeLooks(ofProcess: readonly Call[], { world, accuse }: Pick<Court, 'world' | 'accuse'>): void {
  const looks = ofProcess.filter((call) => call.about !== undefined && isOfReady(call, call.about, world()));
  for (const [look, all] of Map.groupBy(looks, ({ what, about }) => `${what} of ${about?.id}`)) {
    if (all.length > MOST_OF_READY)
      accuse(`${look}: ${all.length} times within an interval, for an object that is Ready`);
  }
}

function isOfReady({ cluster }: Call, { site, id }: NonNullable<Call['about']>, { clusters }: World): boolean {
  return (clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? []).some((object) => {
    const { ready, provider, applicationId } = applicationOf(object);
    return ready?.status === 'True' && provider === site && applicationId === id;
  });
}

function mostOf({ kind, cluster, path = '' }: Call, { clusters, scenario }: World): number {
  const objects = clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  const waiting = objects.filter((object) => applicationOf(object).ready?.status !== 'True');
  const listings = MOST.list + MOST_OF_WAITING * waiting.length;
  if (kind === 'list') return (scenario.shape.logi === 'paged' ? RUNS_OF_PAGED : 1) * listings;
  if (OF_LISTING.test(path)) return Math.max(MOST.read, listings);
  if (kind === 'read' && SECRET.test(path)) return MOST_OF_SECRET;
  const [, namespace, ofPods] = NAMESPACE.exec(path) ?? [];
  if (kind !== 'read' || namespace === undefined) return MOST[kind];
  if (ofPods === undefined) return NAMESPACES_OF_LOOK * MOST_OF_SECRET * Math.max(1, waiting.length);
  const there = waiting.filter(({ metadata }) => metadata.namespace === namespace);
  const looking = there.filter((object) => applicationOf(object).ready?.reason === 'SecretNotOurs').length;
  return looking === 0 ? MOST.read : MOST_OF_SECRET * looking;
}

/** Leases are renewed for as long as a process lives. */
function callIn(sighting: Sighting): Omit<Call, 'atMs'> | undefined {
  if (sighting.type !== 'sent' && sighting.type !== 'api') return undefined;
  if (sighting.by.type !== 'process') return undefined;
  const { cluster } = sighting;
  const { life } = sighting.by;
  const where = `cluster ${cluster}`;
  if (sighting.type === 'sent') {
    const { operation, site, request } = sighting;
    if (operation === 'list' && LATER_PAGE.test(request.url)) return undefined;
    const kind = operation === 'list' ? 'list' : 'read';
    const id = idIn(sighting);
    return {
      cluster,
      life,
      path: undefined,
      about: id === undefined ? undefined : { site, id },
      what: `${where}: ${operation} at ${site}`,
      kind,
    };
  }
  const path = sighting.path.replace(/\?.*/, '');
  if (/\/leases\//.test(path)) return undefined;
  const kind = sighting.method === 'GET' || KEPT_UP.test(path) ? 'read' : 'write';
  return { cluster, life, path, about: undefined, what: `${where}: ${sighting.method} ${path}`, kind };
}
