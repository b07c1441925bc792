import { isRecord, type KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { ownerIn } from '../made.ts';
import type { World } from '../world.ts';
import type { Court, Invariant } from './invariant.ts';

/** What a registration says of itself to its users. */
interface Said {
  readonly name: string;
  readonly redirectUris: readonly string[];
}

/** Whatever the console, a lost answer or an earlier spec has left there. */
export const inStep: Invariant = {
  name: 'says-what-the-spec-says',
  promise: 'At rest the registration of every Ready object has the name and the redirect URIs of its spec.',
  rules: ['R5', 'B3'],
  attend: (court) => ({
    atRest() {
      for (const cluster of court.world().clusters) {
        for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) judge(object, cluster.index, court);
      }
    },
  }),
};

function judge(object: KubeObject, cluster: number, { world, accuse }: Court): void {
  const { ready, provider, applicationId } = applicationOf(object);
  if (ready?.status !== 'True' || applicationId === undefined) return;
  const found = saidAt(provider, applicationId, world());
  const wanted = wantedBy(object);
  if (found === undefined || (found.name === wanted.name && isSame(found.redirectUris, wanted.redirectUris))) return;
  accuse(
    `${ownerIn(cluster, object).key} is Ready, and ${applicationId} is called ${found.name}, ${found.redirectUris}`,
  );
}

function saidAt(provider: string | undefined, id: string, { tenants }: World): Said | undefined {
  if (provider === 'logi') return tenants.logi.applications().find((each) => String(each.id) === id);
  const found = tenants.logto.applications().find((each) => each.id === id);
  return found && { name: found.name, redirectUris: found.oidcClientMetadata.redirectUris };
}

function wantedBy(object: KubeObject): Said {
  const spec = isRecord(object['spec']) ? object['spec'] : {};
  const uris: unknown = spec['redirectUris'] ?? [];
  return { name: String(spec['displayName']), redirectUris: Array.isArray(uris) ? uris.map(String) : [] };
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return new Set(some).symmetricDifference(new Set(others)).size === 0;
}
