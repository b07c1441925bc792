import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { grantedAt, isSame, wantedBy } from '../granted.ts';
import { ownerIn } from '../made.ts';
import type { World } from '../world.ts';
import type { Court, Invariant } from './invariant.ts';

/** Whatever the console, a lost answer or an earlier spec has left there. */
export const inStep: Invariant = {
  name: 'says-what-the-spec-says',
  promise:
    'At rest the registration of every Ready object has the name, the redirect URIs, the roles and the consent scopes of its spec.',
  rules: ['R5', 'B3', 'O4'],
  attend: (court) => ({
    atRest: () => judgeAll(court, judgeListed),
    // What no listing shows.
    atLast: () => judgeAll(court, judgeGranted),
  }),
};

type Judge = (object: KubeObject, site: 'logi' | 'logto', id: string, cluster: number, court: Court) => void;

function judgeAll(court: Court, judge: Judge): void {
  for (const cluster of court.world().clusters) {
    for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) {
      const { ready, provider, applicationId } = applicationOf(object);
      if (ready?.status !== 'True' || applicationId === undefined) continue;
      judge(object, provider === 'logi' ? 'logi' : 'logto', applicationId, cluster.index, court);
    }
  }
}

function judgeListed(
  object: KubeObject,
  site: 'logi' | 'logto',
  id: string,
  cluster: number,
  { world, accuse }: Court,
): void {
  const name = nameAt(site, id, world());
  const found = grantedAt(site, id, world());
  const wanted = wantedBy(object);
  if (name === undefined || found === undefined) return;
  if (name === wanted.name && isSame(found.uris, wanted.uris)) return;
  accuse(`${ownerIn(cluster, object).key} is Ready, and ${id} is called ${name}, ${found.uris}`);
}

/**
 * What a spec leaves out is taken away where the status tells that an earlier one had it: people may have lost that, and a
 * provider that is put back has again what was taken away before (guarantees.md).
 */
function judgeGranted(
  object: KubeObject,
  site: 'logi' | 'logto',
  id: string,
  cluster: number,
  { ledger, world, accuse }: Court,
): void {
  const found = grantedAt(site, id, world());
  if (found === undefined) return;
  const { key } = ownerIn(cluster, object);
  const wanted = wantedBy(object);
  for (const what of ['roles', 'scopes'] as const) {
    if (wanted[what].length === 0 && (ledger.forgetful(key) || ledger.putBack(site))) continue;
    // Nor does it tell of a change that is on its way then.
    if (ledger.forgetful(key) && ledger.happened(undefined, ['strike']) > 0) continue;
    if (!isSame(found[what], wanted[what])) {
      accuse(`${key} is Ready, and ${id} has the ${what} ${found[what]}, where its spec has ${wanted[what]}`);
    }
  }
}

function nameAt(site: 'logi' | 'logto', id: string, { tenants }: World): string | undefined {
  return tenants[site].applications().find((each) => String(each.id) === id)?.name;
}
