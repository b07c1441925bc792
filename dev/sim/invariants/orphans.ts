import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import type { Cluster } from '../cluster.ts';
import type { SiteName } from '../tenants.ts';
import { installationIn, providerIn, toldBy } from '../told.ts';
import { type Births, createBirths } from './births.ts';
import { type Holder, holdersAt } from './holders.ts';
import type { Court, Invariant } from './invariant.ts';

const SITES = ['logi', 'logto'] as const satisfies readonly SiteName[];

const COUNTED = /^oauthapp_orphaned_registrations\{kind="ClusterOAuthProvider"\} (\d+)$/m;

/** People delete what is told to be nobody's, and look no further for what is not. */
export const orphans: Invariant = {
  name: 'orphans-told-exactly',
  promise: 'At rest a provider object tells of as many orphans as nobody can have, and metrics of as many as those.',
  rules: ['B4', 'D4', 'R10'],
  attend(court) {
    const { ledger, world } = court;
    const births = createBirths(ledger, (cluster) => installationIn(world().clusters[cluster]));
    const pages: { readonly page: string; readonly cluster: number }[] = [];
    return {
      see(sighting) {
        if (sighting.type === 'sent') births.note(sighting);
      },
      read: (page, cluster) => void pages.push({ page, cluster }),
      atRest() {
        for (const cluster of world().clusters) {
          for (const site of SITES) judge(site, cluster, births, court);
          for (const { page } of pages.filter((each) => each.cluster === cluster.index)) compare(page, cluster, court);
        }
      },
    };
  },
};

function judge(site: SiteName, cluster: Cluster, births: Births, { ledger, world, accuse }: Court): void {
  const provider = providerIn(cluster, site);
  if (provider === undefined) return;
  // An etcd from before the installation brings another one, which does not list what the former one serves (protocol I6).
  const isOfAnother = applicationOf(provider).ready?.reason === 'ServedByAnother';
  if (isOfAnother && ledger.happened(undefined, ['restore']) > 0) return;
  const objects = cluster.hands.list(OAUTH_APPLICATIONS);
  const installation = installationIn(cluster);
  const here = { cluster: cluster.index, clusterId: cluster.id, installation, objects, births };
  const holders = holdersAt(site, world().tenants, here);
  const idsOf = (holder: Holder): readonly string[] => [...holders].flatMap(([id, of]) => (of === holder ? [id] : []));
  const [nobodys, unknown] = [idsOf('nobody'), idsOf('unknown')];
  const { count, first } = toldBy(provider);
  const isOne = first === undefined || nobodys.includes(first) || unknown.includes(first);
  if (isOne && count >= nobodys.length && count <= nobodys.length + unknown.length) return;
  const told = first === undefined ? 'none' : `${count}, the first of them ${first}`;
  const are = nobodys.length === 0 ? 'there are none' : `these are: ${nobodys.join(', ')}`;
  accuse(`cluster ${cluster.index} tells of orphans at ${site} ${told}, and ${are}`);
}

/** From the last listing of a time of rest to its end there is at least so long, ms. */
const LISTED_BEFORE_MS = 30_000;

/** Every replica counts what it has in its cache. */
function compare(page: string, cluster: Cluster, { world, accuse }: Court): void {
  if (page === '' || world().scenario.shape.lagMs > LISTED_BEFORE_MS) return;
  const counted = COUNTED.exec(page)?.[1];
  const told = SITES.reduce((sum, site) => sum + toldBy(providerIn(cluster, site)).count, 0);
  if (Number(counted) !== told)
    accuse(`cluster ${cluster.index} tells of ${told} orphans, and its metrics of ${counted}`);
}
