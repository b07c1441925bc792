import { isRecord, type KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import type { Life } from '../life.ts';
import type { Owner } from '../made.ts';
import { ownerIn } from '../made.ts';
import type { ProviderRequest } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn, touches } from './requests.ts';

const ISSUING: ReadonlySet<string> = new Set(['rotate', 'create-secret']);

/**
 * Which pass sends a request nobody sees; what it says, and whose operation is open, tell whose it is, and so does which
 * passes were under way.
 */
export const neighbours: Invariant = {
  name: 'own-alone',
  promise: 'No object changes the registration of another object of its cluster, deletes it, or reads its secrets.',
  rules: ['I2', 'I5', 'R7'],
  attend(court) {
    const passes: Pass[] = [];
    const touched: Touched[] = [];
    return {
      see(sighting) {
        if (sighting.type !== 'sent' || sighting.by.type !== 'process' || !touches(sighting)) return;
        if (ISSUING.has(sighting.operation)) judgeIssue(sighting, court);
        if (sighting.operation === 'update') judgeUpdate(sighting, court);
        if (sighting.operation === 'merge-custom-data') judgeMark(sighting, court);
        const owner = ownerOf(sighting, court);
        if (owner === undefined) return;
        touched.push({ request: sighting, life: sighting.by.life, owner, atMs: court.world().scheduler.now() });
      },
      hear(line, cluster, who) {
        const own = passes.filter((pass) => pass.who === who);
        const pass = passIn(line, { cluster, who }, own, court.world().scheduler.now());
        if (pass !== undefined) passes.push(pass);
      },
      atRest() {
        for (const each of touched) judgePasses(each, passes, court);
      },
    };
  },
};

/** A pass over an application, whose process it was, and when, ms. */
interface Pass {
  readonly who: string;
  /** As in {@link Owner}. */
  readonly key: string;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Touched {
  readonly request: ProviderRequest;
  readonly life: Life;
  readonly owner: Owner;
  readonly atMs: number;
}

/** How long a pass took is told in whole ms. One that failed may have begun when the one before it ended. */
function passIn(
  line: string,
  { cluster, who }: { readonly cluster: number; readonly who: string },
  passes: readonly Pass[],
  nowMs: number,
): Pass | undefined {
  if (!line.includes('"a pass ')) return undefined;
  const said: unknown = JSON.parse(line);
  if (!isRecord(said) || said['controller'] !== 'applications') return undefined;
  const key = `${cluster}/${String(said['key'])}`;
  const { durationMs } = said;
  const before = passes.findLast((each) => each.key === key)?.toMs ?? 0;
  return { who, key, fromMs: typeof durationMs === 'number' ? nowMs - durationMs - 1 : before, toMs: nowMs };
}

/** A process that is dead may have ended passes of which it did not tell. */
function judgePasses({ request, life, owner, atMs }: Touched, passes: readonly Pass[], { accuse }: Court): void {
  if (!life.isAlive()) return;
  const { site, operation, cluster } = request;
  const isMeant = ({ key, fromMs, toMs }: Pass): boolean =>
    key.startsWith(`${cluster}/`) && fromMs <= atMs && atMs <= toMs;
  const keys = passes.filter(isMeant).map(({ key }) => key);
  if (keys.length === 0 || keys.includes(owner.key)) return;
  accuse(`${site} ${operation} of ${idIn(request)}, made for ${owner.key}, is sent in a pass over ${keys.join(', ')}`);
}

/** A secret is issued for whoever has written so down. */
function judgeIssue(request: ProviderRequest, court: Court): void {
  const asking = objectsAt(request, court).filter((object) => {
    const { applicationId, operation } = applicationOf(object);
    return applicationId === idIn(request) && operation?.type === 'rotate';
  });
  accuse(request, asking, court);
}

/** One that is given the name that another's spec asks for, and not its own. */
function judgeUpdate(request: ProviderRequest, court: Court): void {
  if (court.world().scenario.shape.names === 'alike') return;
  const body = request.request.body ?? '';
  const named = objectsAt(request, court).filter((object) => {
    const name = isRecord(object['spec']) ? object['spec']['displayName'] : undefined;
    return typeof name === 'string' && body.includes(`"name":${JSON.stringify(name)}`);
  });
  accuse(request, named, court);
}

/** One that is given the mark of another. That of nobody names nobody. */
function judgeMark(request: ProviderRequest, court: Court): void {
  const body: unknown = JSON.parse(request.request.body ?? '{}');
  const mark = isRecord(body) ? body['oauthapp.dev/owner'] : undefined;
  const owner = ownerOf(request, court);
  if (owner === undefined || !isRecord(mark) || mark['uid'] === '') return;
  const key = `${request.cluster}/${String(mark['namespace'])}/${String(mark['name'])}`;
  if (key === owner.key) return;
  court.accuse(`${request.site} ${idIn(request)}, made for ${owner.key}, is given the mark of ${key}`);
}

function accuse(request: ProviderRequest, objects: readonly KubeObject[], court: Court): void {
  const { site, operation, cluster } = request;
  const owner = ownerOf(request, court);
  const keys = objects.map((object) => ownerIn(cluster, object).key);
  if (owner === undefined || keys.length === 0 || keys.includes(owner.key)) return;
  court.accuse(`${site} ${operation} of ${idIn(request)}, made for ${owner.key}, is sent for ${keys.join(', ')}`);
}

/** For whom the registration was made that a request names, as far as anybody can know. */
function ownerOf(request: ProviderRequest, { ledger }: Court): Owner | undefined {
  const { site, cluster } = request;
  // logi gives ids again, and a mark would tell.
  if (site === 'logi' && ledger.outOfDate(site, cluster)) return undefined;
  return ledger.madeAs(site, idIn(request) ?? '')?.owner;
}

function objectsAt({ site, cluster }: ProviderRequest, { world }: Court): readonly KubeObject[] {
  const objects = world().clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  return objects.filter((object) => applicationOf(object).provider === site);
}
