import type { WireRequest } from '../../src/idp/http.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { applicationOf } from './application-view.ts';
import type { Blow, CallName } from './blows.ts';
import { isForestalled, isRefused, isUnrecorded, mayBeLost } from './costs.ts';
import type { Made, Owner } from './made.ts';
import { createRestorations } from './restorations.ts';
import type { Act, Planned, Request, StatusTampering } from './scenario/scenario.ts';
import type { ProviderRequest, Sighting } from './sightings.ts';
import type { SiteName } from './tenants.ts';
import type { World } from './world.ts';

/** What bystanders remember of a story. */
export interface Ledger {
  readonly made: readonly Made[];
  /** What people did, with whatever faults struck, in order. */
  readonly deeds: readonly Deed[];
  madeAs(site: SiteName, id: string): Made | undefined;
  /** How often people did such a thing to this application, or to all; with no key, to any. */
  happened(key: string | undefined, types: readonly Act['type'][]): number;
  /** How often people changed the status of this application so. */
  tampered(key: string, how: readonly StatusTampering[]): number;
  /** How often a team asked for such a thing, by annotation. */
  asked(key: string, forWhat: Request): number;
  /** Whether a status that names another's registration may have led people to that one at the console. */
  misled(): boolean;
  /** What the status of an application names. */
  madeFor(object: KubeObject): Made | undefined;
  /** How often people said that it is at another provider. */
  moved(key: string): number;
  /** Whether anything of this application may have been kept on purpose. */
  retained(key: string): boolean;
  /** Whether people explain, by putting a database back, that this one is there and nobody knows of it. */
  restored(made: Made): boolean;
  /** Whether people put an etcd back after it had gone, which may name it still. */
  outlived(made: Made): boolean;
  /** Whether people have put this provider back. */
  putBack(site: SiteName): boolean;
  /** Whether people have put this provider back since the cluster has listed it: what has an id by now it cannot know. */
  outOfDate(site: SiteName, cluster: number): boolean;
  /** How often somebody made the Secret that a process was about to make. */
  forestalled(): number;
  /** How often a status may not have been written. */
  unrecorded(): number;
  /** How often people moved this clock. */
  stepped(whose: 'operators' | 'api'): number;
  /** How much happened that may cost a value of this provider, so that another is issued. */
  costs(site: SiteName): number;
  /** A process died, or stood still. */
  fell(): void;
  struck(call: CallName, blow: Blow): void;
  see(sighting: Sighting): void;
}

export interface Deed {
  readonly atMs: number;
  readonly act: Act;
}

export function keyOf({ cluster, namespace, name }: Pick<Planned, 'cluster' | 'namespace' | 'name'>): string {
  return `${cluster}/${namespace}/${name}`;
}

export function createLedger(world: () => World): Ledger {
  const made: Made[] = [];
  const deeds: Deed[] = [];
  /** By the request as it was sent: when it is served, its operation may be closed already. */
  const owners = new WeakMap<WireRequest, Owner>();
  const restorations = createRestorations(world, made);
  const blows: { readonly call: CallName; readonly blow: Blow }[] = [];
  /** When a provider was listed last, by site and cluster, ms. */
  const listedAt = new Map<string, number>();
  let falls = 0;

  function noteCreate(sighting: Extract<Sighting, { type: 'served' }>): void {
    const { site, cluster, operation, answer } = sighting;
    if (operation !== 'create' || answer.status >= 300) return;
    const newest = world().tenants[site].applications.at(-1);
    if (newest === undefined) return;
    const id = String(newest.id);
    const clientId = site === 'logi' && 'clientId' in newest ? String(newest.clientId) : id;
    const owner = owners.get(sighting.request);
    made.push({ site, id, clientId, atMs: world().scheduler.now(), cluster, owner });
  }

  function noteOwner(sighting: ProviderRequest): void {
    const owner = sighting.operation === 'create' ? ownerOf(sighting, world()) : undefined;
    if (owner !== undefined) owners.set(sighting.request, owner);
  }

  function of(key: string | undefined, isMeant: (deed: Deed) => boolean): readonly Deed[] {
    const { applications } = world().scenario.shape;
    return deeds.filter((deed) => {
      const { act } = deed;
      if (!isMeant(deed) || key === undefined || !('application' in act)) return isMeant(deed);
      const planned = applications[act.application];
      return planned !== undefined && keyOf(planned) === key;
    });
  }

  return {
    made,
    deeds,
    madeAs: (site, id) => made.findLast((each) => each.site === site && each.id === id),
    happened: (key, types) => of(key, ({ act }) => types.includes(act.type)).length,
    tampered: (key, how) => of(key, ({ act }) => act.type === 'tamper-status' && how.includes(act.how)).length,
    asked: (key, forWhat) => of(key, ({ act }) => act.type === 'ask' && act.forWhat === forWhat).length,
    misled: () => deeds.some(({ act }) => act.type === 'console') && deeds.some(({ act }) => leadsAstray(act)),
    madeFor(object) {
      const { provider, applicationId } = applicationOf(object);
      return made.findLast(({ site, id }) => site === provider && id === applicationId);
    },
    moved: (key) => of(key, ({ act }) => act.type === 'edit' && act.to === 'provider').length,
    retained(key) {
      const planned = world().scenario.shape.applications.find((each) => keyOf(each) === key);
      if (planned?.deletionPolicy === 'Retain') return true;
      return of(key, ({ act }) => act.type === 'edit' && act.to === 'retain').length > 0;
    },
    restored: restorations.explain,
    outlived: restorations.outlive,
    putBack: (site) => deeds.some(({ act }) => act.type === 'restore' && act.of === site),
    outOfDate: (site, cluster) =>
      deeds.some(
        ({ act, atMs }) =>
          act.type === 'restore' && act.of === site && atMs >= (listedAt.get(`${site} ${cluster}`) ?? atMs),
      ),
    forestalled: () => blows.filter(({ call, blow }) => isForestalled(call, blow)).length,
    unrecorded: () => blows.filter(({ call, blow }) => isUnrecorded(call, blow)).length,
    stepped: (whose) => deeds.filter(({ act }) => act.type === 'clock' && act.whose === whose).length,
    costs(site) {
      const refusals = blows.filter(({ call, blow }) => isRefused(call, blow)).length;
      if (site === 'logto') return refusals;
      return refusals + falls + blows.filter(({ call, blow }) => mayBeLost(call, blow)).length;
    },
    fell() {
      falls += 1;
    },
    struck: (call, blow) => void blows.push({ call, blow }),
    see(sighting) {
      switch (sighting.type) {
        case 'act':
          restorations.see(sighting.act);
          deeds.push({ atMs: world().scheduler.now(), act: sighting.act });
          break;
        case 'served':
          noteCreate(sighting);
          if (sighting.operation === 'list' && sighting.answer.status < 300) {
            listedAt.set(`${sighting.site} ${sighting.cluster}`, world().scheduler.now());
          }
          break;
        case 'sent':
          noteOwner(sighting);
          break;
        case 'api':
        case 'asked':
        case 'object':
          break;
      }
    },
  };
}

function leadsAstray(act: Act): boolean {
  return act.type === 'tamper-status' && (act.how === 'other-id' || act.how === 'newest-id');
}

/** Whose operation speaks of the registration that the request asks for: by its mark, or by its temporary name. */
function ownerOf({ cluster, request }: ProviderRequest, { clusters }: World): Owner | undefined {
  const body = request.body ?? '';
  const objects = clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  const owner = objects.find((object) => {
    const { operation, temporaryName } = applicationOf(object);
    if (operation?.type !== 'register') return false;
    return body.includes(operation.id) || (temporaryName !== undefined && body.includes(JSON.stringify(temporaryName)));
  });
  return owner && ownerIn(cluster, owner);
}

export function ownerIn(cluster: number, { metadata }: KubeObject): Owner {
  const { namespace = '', name, uid } = metadata;
  return { key: keyOf({ cluster, namespace, name }), uid };
}
