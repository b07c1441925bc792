import { LABELS, SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import type { Cluster } from '../cluster.ts';

/** An object and where it is. */
interface Place {
  readonly cluster: Cluster;
  readonly object: KubeObject;
}

/**
 * What stands where the Secret of an object is to be: `foreign` says of nothing that it is this object's; `sealed` does, and
 * is as good as the key of the installation that sealed it; its owner reference says of an `owned` one whose it is.
 */
export type Standing = 'nothing' | 'foreign' | 'sealed' | 'owned';

/** What stands where the Secret of this object is to be. */
export function standingFor({ cluster, object }: Place): Standing {
  const { namespace } = object.metadata;
  const { name } = applicationOf(object).mounted;
  const secret = cluster.hands.get({ resource: SECRETS, namespace, name });
  if (secret === undefined) return 'nothing';
  const owner = ownerOf(secret);
  if (owner === object.metadata.uid) return 'owned';
  return owner === undefined && providerTold(secret) !== undefined ? 'sealed' : 'foreign';
}

/** The providers from which Secrets of this object hold credentials, as they say. */
export function providersTold({ cluster, object }: Place): readonly string[] {
  const { namespace, uid } = object.metadata;
  const { name } = applicationOf(object).mounted;
  return cluster.hands
    .list(SECRETS)
    .filter(({ metadata }) => metadata.namespace === namespace)
    .filter(({ metadata }) => metadata.name === name || metadata.labels?.[LABELS.applicationUid] === uid)
    .filter((secret) => [undefined, uid].includes(ownerOf(secret)))
    .flatMap((secret) => providerTold(secret) ?? []);
}

/** By its notes, whoever wrote them; whoever takes them away takes all. */
function providerTold({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[SECRET_ANNOTATIONS.providerIdentity]?.split('|')[0];
}

function ownerOf({ metadata }: KubeObject): string | undefined {
  return metadata.ownerReferences?.[0]?.uid;
}
