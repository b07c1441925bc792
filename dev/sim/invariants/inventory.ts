import { isRecord } from '../../../src/kube/object.ts';
import { CLUSTER_OAUTH_PROVIDERS, OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { isAlive } from '../held.ts';
import type { Made } from '../ledger.ts';
import type { SiteName } from '../tenants.ts';
import type { World } from '../world.ts';
import type { Court, Invariant } from './invariant.ts';

/** What leaves a registration behind that nobody holds and nothing tells of: a record that people took away. */
const LEAVING = {
  logi: ['tamper-status', 'restore', 'restore-object', 'tamper-secret'],
  // An owner mark tells of it as long as the installation is the same.
  logto: ['tamper-status'],
} as const satisfies Record<SiteName, unknown>;

/** Whatever was made and is still there is held by an object, kept on purpose, or told of as an orphan. */
export const inventory: Invariant = {
  name: 'no-twins-and-no-strays',
  promise:
    'At rest each registration that the operator made is the one of its object, was retained, or is listed as an orphan.',
  rules: ['R3', 'R4', 'R5', 'O4', 'O5', 'O7', 'D1', 'D4', 'B3', 'B4', 'R10'],
  attend: (court) => ({
    atRest() {
      const { ledger, accuse } = court;
      const world = court.world();
      const strays = ledger.made.filter(
        (made) => isAlive(world, made.site, made.id) && !isHeld(made, world) && !isExcused(made, court),
      );
      for (const { site, id, cluster, owner } of strays) {
        const marked = strays.filter((each) => each.site === 'logto' && each.cluster === cluster);
        if (site === 'logto' && orphansTold(cluster, world) >= marked.length) continue;
        accuse(`${site} holds ${id}, made for ${owner?.key ?? 'nobody'}, which nobody holds`);
      }
    },
  }),
};

function isHeld({ site, id, cluster }: Made, { clusters }: World): boolean {
  const objects = clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  return objects.some((object) => {
    const { provider, applicationId } = applicationOf(object);
    return provider === site && applicationId === id;
  });
}

function isExcused({ site, owner }: Made, { ledger }: Court): boolean {
  if (owner === undefined) return true;
  if (ledger.happened(owner.key, LEAVING[site]) > 0 || ledger.asked(owner.key, 'register-anew') > 0) return true;
  return ledger.retained(owner.key);
}

function orphansTold(cluster: number, { clusters }: World): number {
  const object = clusters[cluster]?.hands.get({
    resource: CLUSTER_OAUTH_PROVIDERS,
    namespace: undefined,
    name: 'logto',
  });
  const status = object?.['status'];
  const orphans = isRecord(status) ? status['orphans'] : undefined;
  return isRecord(orphans) ? Number(orphans['count']) : 0;
}
