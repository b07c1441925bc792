import type { OwnerMark } from '../../src/idp/owner-mark.ts';
import type { Birth, Registration } from '../../src/idp/provider.ts';

/** An owner mark that names `web` in `shop`. */
export const MARK: OwnerMark = {
  v: 1,
  installation: 'i',
  cluster: 'c',
  namespaceUid: 'u-shop',
  uid: 'u-web',
  namespace: 'shop',
  name: 'web',
  operation: 'o1',
  retained: false,
  proof: 'p',
};

/** A registration is born with this name, and without a mark. */
export function birthOf(name: string): Birth {
  return { name, mark: undefined };
}

/** A registration of a confidential, usable client; `said` is what differs. */
export function registrationNamed(name: string, said: Partial<Registration> = {}): Registration {
  return {
    id: '1',
    clientId: 'logi_1',
    name,
    clientType: 'confidential',
    redirectUris: ['https://shop.example.com/cb'],
    options: { scopes: ['openid'] },
    mark: { type: 'none' },
    approval: 'usable',
    facts: {
      status: 'approved',
      environment: 'live',
      tier: 'free',
      organization: 'personal-8',
      createdAt: '2026-01-01T00:00:00Z',
    },
    ...said,
  };
}
