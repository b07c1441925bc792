import { isRecord, type KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS, SECRETS } from '../../../src/kube/resources.ts';
import { same } from '../../../src/runtime/same.ts';
import { applicationOf, recordIn } from '../application-view.ts';
import type { Cluster } from '../cluster.ts';
import { BY_HAND, heldIn } from '../held.ts';
import { ownerIn } from '../made.ts';
import type { Sighting } from '../sightings.ts';
import { referredBy, templateOf, whoseIs } from '../workloads.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn } from './requests.ts';

type ObjectSighting = Extract<Sighting, { type: 'object' }>;

interface Memory {
  /** How many secrets an application was issued beside its first, by its key. */
  readonly issued: Map<string, number>;
  /** The Secrets to which a workload has referred, by its uid. */
  readonly references: Map<string, Set<string>>;
  /** How often a workload was given new Pods for a Secret, by its uid and the name. */
  readonly rolls: Map<string, number>;
}

/** A value that nobody takes up is as good as none where one works at a time, and keeps the former one in use elsewhere. */
export const rolled: Invariant = {
  name: 'pods-take-the-secret',
  promise:
    'At rest what refers to the Secret of a Ready object runs with the value in it; and nothing is given new Pods but for a new value.',
  rules: ['T4'],
  attend(court) {
    const memory: Memory = { issued: new Map(), references: new Map(), rolls: new Map() };
    return {
      see(sighting) {
        if (sighting.type === 'served') return noteIssued(sighting, memory, court);
        if (sighting.type !== 'object' || sighting.after === undefined) return;
        if (!isRecord(sighting.after['spec']) || referredBy(sighting.after) === undefined || sighting.kind === 'Pod')
          return;
        noteReference(sighting.after, memory);
        if (sighting.by.type === 'process') judgeRoll(sighting.after, sighting, memory, court);
      },
      atRest() {
        for (const cluster of court.world().clusters) {
          for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) judgePods(object, cluster, court);
        }
      },
    };
  },
};

const ISSUING: ReadonlySet<string> = new Set(['rotate', 'create-secret']);

function noteIssued(sighting: Extract<Sighting, { type: 'served' }>, { issued }: Memory, { ledger }: Court): void {
  if (!ISSUING.has(sighting.operation) || sighting.answer.status >= 300) return;
  const key = ledger.madeAs(sighting.site, idIn(sighting) ?? '')?.owner?.key;
  if (key !== undefined) issued.set(key, (issued.get(key) ?? 0) + 1);
}

function noteReference(workload: KubeObject, { references }: Memory): void {
  const { uid } = workload.metadata;
  references.set(uid, (references.get(uid) ?? new Set()).add(referredBy(workload) ?? ''));
}

const ROLLED_FOR = 'oauthapp.dev/rolled-for.';

function judgeRoll(
  after: KubeObject,
  { before, cluster }: ObjectSighting,
  { issued, references, rolls }: Memory,
  { ledger, accuse }: Court,
): void {
  const { uid, namespace, name } = after.metadata;
  const what = `${after.kind} ${cluster}/${namespace}/${name}`;
  const changed = changedAnnotations(before, after);
  const [annotation = ''] = changed;
  if (changed.length !== 1 || !annotation.startsWith(ROLLED_FOR)) accuse(`${what} is written: ${changed.join(', ')}`);
  const secretName = annotation.slice(ROLLED_FOR.length);
  if (references.get(uid)?.has(secretName) !== true) accuse(`${what} is rolled for a Secret that it never referred to`);
  const key = whoseIs(secretName, { cluster, namespace });
  const count = (rolls.get(`${uid} ${secretName}`) ?? 0) + 1;
  rolls.set(`${uid} ${secretName}`, count);
  // The first secret of a registration that takes the place of another is new, too; that of the first of all may be one that
  // its Secret told of after an interruption, where nobody knows what was there before (T4).
  const first = ledger.undisturbed() ? 1 : 0;
  const others = (issued.get(key) ?? 0) + ledger.made.filter(({ owner }) => owner?.key === key).length - first;
  // Where a status was lost, things may run with what somebody put into the Secret.
  const isTold = !ledger.forgetful(key) && !ledger.retained(key);
  const most = others + (isTold ? 0 : ledger.happened(key, ['tamper-secret']));
  // An etcd that is put back knows of no roll since.
  if (count <= most || ledger.wentBack(cluster)) return;
  accuse(`${what} is rolled for the ${count}. time, where ${others} secrets took the place of others`);
}

/** Of the template, where nothing else has changed; else what has. */
function changedAnnotations(before: KubeObject | undefined, after: KubeObject): readonly string[] {
  const [then, now] = [before ?? after, after].map((workload) => {
    const template = templateOf(workload);
    const { annotations, ...others } = recordIn(template, 'metadata');
    const rest = {
      ...workload,
      metadata: undefined,
      spec: { ...recordIn(workload, 'spec'), template: { ...template, metadata: others } },
    };
    return { rest, annotations: isRecord(annotations) ? annotations : {} };
  });
  if (before === undefined || !same(then?.rest, now?.rest)) return ['more than annotations'];
  const names = new Set([...Object.keys(then?.annotations ?? {}), ...Object.keys(now?.annotations ?? {})]);
  return [...names].filter((name) => then?.annotations[name] !== now?.annotations[name]);
}

function judgePods(object: KubeObject, cluster: Cluster, { ledger, accuse }: Court): void {
  const { ready, mounted } = applicationOf(object);
  const { namespace } = object.metadata;
  const restart = recordIn(recordIn(object, 'spec'), 'rotation')['restart'];
  const secret = cluster.hands.get({ resource: SECRETS, namespace, name: mounted.name });
  if (ready?.status !== 'True' || restart !== 'Referencing' || secret === undefined) return;
  const { clientSecret } = heldIn(secret);
  const { key } = ownerIn(cluster.index, object);
  for (const { pod, secret: read, template } of cluster.running()) {
    const isOfIt = pod.metadata.namespace === namespace && referredBy(pod) === mounted.name;
    const value = heldIn(read).clientSecret;
    // Where the next one cannot start, the former one stays.
    if (!isOfIt || template === 'former' || value === clientSecret) continue;
    // Started while that was in its Secret, for which nothing is rolled (guarantees.md).
    if (value === undefined ? ledger.happened(key, ['tamper-secret']) > 0 : value.startsWith(BY_HAND)) continue;
    // What runs with the Secret of a former object the next one does not see (guarantees.md).
    if (read.metadata.uid !== secret.metadata.uid && heldIn(read).applicationUid !== object.metadata.uid) continue;
    accuse(`Pod ${pod.metadata.name} does not run with the secret of ${key}, and nobody asked it to`);
  }
}
