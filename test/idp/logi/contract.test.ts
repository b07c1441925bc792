import { describe } from 'vitest';
import { DEFAULT_KEY } from '../../../dev/emulators/logi/keys.ts';
import { Redacted } from '../../../src/credentials.ts';
import { identityProviderContract, type Subject } from '../contract.ts';
import { openLogi, SHOP, startLogi } from './logi.ts';

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
        scopes: ['openid', 'email', 'shop:orders'],
        extension: { webhookUrl: 'https://shop.example.com/hook', appLinkUrl: 'https://shop.example.com/app' },
      },
      changedFields: ['displayName', 'redirectUris', 'scopes', 'webhookUrl', 'appLinkUrl'],
      refusedByProvider: { ...SHOP, extension: { webhookUrl: 'https://10.0.0.1/hook', appLinkUrl: undefined } },
      unknownId: '4711',
    },
    start,
  );
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
    count: () => emulator.applications.filter(({ softDeleted }) => !softDeleted).length,
    loseAnswer: (call) => void emulator.fault({ operation: OPERATIONS[call], when: 'after', type: 'reset' }),
    async close() {
      await stranger[Symbol.asyncDispose]();
      await nowhere[Symbol.asyncDispose]();
      await logi[Symbol.asyncDispose]();
    },
  };
}
