import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS, SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import type { Cluster } from '../cluster.ts';
import { keyOf } from '../deeds.ts';
import { isAlive, valueIn } from '../held.ts';
import type { Court, Invariant } from './invariant.ts';

/** Ready is a promise to whoever mounts the Secret: its name and keys are those of the spec, whatever the operator notes. */
export const credentials: Invariant = {
  name: 'ready-logs-in',
  promise: 'At rest the Secret of every Ready object holds credentials that log in.',
  rules: ['S1', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S10', 'T4', 'R8', 'B3'],
  attend: (court) => ({
    atLast() {
      for (const cluster of court.world().clusters) {
        for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) judge(object, cluster, court);
      }
    },
  }),
};

function judge(object: KubeObject, cluster: Cluster, court: Court): void {
  const { ready } = applicationOf(object);
  if (ready?.status !== 'True') return;
  const complaint = complaintOf(object, cluster, court);
  const { namespace = '', name } = object.metadata;
  if (complaint !== undefined)
    court.accuse(`${keyOf({ cluster: cluster.index, namespace, name })} is Ready, and ${complaint}`);
}

function complaintOf(object: KubeObject, cluster: Cluster, { world, ledger }: Court): string | undefined {
  const { provider, type, applicationId, clientId, mounted } = applicationOf(object);
  const { namespace = '', name } = object.metadata;
  if ((provider !== 'logi' && provider !== 'logto') || applicationId === undefined) return 'has no registration';
  if (!isAlive(world(), provider, applicationId)) return `${applicationId} is not there`;
  const found = cluster.hands.get({ resource: SECRETS, namespace, name: mounted.name });
  if (found === undefined) return `there is no Secret ${mounted.name}`;
  const heldId = valueIn(found, mounted.clientId);
  if (heldId !== clientId) return `its Secret holds the client id ${heldId}`;
  const value = valueIn(found, mounted.clientSecret);
  if (type === 'Native' || type === 'SinglePage') {
    const isPeoples = ledger.happened(keyOf({ cluster: cluster.index, namespace, name }), ['tamper-secret']) > 0;
    return value === undefined || isPeoples ? undefined : 'its Secret holds a secret, though its client is public';
  }
  if (value === undefined) return 'its Secret holds no client secret';
  const isGood = world().tenants[provider].logsIn(heldId ?? '', value);
  return isGood ? undefined : 'the credentials in its Secret do not log in';
}
