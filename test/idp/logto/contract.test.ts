import { describe } from 'vitest';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../../dev/emulators/logto/console.ts';
import { Redacted } from '../../../src/credentials.ts';
import { identityProviderContract, type Subject, type Terms } from '../contract.ts';
import { openLogto, SHOP, startLogto, withOptions } from './logto.ts';

const OPERATIONS = { register: 'create', update: 'update', issueSecret: 'create-secret', remove: 'delete' } as const;

const CHANGED = withOptions(
  {
    description: 'Sells things',
    postLogoutRedirectUris: ['https://larger.example.com/bye'],
    logoUri: 'https://larger.example.com/logo.png',
    'backchannelLogout.uri': 'https://larger.example.com/logout',
    'backchannelLogout.sessionRequired': true,
    corsAllowedOrigins: ['https://larger.example.com'],
    'tokens.idTokenTtl': '10m',
    'tokens.refreshTokenTtl': '168h',
    'tokens.alwaysIssueRefreshToken': true,
    'tokens.rotateRefreshToken': false,
    'logto.customData': { team: { name: 'shop', members: [1, 2] } },
    'logto.tenantId': 'default',
    'logto.tokenExchange': true,
    'logto.maxAllowedGrants': 3,
  },
  {
    ...SHOP,
    name: 'Larger shop',
    redirectUris: ['https://shop.example.com/silent', 'https://larger.example.com/callback'],
  },
);

const TERMS: Terms = {
  manners: {
    ownerMark: 'stored',
    secrets: 'readable',
    rotation: 'overlapping',
    listing: 'complete',
    creates: 'parallel',
  },
  confidential: SHOP,
  publicClient: { ...SHOP, type: 'SinglePage' },
  changed: CHANGED,
  changedFields: [
    'displayName',
    'redirectUris',
    'description',
    'postLogoutRedirectUris',
    'logoUri',
    'backchannelLogout.uri',
    'backchannelLogout.sessionRequired',
    'corsAllowedOrigins',
    'tokens.idTokenTtl',
    'tokens.refreshTokenTtl',
    'tokens.alwaysIssueRefreshToken',
    'tokens.rotateRefreshToken',
    'logto.customData',
    'logto.tenantId',
    'logto.tokenExchange',
    'logto.maxAllowedGrants',
  ],
  refusedByProvider: withOptions({ 'logto.maxAllowedGrants': 0 }),
  unknownId: 'doesnotexist',
};

describe('Logto', () => identityProviderContract(TERMS, start));

async function start(): Promise<Subject> {
  const logto = await startLogto();
  const { emulator, provider } = logto;
  const credentials = { clientId: OPERATOR_ID, clientSecret: new Redacted('StrangersSecretOfTheEmulator0001') };
  const stranger = openLogto(emulator.url, { credentials });
  const nowhere = openLogto('http://127.0.0.1:1');
  return {
    provider,
    stranger: stranger.provider,
    nowhere: nowhere.provider,
    planted: OPERATOR_SECRET,
    logsIn: ({ clientId, clientSecret }) => emulator.logsIn(clientId, clientSecret?.reveal() ?? ''),
    count: () => emulator.applications().filter(({ id }) => id !== OPERATOR_ID).length,
    loseAnswer: (call) => void emulator.fault({ operation: OPERATIONS[call], when: 'after', type: 'reset' }),
    async close() {
      await stranger[Symbol.asyncDispose]();
      await nowhere[Symbol.asyncDispose]();
      await logto[Symbol.asyncDispose]();
    },
  };
}
