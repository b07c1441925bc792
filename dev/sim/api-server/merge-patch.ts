import { isRecord } from '../../../src/kube/object.ts';

/** What a merge patch (RFC 7396) makes of a value. Shares whatever it does not touch. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const before = isRecord(target) ? target : {};
  const kept = Object.entries(before).filter(([field]) => !Object.hasOwn(patch, field));
  const changed = Object.entries(patch)
    .filter(([, change]) => change !== null)
    .map(([field, change]) => [field, merged(before[field], change)]);
  return Object.fromEntries([...kept, ...changed]);
}
