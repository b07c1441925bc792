import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { keyOf } from '../deeds.ts';
import { ownerIn } from '../made.ts';
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
        for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) judge(object, cluster.index, court);
      }
    },
  }),
};

function judge(object: KubeObject, cluster: number, { ledger, world, accuse }: Court): void {
  const { ready, provider, applicationId } = applicationOf(object);
  const { key } = ownerIn(cluster, object);
  if (ready?.status !== 'True' || provider !== 'logto' || ledger.happened(key, EXCUSES) > 0 || ledger.blinded()) return;
  const { apartMs, applications } = world().scenario.shape;
  // What came here from another provider says nothing of an overlap, which is a day then.
  if (apartMs !== 0 || applications.find((each) => keyOf(each) === key)?.provider !== 'logto') return;
  const found = world()
    .tenants.logto.applications()
    .find((each) => each.id === applicationId);
  const ours = (found?.secrets ?? []).filter(({ name }) => isOurs(name));
  if (ours.length > 1) accuse(`${key} leaves ${ours.map(({ name }) => name).join(', ')} at Logto`);
}
