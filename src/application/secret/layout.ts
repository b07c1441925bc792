import type { Pass } from '../pass.ts';
import { contentText } from './content.ts';

/** Equal exactly when a Secret need not be written again for its content. `previous`: whether a superseded value is in it. */
export function layoutDigest(previous: 'previous' | 'alone', { desired, provider, ports }: Pass): string {
  const text = `${provider.identity} ${contentText(desired.content, provider.issuer)}`;
  return ports.seals.digest(previous === 'alone' ? text : `${text} previous`);
}
