import { ANNOTATIONS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { heldIn } from '../held.ts';
import { ownerIn } from '../made.ts';
import type { Court, Invariant } from './invariant.ts';

interface Memory {
  /** When a token was seen first, ms. */
  readonly askedAt: Map<string, number>;
  /** When a value stood in a Secret first, ms. */
  readonly heldAt: Map<string, number>;
  readonly court: Court;
}

/** Whoever asks because a value has leaked wants to see the end of it. */
export const requestsServed: Invariant = {
  name: 'served-with-another-value',
  promise:
    'When a request for a rotation counts as served, the Secret holds a value that it never held before it; and none is served twice.',
  rules: ['I7', 'T1', 'T2', 'T4', 'S1'],
  attend(court) {
    const memory: Memory = { askedAt: new Map(), heldAt: new Map(), court };
    const note = (times: Map<string, number>, what: string): void => {
      if (!times.has(what)) times.set(what, court.world().scheduler.now());
    };
    return {
      see(sighting) {
        if (sighting.type !== 'object' || sighting.after === undefined) return;
        const { kind, by, before, after, cluster } = sighting;
        if (kind === 'Secret') note(memory.heldAt, heldIn(after).clientSecret ?? '');
        if (kind !== 'OAuthApplication') return;
        const token = after.metadata.annotations?.[ANNOTATIONS.rotateRequestedAt];
        if (by.type === 'person' && token !== undefined) note(memory.askedAt, token);
        if (by.type === 'process' && before !== undefined) judge(before, after, cluster, memory);
      },
    };
  },
};

function judge(before: KubeObject, after: KubeObject, cluster: number, { askedAt, heldAt, court }: Memory): void {
  const { served, applicationId, type } = applicationOf(after);
  // A public client has no secret; what somebody has put into its Secret is none.
  if (type === 'Native' || type === 'SinglePage') return;
  const was = applicationOf(before);
  // What is registered, or taken back, serves its tokens by that (protocol R10).
  const token = served.rotate;
  if (token === undefined || token === was.served.rotate || applicationId !== was.applicationId) return;
  const { key } = ownerIn(cluster, after);
  if (was.servedEarlier.rotate.includes(token)) court.accuse(`${key} serves ${token} once more`);
  const value = secretIn(after, cluster, court);
  const heldMs = value === undefined ? undefined : heldAt.get(value);
  const askedMs = askedAt.get(token);
  if (heldMs === undefined || askedMs === undefined || heldMs >= askedMs) return;
  court.accuse(`${key} counts ${token} as served by a value that was there ${askedMs - heldMs} ms before it`);
}

function secretIn(object: KubeObject, cluster: number, { world }: Court): string | undefined {
  const { secret } = applicationOf(object);
  const { namespace } = object.metadata;
  const found = secret && world().clusters[cluster]?.hands.get({ resource: SECRETS, namespace, name: secret.name });
  return found && heldIn(found).clientSecret;
}
