import { isRecord, type KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { ownerIn } from '../ledger.ts';
import type { ProviderRequest } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn } from './requests.ts';

const ISSUING: ReadonlySet<string> = new Set(['rotate', 'create-secret']);

/** Which pass sends a request nobody sees; what it says, and whose operation is open, tell whose it is. */
export const neighbours: Invariant = {
  name: 'own-alone',
  promise: 'No object changes the registration of another object of its cluster.',
  rules: ['I2', 'I5', 'R7'],
  attend: (court) => ({
    see(sighting) {
      if (sighting.type !== 'sent' || sighting.by.type !== 'process') return;
      if (ISSUING.has(sighting.operation)) judgeIssue(sighting, court);
      if (sighting.operation === 'update') judgeUpdate(sighting, court);
    },
  }),
};

/** A secret is issued for whoever has written so down. */
function judgeIssue(request: ProviderRequest, court: Court): void {
  const asking = objectsAt(request, court).filter((object) => {
    const { applicationId, operation } = applicationOf(object);
    return applicationId === idIn(request) && operation?.type === 'rotate';
  });
  accuse(request, asking, court);
}

/** One that is given the name that another's spec asks for, and not its own. */
function judgeUpdate(request: ProviderRequest, court: Court): void {
  if (court.world().scenario.shape.names === 'alike') return;
  const body = request.request.body ?? '';
  const named = objectsAt(request, court).filter((object) => {
    const name = isRecord(object['spec']) ? object['spec']['displayName'] : undefined;
    return typeof name === 'string' && body.includes(`"name":${JSON.stringify(name)}`);
  });
  accuse(request, named, court);
}

function accuse(request: ProviderRequest, objects: readonly KubeObject[], court: Court): void {
  const { site, operation, cluster } = request;
  // logi gives ids again, and a mark would tell.
  if (site === 'logi' && court.ledger.outOfDate(site, cluster)) return;
  const id = idIn(request) ?? '';
  const owner = court.ledger.madeAs(site, id)?.owner;
  const keys = objects.map((object) => ownerIn(cluster, object).key);
  if (owner === undefined || keys.length === 0 || keys.includes(owner.key)) return;
  court.accuse(`${site} ${operation} of ${id}, made for ${owner.key}, is sent for ${keys.join(', ')}`);
}

function objectsAt({ site, cluster }: ProviderRequest, { world }: Court): readonly KubeObject[] {
  const objects = world().clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  return objects.filter((object) => applicationOf(object).provider === site);
}
