import type { Credentials } from '../../credentials.ts';
import { ProviderError } from '../../idp/errors.ts';
import type { Pass } from '../pass.ts';
import type { Claimant } from '../ports/provider.ts';

/**
 * Whether the provider says that these credentials do not log in (protocol S10). One that can never tell says nothing
 * against them; where secrets can be read, what it cannot tell now is compared next.
 *
 * @throws ProviderError `unavailable` where it did not answer, and nothing else would tell
 */
export async function isWorthless(credentials: Credentials, claimant: Claimant, pass: Pass): Promise<boolean> {
  if (credentials.clientSecret === undefined) return false;
  switch (await pass.provider.verify(credentials, claimant, pass.signal)) {
    case 'good':
    case 'unknown':
      return false;
    case 'bad':
      return true;
    case 'unanswered':
      if (pass.provider.manners.secrets === 'readable') return false;
      throw new ProviderError('unavailable', 'The provider did not say whether the credentials in the Secret log in', {
        effect: 'refused',
      });
  }
}
