import { isRecord, type KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS, PODS } from '../../../src/kube/resources.ts';
import { applicationOf, recordIn } from '../application-view.ts';
import type { Cluster } from '../cluster.ts';
import { keyOf } from '../deeds.ts';
import { ownerIn } from '../made.ts';
import { referredBy, whoseIs } from '../workloads.ts';
import type { Court, Invariant } from './invariant.ts';
import { isOurs } from './requests.ts';

/** What leaves secrets behind of which no status knows, or clocks that differ (protocol T6). */
const EXCUSES = ['tamper-status', 'restore', 'restore-object', 'clock'] as const;

/** A rotation after a leak is worth nothing while the value that leaked goes on working. */
export const retirement: Invariant = {
  name: 'superseded-goes',
  promise: 'At rest a Ready object has no secret of ours at an overlapping provider but the one in its Secret.',
  rules: ['T3', 'T2'],
  attend: (court) => ({
    atRest() {
      for (const cluster of court.world().clusters) {
        for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) judge(object, cluster, court);
      }
    },
  }),
};

function judge(object: KubeObject, cluster: Cluster, { ledger, world, accuse }: Court): void {
  const { ready, provider, applicationId } = applicationOf(object);
  const { key } = ownerIn(cluster.index, object);
  if (ready?.status !== 'True' || provider !== 'logto' || ledger.happened(key, EXCUSES) > 0 || ledger.blinded()) return;
  const { apartMs, applications } = world().scenario.shape;
  // What came here from another provider says nothing of an overlap, which is a day then.
  if (apartMs !== 0 || applications.find((each) => keyOf(each) === key)?.provider !== 'logto') return;
  const found = world()
    .tenants.logto.applications()
    .find((each) => each.id === applicationId);
  const ours = (found?.secrets ?? []).filter(({ name }) => isOurs(name));
  if (ours.length > 1 && !isHeldUp(object, cluster))
    accuse(`${key} leaves ${ours.map(({ name }) => name).join(', ')} at Logto`);
}

/** Protocol T3: a roll that comes later than this after the write, ms, gives an hour from then on, whoever runs by then. */
const LATE_ROLL_MS = 300_000;

/** Protocol T3: a container that starts so soon after a write may have read the Secret before it. Times are whole seconds, ms. */
const START_MS = 11_000;

/**
 * Whether what uses the Secret keeps a superseded one: it started with that, or may have; or it finds that under a former
 * name; or the roll came so late that there is an hour from then on (protocol T3).
 */
function isHeldUp(object: KubeObject, { index, hands, running, now }: Cluster): boolean {
  const { key } = ownerIn(index, object);
  const { name } = applicationOf(object).mounted;
  const times = supersededIn(object);
  const latestMs = Math.max(...times.map(({ supersededAtMs }) => supersededAtMs));
  const pods = hands
    .list(PODS)
    .filter((pod) => whoseIs(referredBy(pod) ?? '', { cluster: index, ...pod.metadata }) === key);
  const uids = new Set(pods.map(({ metadata }) => metadata.uid));
  const isEarly = running().some(
    ({ pod, startedAtMs }) => uids.has(pod.metadata.uid) && startedAtMs <= latestMs + START_MS,
  );
  if (isEarly || pods.some((pod) => referredBy(pod) !== name)) return true;
  const waiting = times.filter(({ notBeforeMs }) => notBeforeMs > now());
  return waiting.some(
    ({ supersededAtMs, rolledAtMs }) => pods.length > 0 || rolledAtMs - supersededAtMs > LATE_ROLL_MS,
  );
}

function supersededIn(object: KubeObject) {
  const { retiring } = recordIn(recordIn(object, 'status'), 'rotation');
  const entries = Array.isArray(retiring) ? retiring.filter(isRecord) : [];
  return entries.map(({ supersededAt, rolledAt, notBefore }) => ({
    supersededAtMs: Date.parse(String(supersededAt)),
    rolledAtMs: Date.parse(String(rolledAt)),
    notBeforeMs: Date.parse(String(notBefore)),
  }));
}
