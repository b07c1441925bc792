import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { applicationOf } from './application-view.ts';
import type { Act, Planned, Request, SecretTampering, StatusTampering } from './scenario/scenario.ts';
import type { SiteName } from './tenants.ts';
import type { World } from './world.ts';

export interface Deed {
  readonly atMs: number;
  readonly act: Act;
}

/** What people did in a story, and did to something. Keys are as {@link keyOf} makes them. */
export interface Deeds {
  /** What people did, with whatever faults struck, in order. */
  readonly deeds: readonly Deed[];
  /**
   * How often people did such a thing to this application, or to all; with no key, to any. A database that was put back counts
   * for those that had something in it.
   *
   * @param sinceMs left out: since the story began
   */
  happened(key: string | undefined, types: readonly Act['type'][], sinceMs?: number): number;
  /** How often people changed the status of this application so. */
  tampered(key: string, how: readonly StatusTampering[]): number;
  /** Whether people wrote notes on its Secret that are another's, or made up; `undefined`: on that of any. */
  forged(key: string | undefined): boolean;
  /** Whether people copied its registration at the console. */
  copied(key: string): boolean;
  /** How often people took this application away past its operator, and put back what was saved of it so. */
  broughtBack(key: string, from: 'manifest' | 'backup'): number;
  /** How often a team asked for such a thing, by annotation. */
  asked(key: string, forWhat: Request): number;
  /** Whether a status that names another's registration may have led people to that one at the console. */
  misled(): boolean;
  /** How often people said that it is at another provider. */
  moved(key: string): number;
  /** Whether people took away what its status said, by hand or by putting back the object or the etcd. */
  forgetful(key: string): boolean;
  /** Whether they did, and said that it is at another provider: what it has at the former one nothing tells (guarantees.md). */
  strayed(key: string): boolean;
  /** How often people gave it another name in its spec. */
  renamed(key: string): number;
  /** Whether anything of this application may have been kept on purpose. */
  retained(key: string): boolean;
  /** Whether people have put the etcd of this cluster back. */
  wentBack(cluster: number): boolean;
  /** Whether people have put this provider back. */
  putBack(site: SiteName): boolean;
  /** How often people moved this clock. */
  stepped(whose: 'operators' | 'api'): number;
  did(act: Act): void;
}

const FORGETTING: ReadonlySet<Act['type']> = new Set(['tamper-status', 'restore-object']);

const FORGERIES: ReadonlySet<SecretTampering> = new Set(['copy-notes', 'forge-notes']);

export function keyOf({ cluster, namespace, name }: Pick<Planned, 'cluster' | 'namespace' | 'name'>): string {
  return `${cluster}/${namespace}/${name}`;
}

export function createDeeds(world: () => World): Deeds {
  const deeds: Deed[] = [];

  function of(key: string | undefined, isMeant: (deed: Deed) => boolean): readonly Deed[] {
    return deeds.filter((deed) => isMeant(deed) && (key === undefined || concerns(deed.act, key)));
  }

  function concerns(act: Act, key: string): boolean {
    const { applications } = world().scenario.shape;
    if (act.type === 'restore') {
      if (act.of === 'etcd') return key.startsWith(`${act.cluster}/`);
      return applications.find((each) => keyOf(each) === key)?.provider === act.of || moved(key) > 0;
    }
    if (!('application' in act)) return true;
    const planned = applications[act.application];
    return planned !== undefined && keyOf(planned) === key;
  }

  function forgetful(key: string): boolean {
    return of(key, ({ act }) => FORGETTING.has(act.type) || (act.type === 'restore' && act.of === 'etcd')).length > 0;
  }

  function moved(key: string): number {
    return of(key, ({ act }) => act.type === 'edit' && act.to === 'provider').length;
  }

  function tampered(key: string, how: readonly StatusTampering[]): number {
    return of(key, ({ act }) => act.type === 'tamper-status' && how.includes(act.how)).length;
  }

  return {
    deeds,
    happened: (key, types, sinceMs = 0) =>
      of(key, ({ act, atMs }) => types.includes(act.type) && atMs >= sinceMs).length,
    tampered,
    copied: (key) => of(key, ({ act }) => act.type === 'console' && act.how === 'copy').length > 0,
    forged: (key) => of(key, ({ act }) => act.type === 'tamper-secret' && FORGERIES.has(act.how)).length > 0,
    broughtBack: (key, from) => of(key, ({ act }) => act.type === 'restore-object' && act.from === from).length,
    asked(key, forWhat) {
      const all = of(key, ({ act }) => act.type === 'ask' && act.forWhat === forWhat).length;
      // The id of another with no word of what was served asks once more (guarantees.md).
      const isOnceMore = forWhat === 'register-anew' && all > 0;
      return all + (isOnceMore ? tampered(key, ['other-id', 'newest-id']) : 0);
    },
    misled: () => deeds.some(({ act }) => act.type === 'console') && deeds.some(({ act }) => leadsAstray(act)),
    moved,
    forgetful,
    strayed: (key) => moved(key) > 0 && forgetful(key),
    renamed: (key) => of(key, ({ act }) => act.type === 'edit' && act.to === 'name').length,
    retained(key) {
      const planned = world().scenario.shape.applications.find((each) => keyOf(each) === key);
      if (planned?.deletionPolicy === 'Retain') return true;
      return of(key, ({ act }) => act.type === 'edit' && act.to === 'retain').length > 0;
    },
    wentBack: (cluster) =>
      deeds.some(({ act }) => act.type === 'restore' && act.of === 'etcd' && act.cluster === cluster),
    putBack: (site) => deeds.some(({ act }) => act.type === 'restore' && act.of === site),
    stepped: (whose) => deeds.filter(({ act }) => act.type === 'clock' && act.whose === whose).length,
    did(act) {
      if (!isVain(act, world())) deeds.push({ atMs: world().scheduler.now(), act });
    },
  };
}

/** Whether there is nothing that it could be done to: nobody is excused by that. */
function isVain(act: Act, { scenario, clusters }: World): boolean {
  switch (act.type) {
    case 'edit':
    case 'delete':
    case 'ask':
    case 'tamper-secret':
    case 'tamper-status': {
      const planned = scenario.shape.applications[act.application];
      if (planned === undefined) return true;
      const { cluster, namespace, name } = planned;
      const object = clusters[cluster]?.hands.get({ resource: OAUTH_APPLICATIONS, namespace, name });
      if (object === undefined) return true;
      const isForgetting = act.type === 'tamper-status' && act.how === 'forget-operation';
      return isForgetting && applicationOf(object).operation === undefined;
    }
    case 'apply':
    case 'ask-again':
    case 'workload':
    case 'restore-object':
    case 'console':
    case 'backup':
    case 'restore':
    case 'clock':
    case 'process':
    case 'api-down':
    case 'outage':
    case 'watches':
    case 'strike':
      return false;
  }
}

function leadsAstray(act: Act): boolean {
  return act.type === 'tamper-status' && (act.how === 'other-id' || act.how === 'newest-id');
}
