import { withinCustomData } from '../api/custom-data.ts';
import { type KubeObject, type ObjectMeta, ourAnnotations } from './object.ts';

type Sent = ObjectMeta & { readonly managedFields?: unknown };

/**
 * Of an object as much as a cache reads. The API server's notes on who set which field double it, kubectl's copy of the
 * manifest does so once more and for a Secret repeats its data, and of annotations anybody may write 256 KiB.
 *
 * What was taken off must not be taken for gone: nothing from a cache is written back whole.
 */
export function trimmed(object: KubeObject): KubeObject {
  const { managedFields: _, annotations, ...metadata }: Sent = object.metadata;
  const ours = ourAnnotations(annotations);
  // None are none at all: with those of others alone an object is as it was without them.
  if (Object.keys(ours).length === 0) return { ...object, metadata };
  return { ...object, metadata: { ...metadata, annotations: ours } };
}

/** The same of an OAuthApplication, of whose spec one field has no limit in the definition. */
export function trimmedApplication(object: KubeObject): KubeObject {
  const kept = trimmed(object);
  return kept['spec'] === undefined ? kept : { ...kept, spec: withinCustomData(kept['spec']) };
}
