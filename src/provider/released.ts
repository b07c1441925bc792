import { ANNOTATIONS } from '../api/names.ts';
import type { OAuthProvider } from '../api/provider.ts';

/**
 * Whether `release-retained` names this namespace with this uid (protocol R10): `<namespace>=<namespace uid>`, several
 * separated by commas. What cannot be read releases nothing. Pure.
 */
export function releasedBy(
  { metadata }: Pick<OAuthProvider, 'metadata'>,
  namespace: string,
  namespaceUid: string,
): 'released' | 'kept' {
  const entries = (metadata.annotations?.[ANNOTATIONS.releaseRetained] ?? '').split(',');
  const pairs = entries.map((entry) => entry.split('=').map((part) => part.trim()));
  const isNamed = pairs.some(
    ([name, uid, ...rest]) => rest.length === 0 && name === namespace && uid === namespaceUid && uid !== '',
  );
  return isNamed ? 'released' : 'kept';
}
