import type { Registration } from '../../src/idp/provider.ts';

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
