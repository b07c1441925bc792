import { FINALIZERS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { applicationOf } from '../application-view.ts';
import { ORIGINS } from '../manifests.ts';
import type { ProviderRequest, Sighting } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn } from './requests.ts';

const TYPES: Readonly<Record<string, string>> = { create: 'register', rotate: 'rotate', 'create-secret': 'rotate' };

/** Judged as the request is sent, when the object is what the process has just written. */
export const operations: Invariant = {
  name: 'written-down-first',
  promise:
    'Before a registration or a secret is asked for, the status holds the provider and the operation, and the object the finalizer.',
  rules: ['O1', 'O2', 'I7', 'I3'],
  attend(court) {
    const undone: Undone = new Map();
    return {
      see(sighting) {
        note(sighting, undone, court);
        if (sighting.type !== 'sent' || sighting.by.type !== 'process') return;
        const type = TYPES[sighting.operation];
        if (type === undefined) return;
        const { by, site, operation, cluster } = sighting;
        const written = [...court.ledger.applications(cluster), ...undone.values()];
        if (written.some((object) => saysSo(object, type, sighting))) return;
        court.accuse(`${by.name} sends ${site} ${operation} without an operation that says so`);
      },
    };
  },
};

/**
 * By its uid, what an object was before somebody else than a process of ours wrote over it, or an etcd went back: that may
 * happen between the write and the request. Whatever is written afterwards has to say so again.
 */
type Undone = Map<string, KubeObject>;

function note(sighting: Sighting, undone: Undone, { ledger }: Court): void {
  if (sighting.type === 'act' && sighting.act.type === 'restore' && sighting.act.of === 'etcd') {
    for (const object of ledger.applications(sighting.act.cluster)) keep(object, undone);
  }
  if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication') return;
  const { by, before, after } = sighting;
  if (by.type === 'process' && after !== undefined) undone.delete(after.metadata.uid);
  if (by.type !== 'process' && before !== undefined) keep(before, undone);
}

/** The first deed undoes what we wrote, whatever follows it. */
function keep(object: KubeObject, undone: Undone): void {
  const { uid } = object.metadata;
  if (!undone.has(uid)) undone.set(uid, object);
}

function saysSo(object: KubeObject, type: string, request: ProviderRequest): boolean {
  const { operation, applicationId, temporaryName, boundTo } = applicationOf(object);
  if (operation?.type !== type || object.metadata.finalizers?.includes(FINALIZERS.registration) !== true) return false;
  if (boundTo?.startsWith(`${request.site}|${ORIGINS[request.site]}`) !== true) return false;
  if (type === 'rotate') return applicationId === idIn(request);
  const body = request.request.body ?? '';
  return body.includes(operation.id) || (temporaryName !== undefined && body.includes(JSON.stringify(temporaryName)));
}
