import { ANNOTATIONS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { heldIn } from '../held.ts';
import { ownerIn } from '../ledger.ts';
import type { Court, Invariant } from './invariant.ts';

/** What takes a value away, or a record of it, in between. */
const EXCUSES = ['tamper-secret', 'tamper-status', 'restore', 'restore-object', 'console'] as const;

/** Whoever asks because a value has leaked wants to see the end of it. */
export const requestsServed: Invariant = {
  name: 'served-with-another-value',
  promise: 'When a request for a rotation counts as served, the Secret holds another value than when it was made.',
  rules: ['T1', 'T2', 'T4', 'S1'],
  attend(court) {
    /** By token: what the Secret held when it was asked for. */
    const before = new Map<string, string | undefined>();
    return {
      see(sighting) {
        if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication' || sighting.after === undefined) return;
        const { by, after, cluster } = sighting;
        const token = after.metadata.annotations?.[ANNOTATIONS.rotateRequestedAt];
        if (by.type === 'person' && token !== undefined && !before.has(token)) {
          before.set(token, secretIn(after, cluster, court));
        }
        if (by.type === 'process') judge(sighting.before, after, cluster, before, court);
      },
    };
  },
};

function judge(
  former: KubeObject | undefined,
  after: KubeObject,
  cluster: number,
  before: ReadonlyMap<string, string | undefined>,
  court: Court,
): void {
  const { servedRotation: token, applicationId } = applicationOf(after);
  const was = former && applicationOf(former);
  // What is registered, or taken back, serves its tokens by that (protocol R10).
  if (token === undefined || token === was?.servedRotation || applicationId !== was?.applicationId) return;
  const { key } = ownerIn(cluster, after);
  if (court.ledger.happened(key, EXCUSES) > 0 || court.ledger.asked(key, 'register-anew') > 0) return;
  const value = secretIn(after, cluster, court);
  if (value === undefined || value !== before.get(token)) return;
  court.accuse(`${key} counts ${token} as served, and its Secret holds the value of before`);
}

function secretIn(object: KubeObject, cluster: number, { world }: Court): string | undefined {
  const { secret } = applicationOf(object);
  const { namespace } = object.metadata;
  const found = secret && world().clusters[cluster]?.hands.get({ resource: SECRETS, namespace, name: secret.name });
  return found && heldIn(found).clientSecret;
}
