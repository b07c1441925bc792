import { wantedValue } from '../idp/fields.ts';
import type { ClientMetadata } from '../idp/provider.ts';
import type { Pass } from './pass.ts';

/**
 * Equal exactly when the same is said of what a listing does not show. `undefined`: nothing is, which is what a registration
 * just made agrees with.
 */
export function unlistedDigest({ provider, ports }: Pass, said: ClientMetadata | undefined): string {
  const fields = [...provider.unlisted].sort();
  const wanted = fields.map((field) => [field, (said && wantedValue(field, said)) ?? null]);
  return ports.seals.digest(JSON.stringify(wanted));
}
