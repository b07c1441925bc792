import { describe, expect, test } from 'vitest';
import { DEFAULT_SWITCHES, type Switches } from '../../../dev/emulators/logi/switches.ts';
import { Redacted } from '../../../src/credentials.ts';
import type { ClientMetadata, Registered } from '../../../src/idp/provider.ts';
import { birthOf } from '../../support/registrations.ts';
import { failureOf, verdictOf } from '../failure.ts';
import { NEVER, SHOP, startLogi } from './logi.ts';

/** Every alternative of everything that logi's documentation leaves open. The compiler asks for new ones. */
const ALTERNATIVES: { readonly [Name in keyof Switches]: readonly Switches[Name][] } = {
  limits: ['on', 'off'],
  limitWindow: ['sliding', 'fixed'],
  failedCreates: ['counted', 'free'],
  retryAfter: ['seconds', 'date', 'none'],
  concurrentCreates: ['serialised', 'one-passes'],
  wrapperKey: ['application', 'oauth_application', 'both'],
  unknownFields: ['refused', 'ignored'],
  immutableFields: ['refused', 'ignored'],
  logoUrl: ['unknown', 'accepted'],
  wrongContentType: [415, 400],
  clientTypeHeader: ['any', 'known'],
  answers: ['bare', 'wrapped'],
  ids: ['number', 'text'],
  list: ['array', 'applications', 'data'],
  paging: ['none', 'page', 'since', 'cursor'],
  pageSize: [25, 1],
  largePages: ['clamped', 'refused', 'refused-in-html'],
  pagingHint: ['none', 'total', 'link'],
  listLagMs: [0],
  errorForm: ['code-and-description', 'code', 'errors-array', 'errors-object', 'errors-text', 'fields'],
  notFoundForm: ['json', 'html'],
  organizationForm: ['text', 'object'],
  createdAtForm: ['iso', 'printed'],
  tokenEndpointAuthMethod: ['client_secret_basic', 'client_secret_post'],
  extraAnswerFields: ['none', 'some'],
  profileScope: ['as-sent', 'profile', 'profile:basic'],
  listOrder: ['as-sent', 'sorted'],
  sameName: ['another', 'found', 'refused'],
  foundStatus: [200, 201],
  deletedNames: ['reserved', 'free'],
  createSecret: ['shown', 'withheld'],
  emptySecret: ['missing', 'empty', 'null'],
  initialStatus: ['sandbox', 'approved'],
  riskFlags: ['raised', 'never'],
  highVolumePer: ['developer', 'organization'],
  profileBasic: ['unflagged', 'flagged'],
  suspiciousNames: ['whole', 'word'],
  defaultScopes: [['openid', 'profile'], ['openid']],
  offlineAccess: ['accepted', 'refused'],
  updateLists: ['taken', 'ignored', 'refused'],
  updateAnswer: ['application', 'no-content'],
  updateKeepsApproval: ['yes', 'no'],
  redirectRoutes: ['present', 'absent'],
  noRedirectUris: ['refused', 'accepted'],
  lastRedirectUri: ['refused', 'removed'],
  duplicateRedirectUri: ['refused', 'ignored'],
  customSchemes: ['any', 'reverse-dns'],
  oddRedirectUris: ['refused', 'accepted'],
  maxRedirectUris: [100, 3],
  maxUriLength: [2048, 255],
  maxNameLength: [255, 64],
  nameBlanks: ['kept', 'tidied'],
  clearing: ['null', 'empty', 'both', 'refused'],
  unresolvableHosts: [[], ['elsewhere.example.com']],
  rotateRoute: ['present', 'absent'],
  rotateAnswer: ['application', 'secret-only', 'wrapped'],
  publicRotation: ['refused', 'no-secret'],
  deleteStatus: [204, 200, 202],
  deleteAgain: ['not-found', 'done'],
  keyScopes: ['read-and-manage', 'manage', 'none'],
  manageImpliesRead: ['no', 'yes'],
  developerWrites: ['allowed', 'refused'],
  foreign: ['not-found', 'forbidden'],
  meRoute: ['present', 'absent'],
  sandboxLogin: ['allowed', 'refused'],
  tokenCheck: ['client-first', 'grant-first'],
  invalidClient: [401, 400],
};

const WORLDS: readonly Partial<Switches>[] = Object.entries(ALTERNATIVES).flatMap(([name, values]) =>
  values.map((value) => ({ [name]: value })),
);

/** What only bites together. */
const COMBINED: readonly Partial<Switches>[] = [
  { answers: 'wrapped', ids: 'text', list: 'data', updateAnswer: 'no-content', rotateAnswer: 'wrapped' },
  { answers: 'wrapped', rotateAnswer: 'secret-only', organizationForm: 'object', listOrder: 'sorted' },
  { updateLists: 'ignored', updateAnswer: 'no-content', answers: 'wrapped' },
  { updateLists: 'refused', errorForm: 'errors-text', updateAnswer: 'no-content' },
  { updateLists: 'refused', errorForm: 'code' },
  { createSecret: 'withheld', emptySecret: 'empty' },
  { createSecret: 'withheld', emptySecret: 'null' },
  { paging: 'page', pageSize: 1, pagingHint: 'link' },
  { paging: 'cursor', pageSize: 1, list: 'applications' },
  { paging: 'cursor', pageSize: 1, pagingHint: 'total', list: 'data' },
  { paging: 'since', pageSize: 1, list: 'applications' },
  { paging: 'page', pageSize: 1, largePages: 'refused', pagingHint: 'link' },
  { paging: 'cursor', pageSize: 1, largePages: 'refused', list: 'data' },
  { paging: 'page', pageSize: 1, largePages: 'refused-in-html', pagingHint: 'total', list: 'data' },
  { rotateRoute: 'absent', notFoundForm: 'html' },
];

const NO_ROTATION = {
  code: 'unsupported',
  message:
    'logi has no route that rotates the secret of this application: take oauthapp.dev/rotate-requested-at off, if it is set, rotate in the console of logi, and put the value into the Secret.',
  details: { effect: 'refused' },
};

describe('an application lives from registration to removal', () => {
  test.each([...WORLDS, ...COMBINED].map((world) => ({ said: JSON.stringify(world), world })))(
    'where logi is $said',
    async ({ world }) => {
      const switches = { ...DEFAULT_SWITCHES, ...world };
      const wrapperKey = switches.wrapperKey === 'oauth_application' ? 'oauth_application' : 'application';
      await using logi = await startLogi(world, { wrapperKey });
      const { emulator, provider } = logi;

      const born = await provider.register(birthOf('Shop [k8s 3f9a1c27b4d0]'), SHOP, NEVER);
      expect(born.registration.approval).toBe('usable');
      expect(provider.differences(SHOP, born.registration)).toEqual(['displayName']);
      expect(born.secret === undefined).toBe(switches.createSecret === 'withheld');
      const phone: ClientMetadata = { ...SHOP, name: 'Phone', type: 'Native', redirectUris: ['com.example.phone:/cb'] };
      const other = await provider.register(birthOf('Phone'), phone, NEVER);
      expect(other.secret).toBeUndefined();

      const { registrations } = await provider.inventory(NEVER);
      expect(registrations.map(({ id }) => id)).toEqual([born.registration.id, other.registration.id]);
      expect(registrations[0]).toEqual(await provider.get(born.registration.id, NEVER));

      await changeEverything(logi, switches, born);
      const rotation = provider.issueSecret(born.registration.id, 'k8s-1', NEVER);
      const isRotated = switches.rotateRoute === 'present';
      if (!isRotated) await expect(rotation).rejects.toMatchObject(NO_ROTATION);
      const secret = isRotated ? await rotation : born.secret;
      const credentials = { clientId: born.registration.clientId, clientSecret: secret };
      expect(emulator.logsIn(credentials.clientId, given(secret).reveal())).toBe(true);
      const proof = switches.tokenCheck === 'client-first' ? 'good' : 'unknown';
      expect(await provider.verify(credentials, NEVER)).toBe(proof);
      expect(await provider.verify({ clientId: other.registration.clientId, clientSecret: undefined }, NEVER)).toBe(
        proof,
      );

      await provider.remove(born.registration.id, NEVER);
      expect((await failureOf(provider.get(born.registration.id, NEVER))).code).toBe('not-found');
      expect((await provider.inventory(NEVER)).registrations.map(({ id }) => id)).toEqual([other.registration.id]);
    },
  );
});

async function changeEverything(
  { provider }: Awaited<ReturnType<typeof startLogi>>,
  switches: Switches,
  { registration }: Registered,
): Promise<void> {
  const redirectUris = ['https://shop.example.com/silent', 'https://larger.example.com/callback'];
  const options = { ...SHOP.options, 'logi.webhookUrl': 'https://shop.example.com/hook' };
  const larger: ClientMetadata = { ...SHOP, name: 'Larger shop', redirectUris, options };

  const updated = await provider.update(
    registration,
    larger,
    ['displayName', 'logi.webhookUrl', 'redirectUris'],
    NEVER,
  );
  expect(provider.differences(larger, updated)).toEqual([]);
  expect(await provider.get(registration.id, NEVER)).toEqual(updated);

  const withMail: ClientMetadata = { ...larger, options: { ...options, scopes: ['openid', 'email'] } };
  const scoped = provider.update(updated, withMail, ['scopes'], NEVER);
  if (switches.updateLists === 'refused') expect(await verdictOf(scoped)).toBe('rejected, refused');
  else expect(provider.differences(withMail, await scoped)).toEqual(switches.updateLists === 'taken' ? [] : ['scopes']);

  const cleared = provider.update(updated, { ...larger, options: SHOP.options }, ['logi.webhookUrl'], NEVER);
  if (switches.clearing === 'refused') expect(await verdictOf(cleared)).toBe('rejected, refused');
  else expect((await cleared).options['logi.webhookUrl']).toBeNull();
}

describe('a name that is taken', () => {
  test('gives the application that has it, and no secret, where logi finds by name', async () => {
    await using logi = await startLogi({ sameName: 'found' });
    const first = await logi.provider.register(birthOf('Shop'), SHOP, NEVER);
    const second = await logi.provider.register(birthOf('Shop'), SHOP, NEVER);
    expect(second).toEqual({ registration: first.registration, secret: undefined });
  });

  test.each(ALTERNATIVES.errorForm)(
    'is a conflict that proves nothing where it is refused as %s',
    async (errorForm) => {
      await using logi = await startLogi({ sameName: 'refused', errorForm });
      await logi.provider.register(birthOf('Shop'), SHOP, NEVER);
      expect(await verdictOf(logi.provider.register(birthOf('Shop'), SHOP, NEVER))).toBe('conflict, unknown');
    },
  );

  test.each(ALTERNATIVES.errorForm)(
    'is told from one that is too long where that is refused as %s',
    async (errorForm) => {
      await using logi = await startLogi({ maxNameLength: 8, sameName: 'refused', errorForm });
      expect(await verdictOf(logi.provider.register(birthOf('A very large shop'), SHOP, NEVER))).toBe(
        'rejected, refused',
      );
    },
  );
});

test('an application of another organization is not seen as ours, whether logi denies or forbids it', async () => {
  for (const foreign of ALTERNATIVES.foreign) {
    await using logi = await startLogi({ foreign });
    const { application } = logi.emulator.createByHand('Theirs', { organization: 'theirs-9' });
    const { code } = await failureOf(logi.provider.get(String(application.id), NEVER));
    expect(code).toBe({ 'not-found': 'not-found', forbidden: 'forbidden' }[foreign]);
    expect(await logi.provider.inventory(NEVER)).toEqual({ registrations: [] });
  }
});

test.each([
  { status: 'sandbox', approval: 'usable' },
  { status: 'approved', approval: 'usable' },
  { status: 'pending', approval: 'pending' },
  { status: 'suspended', approval: 'suspended' },
  { status: 'archived', approval: 'unknown' },
  { status: 'constructor', approval: 'unknown' },
])('the status $status reads as $approval, and stays readable for people', async ({ status, approval }) => {
  await using logi = await startLogi();
  const { application } = logi.emulator.createByHand('Shop', { status });
  expect(await logi.provider.get(String(application.id), NEVER)).toMatchObject({ approval, facts: { status } });
});

test('credentials of an application that waits for approval can be told from wrong ones', async () => {
  await using logi = await startLogi();
  const { application, clientSecret } = logi.emulator.createByHand('Shop', { status: 'pending' });
  const { clientId } = application;
  const right = new Redacted(clientSecret ?? '');
  expect(await logi.provider.verify({ clientId, clientSecret: right }, NEVER)).toBe('good');
  expect(await logi.provider.verify({ clientId, clientSecret: new Redacted('wrong') }, NEVER)).toBe('bad');
});

test.each([
  { clientType: 'mcp', createdVia: 'mcp' },
  { clientType: undefined, createdVia: 'api' },
])('X-Logi-Client-Type $clientType has logi record $createdVia', async ({ clientType, createdVia }) => {
  await using logi = await startLogi({}, { clientType });
  await logi.provider.register(birthOf('Shop'), SHOP, NEVER);
  expect(logi.emulator.applications()).toMatchObject([{ createdVia }]);
});

test('a name that logi keeps without its surplus blanks is the one that is wanted', async () => {
  await using logi = await startLogi({ nameBlanks: 'tidied' });
  const untidy: ClientMetadata = { ...SHOP, name: ' The  Shop ' };
  const { registration } = await logi.provider.register(birthOf(untidy.name), untidy, NEVER);
  const shown = await logi.provider.get(registration.id, NEVER);
  expect(shown.name).toBe('The Shop');
  expect(logi.provider.differences(untidy, shown)).toEqual([]);
  expect(logi.provider.differences({ ...SHOP, name: 'The shop' }, shown)).toEqual(['displayName']);
});

test('a public client has no secret to rotate, in either form', async () => {
  for (const publicRotation of ALTERNATIVES.publicRotation) {
    await using logi = await startLogi({ publicRotation });
    const { registration } = await logi.provider.register(birthOf('Shop'), { ...SHOP, type: 'SinglePage' }, NEVER);
    const rotation = logi.provider.issueSecret(registration.id, 'k8s-1', NEVER);
    if (publicRotation === 'refused') expect(await verdictOf(rotation)).toBe('rejected, refused');
    else expect(await rotation).toBeUndefined();
  }
});

function given(secret: Redacted | undefined): Redacted {
  if (secret === undefined) throw new Error('there is no secret');
  return secret;
}
