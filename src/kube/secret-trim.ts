import { LABELS } from '../api/names.ts';
import type { KubeObject, OwnerReference } from './object.ts';
import { isOurs } from './secret-manifest.ts';
import { readable } from './secret-notes.ts';

/** No name and no uid of an object is longer. */
const LONGEST_NAME = 253;

/** Stands for all owners beside the one that counts. */
const ANOTHER: OwnerReference = { apiVersion: 'v1', kind: 'Another', name: 'another', uid: 'another' };

/**
 * Of a Secret what its head is read from. Anybody may label one as ours and put on it a million letters of whatever has no
 * limit of its own: names and uids of owners, finalizers, labels by their number.
 */
export function trimmedSecret({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, deletionTimestamp, labels, annotations, ownerReferences } = metadata;
  const label = labels?.[LABELS.applicationUid];
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion,
      deletionTimestamp,
      labels: label === undefined ? undefined : { [LABELS.applicationUid]: label },
      annotations: annotations && readable(annotations),
      ownerReferences: ownerReferences && countingOwners(ownerReferences),
    },
  };
}

/** The owner that a Secret goes by: the first that is an application, or else its controller. */
export function ownerIn(owners: readonly OwnerReference[] | undefined): OwnerReference | undefined {
  return owners?.find(isOurs) ?? owners?.find(({ controller }) => controller);
}

/** With a stand-in where there are others: an owner must not look like the only one because the rest was taken off. */
function countingOwners(owners: readonly OwnerReference[]): readonly OwnerReference[] {
  const owner = ownerIn(owners);
  if (owner === undefined) return [];
  const { apiVersion, kind, name, uid, controller } = owner;
  const short = {
    apiVersion: clipped(apiVersion),
    kind: clipped(kind),
    name: clipped(name),
    uid: clipped(uid),
    controller,
  };
  return owners.length === 1 ? [short] : [short, ANOTHER];
}

/** What is too long stays so, and is nobody's. The text is a new one: a part of a text keeps the whole in memory. */
function clipped(text: string): string {
  return text.length <= LONGEST_NAME
    ? text
    : Buffer.from(text.slice(0, LONGEST_NAME + 1), 'utf16le').toString('utf16le');
}
