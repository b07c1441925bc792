import type { WireRequest } from '../../src/idp/http.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { applicationOf } from './application-view.ts';
import { createDeeds, type Deeds } from './deeds.ts';
import { idIn } from './invariants/requests.ts';
import { type Made, type Owner, ownerIn } from './made.ts';
import { createRestorations } from './restorations.ts';
import type { Act } from './scenario/scenario.ts';
import type { Sighting } from './sightings.ts';
import type { SiteName } from './tenants.ts';
import { createToll, type Toll } from './toll.ts';
import type { World } from './world.ts';

/** What bystanders remember of a story. */
export interface Ledger extends Deeds, Toll {
  readonly made: readonly Made[];
  madeAs(site: SiteName, id: string): Made | undefined;
  /** What the status of an application names. */
  madeFor(object: KubeObject): Made | undefined;
  /** Whether people explain, by putting a database back, that this one is there and nobody knows of it. */
  restored(made: Made): boolean;
  /** Whether people put an etcd back, and with it what it said of the create, while that was on its way. */
  forgotten(made: Made): boolean;
  /** Whether people put the etcd of its cluster back while this request was on its way. */
  overtaken(request: WireRequest, cluster: number): boolean;
  /** Whether people put an etcd back after it had gone, which may name it still. */
  outlived(made: Made): boolean;
  /** Whether the API server let the object go for which it was made, although its finalizer had been added. */
  letGo(made: Made): boolean;
  /** The applications of a cluster, and those that it let go so, as they were last. */
  applications(cluster: number): readonly KubeObject[];
  /** Whether people have put this provider back since the cluster has listed it: what has an id by now it cannot know. */
  outOfDate(site: SiteName, cluster: number): boolean;
  /** Whether it was given, by a provider that was put back, an id that another's had: until a listing calls for that one reach it. */
  mistakable(made: Made): boolean;
  /** Whether people, by putting a provider back, undid a change of the secrets of the registration that the status names. */
  secretsPutBack(object: KubeObject): boolean;
  /** Whether nothing but deletions, and answers to statuses that they did not get, came between processes and their work. */
  undisturbed(): boolean;
  see(sighting: Sighting): void;
}

/** An operation of which a create is to come, and when it was written down. */
interface Registering {
  readonly owner: Owner;
  readonly atMs: number;
}

/** What changes the secrets of a registration. */
const REPLACING: ReadonlySet<string> = new Set([
  'rotate',
  'create-secret',
  'delete-secret',
  'delete-legacy-secret',
  'rename-secret',
]);

interface LetGo {
  readonly cluster: number;
  readonly object: KubeObject;
}

export function createLedger(world: () => World): Ledger {
  const made: Made[] = [];
  const deeds = createDeeds(world);
  const toll = createToll(world, ownerOf);
  /** By what a request bears of an operation that a process wrote down, whatever people made of that status since. */
  const registering = new Map<string, Registering>();
  const sentAtMs = new WeakMap<WireRequest, number>();
  const restorations = createRestorations(world, made);
  /** When a provider was listed last, by site and cluster, ms. */
  const listedAt = new Map<string, number>();
  /** What went with a finalizer on it, by its uid. */
  const letGo = new Map<string, LetGo>();
  /** When the secrets of a registration were changed. */
  const replacements: { readonly site: SiteName; readonly id: string | undefined; readonly atMs: number }[] = [];

  function noteCreate(sighting: Extract<Sighting, { type: 'served' }>): void {
    const { site, cluster, operation, answer } = sighting;
    if (operation !== 'create' || answer.status >= 300) return;
    const newest = world().tenants[site].applications().at(-1);
    if (newest === undefined) return;
    const id = String(newest.id);
    const clientId = site === 'logi' && 'clientId' in newest ? String(newest.clientId) : id;
    const begun = begunBy(sighting.request);
    const owner = begun?.owner;
    const atMs = world().scheduler.now();
    const sent = sentAtMs.get(sighting.request) ?? atMs;
    const unlisted = outOfDate(site, cluster);
    const begunAtMs = begun?.atMs ?? sent;
    made.push({ site, id, clientId, begunAtMs, sentAtMs: sent, atMs, cluster, owner, unlisted });
  }

  function noteReplacement(sighting: Extract<Sighting, { type: 'served' }>): void {
    const { site, operation, answer } = sighting;
    if (!REPLACING.has(operation) || answer.status >= 300) return;
    replacements.push({ site, id: idIn(sighting), atMs: world().scheduler.now() });
  }

  function noteOperation({ cluster, by, after }: Extract<Sighting, { type: 'object' }>): void {
    if (by.type !== 'process' || after === undefined) return;
    const { operation, temporaryName } = applicationOf(after);
    if (operation?.type !== 'register') return;
    const now = { owner: ownerIn(cluster, after), atMs: world().scheduler.now() };
    const begun = registering.get(operation.id) ?? now;
    registering.set(operation.id, begun);
    if (temporaryName !== undefined) registering.set(JSON.stringify(temporaryName), begun);
  }

  /** The application that a request to a provider is about, by the registration that it names, or by what it is to make. */
  function ownerOf(site: SiteName, request: WireRequest): string | undefined {
    const id = idIn({ site, request });
    const owner = id === undefined ? begunBy(request)?.owner : madeAs(site, id)?.owner;
    return owner?.key;
  }

  function madeAs(site: SiteName, id: string): Made | undefined {
    return made.findLast((each) => each.site === site && each.id === id);
  }

  /** By the owner mark in it, or by its temporary name. */
  function begunBy({ body = '' }: WireRequest): Registering | undefined {
    return registering.entries().find(([told]) => body.includes(told))?.[1];
  }

  function noteLetGo({ cluster, before, after }: Extract<Sighting, { type: 'object' }>): void {
    const { finalizers, deletionTimestamp, uid } = before?.metadata ?? {};
    if (before === undefined || after !== undefined || finalizers === undefined) return;
    if (uid !== undefined && deletionTimestamp === undefined) letGo.set(uid, { cluster, object: before });
  }

  function noteHarm(act: Act): void {
    if (act.type === 'api-down') toll.wentDown(act.cluster);
    if (act.type === 'process' && act.fate.type === 'stop') toll.stopped(act.cluster, act.fate.forMs);
  }

  function noteNamed({ kind, after }: Extract<Sighting, { type: 'object' }>): void {
    const named = kind !== 'OAuthApplication' || after === undefined ? undefined : madeFor(after);
    if (named !== undefined) restorations.name(named);
  }

  function madeFor(object: KubeObject): Made | undefined {
    const { boundTo, applicationId } = applicationOf(object);
    return made.findLast(({ site, id }) => boundTo?.startsWith(`${site}|`) === true && id === applicationId);
  }

  function outOfDate(site: SiteName, cluster: number): boolean {
    const listedMs = listedAt.get(`${site} ${cluster}`) ?? 0;
    return deeds.deeds.some(({ act, atMs }) => act.type === 'restore' && act.of === site && atMs >= listedMs);
  }

  function applications(cluster: number): readonly KubeObject[] {
    const gone = [...letGo.values()].filter((each) => each.cluster === cluster);
    const live = world().clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
    return [...live, ...gone.map(({ object }) => object)];
  }

  return {
    ...deeds,
    ...toll,
    made,
    madeAs,
    madeFor,
    restored: restorations.explain,
    forgotten: restorations.forget,
    overtaken(request, cluster) {
      const sentMs = sentAtMs.get(request) ?? world().scheduler.now();
      return deeds.deeds.some(
        ({ act, atMs }) => act.type === 'restore' && act.of === 'etcd' && act.cluster === cluster && atMs >= sentMs,
      );
    },
    outlived: restorations.outlive,
    letGo: ({ owner }) => owner !== undefined && letGo.has(owner.uid),
    applications,
    outOfDate,
    mistakable: ({ site, id, owner, unlisted }) =>
      unlisted && made.some((other) => other.site === site && other.id === id && other.owner?.uid !== owner?.uid),
    secretsPutBack(object) {
      const { provider, applicationId } = applicationOf(object);
      return replacements.some(
        ({ site, id, atMs }) => site === provider && id === applicationId && restorations.undo(site, atMs),
      );
    },
    undisturbed: () => toll.harmless() && !deeds.deeds.some(({ act }) => DISTURBING.has(act.type)),
    see(sighting) {
      switch (sighting.type) {
        case 'act':
          restorations.see(sighting.act);
          noteHarm(sighting.act);
          deeds.did(sighting.act);
          break;
        case 'served':
          noteCreate(sighting);
          noteReplacement(sighting);
          if (sighting.operation === 'list' && sighting.answer.status < 300) {
            listedAt.set(`${sighting.site} ${sighting.cluster}`, world().scheduler.now());
          }
          break;
        case 'sent':
          sentAtMs.set(sighting.request, world().scheduler.now());
          break;
        case 'object':
          noteLetGo(sighting);
          noteNamed(sighting);
          noteOperation(sighting);
          break;
        case 'api':
        case 'asked':
        case 'settled':
          break;
      }
    },
  };
}

const DISTURBING: ReadonlySet<Act['type']> = new Set(['process', 'api-down', 'outage', 'restore', 'console', 'clock']);
