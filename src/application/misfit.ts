import { describeRefusal } from '../idp/fields.ts';
import type { Registration } from '../idp/provider.ts';
import type { Pass } from './pass.ts';

/**
 * Why the registration can never be what the spec says, as a sentence that begins with the path of the field; `undefined`:
 * it can. Pure.
 */
export function misfitOf(
  found: Registration,
  { provider, desired }: Pick<Pass, 'provider' | 'desired'>,
): string | undefined {
  const [conflict] = provider.conflicts(desired.metadata, found);
  if (conflict !== undefined) return describeRefusal(conflict);
  if (found.clientType === undefined || found.clientType === desired.clientKind) return undefined;
  return `spec.type: the registration is that of a ${found.clientType} client`;
}
