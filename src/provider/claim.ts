import { firstConditions } from '../api/conditions.ts';
import type { Claim } from '../api/provider.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { same } from '../runtime/same.ts';
import type { ProviderPass } from './pass.ts';
import type { ProviderPorts } from './ports.ts';
import { Unfit } from './verdict.ts';

type Self = ProviderPorts['installation'];

/**
 * `with-a-sibling`: another shard of this installation holds the claim: it has not seen the new labels yet, or saw them before us.
 * There is nothing to tell anybody: one of the two lets go.
 */
export type Claimed = { readonly type: 'ours' } | { readonly type: 'with-a-sibling'; readonly next: Outcome };

const BEING_LOOKED_AT = 'The provider is being looked at';

/** Looked at again no sooner than this, ms. */
const SOONEST_MS = 1_000;

/**
 * Protocol I6: no outside call without the claim in the provider's status.
 *
 * Written with the version that was read, so that of two installations that start at once one fails here. Another's
 * claim is respected until its Lease has ended and what it last called has settled; where that cannot be seen, until a
 * person takes it out of the status.
 */
export async function claim(pass: ProviderPass): Promise<Claimed> {
  const { provider, writer, ports, signal } = pass;
  const { installation } = ports;
  const { id, cluster, lease } = installation;
  const rival = writer.current().status?.servedBy;
  const isOthers = standsOn(rival, installation) === 'foreign';
  // Where all of the status was taken away, nobody has stored anything: what we know was spent counts.
  if (isOthers || (rival === undefined && writer.current().status?.budget !== undefined)) endSession(pass);
  const remaining = rival === undefined ? 0 : await remainingOf(rival, pass);
  const { status } = await writer.write((before) => {
    const isVoid = remaining === 0 && same(before.servedBy, rival);
    if (standsOn(before.servedBy, installation) === 'foreign' && !isVoid) return before;
    const { generation: observedGeneration } = provider.metadata;
    const now = new Date(ports.clusterTime()).toISOString();
    const first = firstConditions(before.conditions, { message: BEING_LOOKED_AT, observedGeneration }, now);
    return { ...first, ...before, servedBy: { installation: id, cluster, shard: ports.shard.name, lease } };
  }, signal);
  const holder = status?.servedBy;
  if (holder === undefined || standsOn(holder, installation) !== 'foreign') return { type: 'ours' };
  if (ports.shard.name !== undefined && isSibling(holder, installation) && remaining !== 'unreadable') {
    return { type: 'with-a-sibling', next: again(remaining) };
  }
  throw refusal(holder, installation, remaining);
}

/**
 * A session knows what was spent under the claim that it was opened with, and would write that over what others have
 * stored since: under the next claim another is opened, from what is stored (protocol O2). Where there is none, what
 * applications were told last is kept, so that not every pass asks for them again.
 */
function endSession({ key, ports }: ProviderPass): void {
  if (ports.sessions.attempt(key) !== undefined) ports.sessions.drop(key);
}

/** Whose claim this is. The same installation in another cluster is a copy; under another Lease, another shard. Pure. */
export function standsOn(claimed: Claim | undefined, self: Self): 'free' | 'ours' | 'foreign' {
  if (claimed === undefined) return 'free';
  const { installation, cluster, lease = self.lease } = claimed;
  return installation === self.id && cluster === self.cluster && lease === self.lease ? 'ours' : 'foreign';
}

function isSibling({ installation, cluster }: Claim, self: Self): boolean {
  return installation === self.id && cluster === self.cluster;
}

/**
 * A Lease of the same name in another cluster is another Lease; and one under our own name says nothing, as we hold it
 * ourselves: an installation that lost its Secret cannot be told from a copy whose cluster id is not its own.
 */
async function remainingOf(claimed: Claim, { ports, signal }: ProviderPass): Promise<number | 'unreadable'> {
  const { installation: self, leases } = ports;
  if (standsOn(claimed, self) === 'ours') return 0;
  const { cluster, lease } = claimed;
  if (cluster !== self.cluster || lease === undefined || lease === self.lease) return 'unreadable';
  return leases.remainingMs(lease, signal);
}

function refusal({ installation, cluster, lease }: Claim, self: Self, remaining: number | 'unreadable'): Unfit {
  if (installation === self.id && cluster !== self.cluster) {
    return new Unfit(
      'CloneSuspected',
      `This installation serves the provider from cluster ${cluster}, and this is cluster ${self.cluster}: in a copy of a cluster delete the Secret oauthapp-operator-installation and start anew; if ${cluster} is gone for good, remove status.servedBy`,
    );
  }
  const under = lease === undefined ? '' : ` under Lease ${lease}`;
  return new Unfit(
    'ServedByAnother',
    `Installation ${installation} of cluster ${cluster} serves this provider${under}: if it is gone for good, remove status.servedBy`,
    remaining === 'unreadable' ? { type: 'back-off' } : again(remaining),
  );
}

function again(remaining: number): Outcome {
  return { type: 'again', afterMs: Math.max(SOONEST_MS, remaining) };
}
