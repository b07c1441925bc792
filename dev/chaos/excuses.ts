import type { Evidence, FoundObject, FoundRegistration, LetGo } from './judge.ts';

/** A registration that no object holds, and the object that was let go for which it was made. */
export interface Excuse {
  readonly left: FoundRegistration;
  readonly of: string;
}

/** For each object that was let go, what is left of it (protocol O8): whatever kept it from being deleted. Pure. */
export function excuses({ objects, registrations, letGo }: Evidence): readonly Excuse[] {
  const unheld = registrations.filter((each) => holdersOf(each, objects).length === 0);
  return letGo.flatMap((gone) => {
    const left = unheld.find((each) => isLeftOf(each, gone));
    return left === undefined ? [] : [{ left, of: gone.name }];
  });
}

/** Its mark is taken off before it is deleted. */
function isLeftOf({ provider, birth, name }: FoundRegistration, gone: LetGo): boolean {
  if (provider !== gone.provider || birth === undefined) return false;
  return birth === '' ? name === gone.displayName : birth === gone.birth;
}

/** The objects whose registration it is. */
export function holdersOf({ provider, id }: FoundRegistration, objects: Evidence['objects']): readonly FoundObject[] {
  return objects.filter((object) => object.provider === provider && object.applicationId === id);
}
