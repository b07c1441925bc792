import type { KubeObject } from '../../../src/kube/object.ts';
import { isRecord } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import type { Deed } from '../deeds.ts';
import { ownerIn } from '../made.ts';
import type { ProviderRequest, Sighting } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn, touches } from './requests.ts';

/** What keeps a process from hearing of the suspension. */
const DEAFENING: ReadonlySet<string> = new Set(['watches', 'api-down', 'process', 'restore', 'outage']);

/** Watches that are silent are cut within minutes. */
const DEAF_MS = 600_000;

/** What only looks may be sent by whoever has not heard yet. */
const CHANGES_NOTHING: ReadonlySet<string> = new Set(['list-secrets']);

/** A watch that lags, and the one that takes its place where writes on what it told are refused. */
const WATCHES = 2;

/** A pass that is under way goes on; where a provider keeps it waiting, for longer. */
const MARGIN_MS = { undisturbed: 5_000, waiting: 60_000 } as const;

type Write = Extract<Sighting, { type: 'object' }>;

/** Whoever suspends an object wants to look at its registration in peace. */
export const suspension: Invariant = {
  name: 'suspended-is-left-alone',
  promise: 'Nothing is changed for a suspended object but by the end of an open operation.',
  rules: ['B2', 'I7'],
  attend(court) {
    /** Since when an object is suspended, by uid, ms. */
    const since = new Map<string, number>();
    return {
      see(sighting) {
        if (sighting.type === 'object' && sighting.kind === 'OAuthApplication') {
          const { uid = '' } = (sighting.after ?? sighting.before)?.metadata ?? {};
          if (!isSuspended(sighting.after)) since.delete(uid);
          else if (!since.has(uid)) since.set(uid, court.world().scheduler.now());
          judgeBeginning(sighting, since.get(uid), court);
        }
        if (sighting.type === 'sent' && sighting.by.type === 'process' && touches(sighting)) {
          judge(sighting, since, court);
        }
      },
    };
  },
};

/** Nor is an operation begun, which would excuse whatever its requests change. */
function judgeBeginning({ by, before, after, cluster }: Write, sinceMs: number | undefined, court: Court): void {
  if (by.type !== 'process' || sinceMs === undefined || before === undefined || after === undefined) return;
  const { operation } = applicationOf(after);
  if (operation === undefined || operation.id === applicationOf(before).operation?.id) return;
  const forMs = court.world().scheduler.now() - sinceMs;
  if (forMs <= toldMs(court)) return;
  const { key } = ownerIn(cluster, after);
  court.accuse(`${key} begins to ${operation.type}, suspended for ${Math.round(forMs / 1_000)} s`);
}

function judge(request: ProviderRequest, since: ReadonlyMap<string, number>, court: Court): void {
  const { clusters, scheduler } = court.world();
  const { site, operation, cluster } = request;
  const { key, uid = '' } = court.ledger.madeAs(site, idIn(request) ?? '')?.owner ?? {};
  const objects = clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  const object = objects.find(({ metadata }) => metadata.uid === uid);
  const atMs = since.get(uid);
  if (object === undefined || atMs === undefined || applicationOf(object).operation !== undefined) return;
  const forMs = scheduler.now() - atMs;
  const heardMs = CHANGES_NOTHING.has(operation) ? WATCHES * court.world().scenario.shape.lagMs : 0;
  if (forMs <= heardMs + toldMs(court)) return;
  court.accuse(`${site} ${operation} for ${key}, suspended for ${Math.round(forMs / 1_000)} s`);
}

function isSuspended(object: KubeObject | undefined): boolean {
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return false;
  return isRecord(object['spec']) && object['spec']['suspend'] === true;
}

/** However far a watch lags: whoever changes something writes to the object before, or reads it once more (protocol I7). */
function toldMs({ ledger }: Court): number {
  if (ledger.deeds.some(isDeafening)) return DEAF_MS;
  return ledger.happened(undefined, ['strike']) > 0 ? MARGIN_MS.waiting : MARGIN_MS.undisturbed;
}

function isDeafening({ act }: Deed): boolean {
  if (act.type !== 'strike') return DEAFENING.has(act.type);
  const { on, blow } = act.strike;
  return on.side === 'api' || blow.type === 'stopped' || blow.type === 'died';
}
