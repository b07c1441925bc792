import { describe, expect, test } from 'vitest';
import { DEFAULT_KEY } from '../../../dev/emulators/logi/keys.ts';
import { Redacted } from '../../../src/credentials.ts';
import { birthOf, MARK } from '../../support/registrations.ts';
import { identityProviderContract, type Subject } from '../contract.ts';
import { verdictOf } from '../failure.ts';
import { NEVER, openLogi, SHOP, startLogi } from './logi.ts';

const OPERATIONS = { register: 'create', update: 'update', issueSecret: 'rotate', remove: 'delete' } as const;

describe('logi', () => {
  identityProviderContract(
    {
      manners: {
        ownerMark: 'none',
        secrets: 'shown-once',
        rotation: 'immediate',
        listing: 'complete',
        creates: 'one-at-a-time',
      },
      confidential: SHOP,
      publicClient: { ...SHOP, type: 'SinglePage' },
      changed: {
        name: 'Larger shop',
        type: 'Web',
        redirectUris: ['https://shop.example.com/silent', 'https://larger.example.com/callback'],
        options: {
          scopes: ['openid', 'email', 'shop:orders'],
          'logi.webhookUrl': 'https://shop.example.com/hook',
          'logi.appLinkUrl': 'https://shop.example.com/app',
        },
      },
      changedFields: ['displayName', 'redirectUris', 'scopes', 'logi.webhookUrl', 'logi.appLinkUrl'],
      refusedByProvider: { ...SHOP, options: { ...SHOP.options, 'logi.webhookUrl': 'https://10.0.0.1/hook' } },
      unknownId: '4711',
    },
    start,
  );
});

test('what the manners of logi forbid is refused without a call', async () => {
  await using logi = await startLogi();
  const { provider, emulator } = logi;
  const { registration } = await provider.register(birthOf('Shop'), SHOP, NEVER);
  const made = emulator.journal.length;
  expect(await verdictOf(provider.mark(registration, MARK, NEVER))).toBe('rejected, refused');
  expect(await verdictOf(provider.retireSecret(registration.id, 'k8s-1', NEVER))).toBe('rejected, refused');
  expect(emulator.journal).toHaveLength(made);
});

async function start(): Promise<Subject> {
  const logi = await startLogi();
  const { emulator, provider } = logi;
  const stranger = openLogi(emulator.url, { apiKey: new Redacted('lpa_pat_stranger') });
  const nowhere = openLogi('http://127.0.0.1:1');
  return {
    provider,
    stranger: stranger.provider,
    nowhere: nowhere.provider,
    planted: DEFAULT_KEY,
    logsIn: ({ clientId, clientSecret }) => emulator.logsIn(clientId, clientSecret?.reveal() ?? ''),
    count: () => emulator.applications().filter(({ softDeleted }) => !softDeleted).length,
    loseAnswer: (call) => void emulator.fault({ operation: OPERATIONS[call], when: 'after', type: 'reset' }),
    async close() {
      await stranger[Symbol.asyncDispose]();
      await nowhere[Symbol.asyncDispose]();
      await logi[Symbol.asyncDispose]();
    },
  };
}
