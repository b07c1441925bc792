import type { ObjectMeta } from '../kube/object.ts';
import { same } from '../runtime/same.ts';

type Watched = {
  readonly metadata: Pick<ObjectMeta, 'uid' | 'generation' | 'deletionTimestamp' | 'annotations' | 'finalizers'>;
};

/** Whether anything changed beside the status that a user or another controller can have done. */
export function asksForPass(before: Watched, after: Watched): boolean {
  return isEdited(before, after) || !same(before.metadata.finalizers, after.metadata.finalizers);
}

/** Whether the object is new, or says something else than before. None of this is ever our own doing. */
export function isEdited(before: Watched | undefined, after: Watched): boolean {
  return (
    before === undefined ||
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    !same(before.metadata.annotations, after.metadata.annotations)
  );
}
