import type { Claim } from '../api/provider.ts';
import type { ProviderPorts } from './ports.ts';
import type { ProviderPass } from './reconcile.ts';
import { Unfit } from './verdict.ts';

type Self = ProviderPorts['installation'];

/**
 * Protocol I6: no outside call without the claim in the provider's status.
 *
 * Written with the version that was read, so that of two installations that start at once one fails here. Another's
 * claim is respected until a person takes it out of the status: whether its lease has ended stands in a namespace
 * that we may not read.
 */
export async function claim({ writer, ports: { installation }, signal }: ProviderPass): Promise<void> {
  const { id, cluster, lease } = installation;
  const { status } = await writer.write(
    (before) =>
      standsOn(before.servedBy, installation) === 'foreign'
        ? before
        : { ...before, servedBy: { installation: id, cluster, lease } },
    signal,
  );
  const holder = status?.servedBy;
  if (holder !== undefined && standsOn(holder, installation) === 'foreign') throw refusal(holder, installation);
}

/** Whose claim this is. The same installation in another cluster is another one: a copy. Pure. */
export function standsOn(claimed: Claim | undefined, { id, cluster }: Self): 'free' | 'ours' | 'foreign' {
  if (claimed === undefined) return 'free';
  return claimed.installation === id && claimed.cluster === cluster ? 'ours' : 'foreign';
}

function refusal({ installation, cluster, lease }: Claim, self: Self): Unfit {
  if (installation === self.id) {
    return new Unfit(
      'CloneSuspected',
      `This installation serves the provider from cluster ${cluster}, and this is cluster ${self.cluster}: in a copy of a cluster delete the Secret oauthapp-operator-installation and start anew; if ${cluster} is gone for good, remove status.servedBy`,
    );
  }
  const under = lease === undefined ? '' : ` under Lease ${lease}`;
  return new Unfit(
    'ServedByAnother',
    `Installation ${installation} of cluster ${cluster} serves this provider${under}: if it is gone for good, remove status.servedBy`,
  );
}
