import type { Claim } from '../api/provider.ts';
import type { ProviderPass } from './reconcile.ts';
import { Unfit } from './verdict.ts';

/**
 * Protocol I6: no outside call without the claim in the provider's status.
 *
 * Written with the version that was read, so that of two installations that start at once one fails here. A claim of
 * another installation is respected until a person removes it from the status.
 */
export async function claim({ writer, ports, signal }: ProviderPass): Promise<void> {
  const { id, cluster, lease } = ports.installation;
  const ours: Claim = { installation: id, cluster, lease };
  const after = await writer.write((status) => {
    const { servedBy } = status;
    return servedBy === undefined || servedBy.installation === id ? { ...status, servedBy: ours } : status;
  }, signal);
  const holder = after.status?.servedBy;
  if (holder?.installation === id && holder.cluster === cluster) return;
  throw new Unfit(
    'ServedByAnother',
    `Installation ${holder?.installation} of cluster ${holder?.cluster} serves this provider: remove status.servedBy once it is gone`,
  );
}
