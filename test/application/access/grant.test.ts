import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type OAuthApplication, OAuthApplicationSpec } from '../../../src/api/application.ts';
import { privilegesOf, urisOf } from '../../../src/api/guarded.ts';
import { FINALIZERS } from '../../../src/api/names.ts';
import { mayAdopt, objectionToUse } from '../../../src/application/access/grant.ts';
import type { Access } from '../../../src/application/ports/provider.ts';
import { type ApplicationChange, applicationWith } from '../../support/applications.ts';

const PLAIN = {
  type: 'granted',
  uris: undefined,
  adoptable: new Set<string>(),
  allow: new Set<never>(),
  maxApplications: undefined,
} as const satisfies Access;

const OURS = { ...PLAIN, uris: { allowedHosts: ['shop.example.com'] } } as const satisfies Access;

function objection(
  change: ApplicationChange,
  grant: Extract<Access, { type: 'granted' }>,
  users: ApplicationChange[] = [],
) {
  return objectionToUse(applicationWith(change), grant, () => users.map(applicationWith));
}

/** A spec in which every field that holds a URI holds one of its own. */
const EVERY_URI = {
  redirectUris: ['https://redirect0.example/', 'https://redirect1.example/'],
  postLogoutRedirectUris: ['https://logout.example/'],
  logoUri: 'https://logo.example/',
  backchannelLogout: { uri: 'https://backchannel.example/' },
  corsAllowedOrigins: ['https://origin.example'],
  logi: { webhookUrl: 'https://webhook.example/', appLinkUrl: 'https://link.example/' },
  logto: { protectedApp: { subDomain: 'shop', origin: 'https://protected.example/' } },
} as const satisfies ApplicationChange['spec'];

test.each([
  ['spec.redirectUris[0]', 'https://redirect0.example/'],
  ['spec.redirectUris[1]', 'https://redirect1.example/'],
  ['spec.postLogoutRedirectUris[0]', 'https://logout.example/'],
  ['spec.logoUri', 'https://logo.example/'],
  ['spec.backchannelLogout.uri', 'https://backchannel.example/'],
  ['spec.corsAllowedOrigins[0]', 'https://origin.example'],
  ['spec.logi.webhookUrl', 'https://webhook.example/'],
  ['spec.logi.appLinkUrl', 'https://link.example/'],
  ['spec.logto.protectedApp.origin', 'https://protected.example/'],
])('the URI in %s is held against the policy', (path, uri) => {
  const uris = urisOf(applicationWith({ spec: EVERY_URI }).spec);
  expect(uris).toContainEqual({ path, uri });
  const hosts = uris.map((each) => new URL(each.uri).hostname);
  const { hostname } = new URL(uri);

  const message = objection(
    { spec: EVERY_URI },
    { ...PLAIN, uris: { allowedHosts: hosts.filter((host) => host !== hostname) } },
  );
  expect(message).toBe(`${path} names ${hostname}, which is not among the hosts that the provider object allows`);
  expect(objection({ spec: EVERY_URI }, { ...PLAIN, uris: { allowedHosts: hosts } })).toBeUndefined();
});

test('no field of the schema that holds a URI is left out', () => {
  const known = urisOf(applicationWith({ spec: EVERY_URI }).spec).map(({ path }) => path.replace(/\[\d+\]/, '[]'));
  expect(uriFields(z.toJSONSchema(OAuthApplicationSpec, { io: 'input' })).toSorted()).toEqual(
    [...new Set(known)].toSorted(),
  );
});

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string }[];
}

/** Paths of texts that are called URI, URL or origin, or that a rule reads as one. */
function uriFields(schema: object, path = 'spec'): readonly string[] {
  // As `z.toJSONSchema` writes it; what is read here is optional.
  const { type, properties = {}, items, 'x-kubernetes-validations': rules = [] } = schema as Schema;
  if (items !== undefined) return uriFields(items, `${path}[]`);
  const isText = type === 'string';
  const isCalled = /(?:ur[il]s?|origins?)(?:\[\])?$/i.test(path);
  const isRead = rules.some(({ rule }) => /isURL|https\?:/.test(rule));
  if (isText && (isCalled || isRead)) return [path];
  return Object.entries(properties).flatMap(([name, field]) => uriFields(field, `${path}.${name}`));
}

test('without a policy every URI that the schema admits may stand', () => {
  expect(objection({ spec: EVERY_URI }, PLAIN)).toBeUndefined();
  expect(objection({}, OURS)).toBeUndefined();
});

describe('a privileged field', () => {
  test.each([
    { field: 'managementApiAccess', logto: { managementApiAccess: true }, privilege: 'ManagementApiAccess' },
    { field: 'roles', logto: { roles: ['admin'] }, privilege: 'Roles' },
    { field: 'thirdParty', logto: { thirdParty: {} }, privilege: 'ThirdParty' },
  ] as const)('$field is refused unless $privilege is allowed', ({ field, logto, privilege }) => {
    expect(objection({ spec: { logto } }, PLAIN)).toBe(
      `spec.logto.${field}: the provider object does not allow ${privilege}`,
    );
    const others = (['ManagementApiAccess', 'Roles', 'ThirdParty'] as const).filter((each) => each !== privilege);
    expect(objection({ spec: { logto } }, { ...PLAIN, allow: new Set(others) })).toContain(privilege);
    expect(objection({ spec: { logto } }, { ...PLAIN, allow: new Set([privilege]) })).toBeUndefined();
  });

  test('that asks for nothing needs no privilege', () => {
    expect(privilegesOf(applicationWith({ spec: { logto: { managementApiAccess: false, roles: [] } } }).spec)).toEqual(
      [],
    );
  });
});

describe('the number of applications', () => {
  const TWO = { ...PLAIN, maxApplications: 2 };
  const at = (uid: string, second: number, status?: ApplicationChange['status']): ApplicationChange => ({
    metadata: { uid, name: uid, creationTimestamp: `2026-01-01T00:00:0${second}Z` },
    ...(status === undefined ? {} : { status }),
  });
  const HELD = { applicationId: '7' };
  const LOST = { anew: 1 };
  /** As a restore leaves it, or whoever wipes the status. */
  const wiped = (uid: string, second: number): ApplicationChange => {
    const { metadata } = at(uid, second);
    return { metadata: { ...metadata, finalizers: [FINALIZERS.registration] }, status: {} };
  };
  const UNDER_WAY = {
    operation: { v: 1, id: 'o', type: 'register', holder: 'h', deadlineSeconds: 9, serial: 1, secretName: 's' },
  } as const;

  test.each<{
    name: string;
    users: ApplicationChange[];
    status?: ApplicationChange['status'];
    want: 'granted' | 'denied';
  }>([
    { name: 'leaves room', users: [at('a', 0)], want: 'granted' },
    { name: 'is reached by older ones', users: [at('a', 0), at('b', 1)], want: 'denied' },
    { name: 'does not count younger ones', users: [at('a', 0), at('z', 9)], want: 'granted' },
    { name: 'counts younger ones that are registered', users: [at('a', 0), at('z', 9, HELD)], want: 'denied' },
    {
      name: 'counts younger ones that are being registered',
      users: [at('a', 0), at('z', 9, UNDER_WAY)],
      want: 'denied',
    },
    {
      name: 'counts younger ones that are to be registered once more',
      users: [at('a', 0), at('z', 9, LOST)],
      want: 'denied',
    },
    {
      name: 'counts younger ones whose status is lost',
      users: [at('a', 0), wiped('z', 9)],
      want: 'denied',
    },
    {
      name: 'does not take a registration away for an older newcomer',
      users: [at('a', 0), at('b', 1)],
      status: HELD,
      want: 'granted',
    },
    {
      name: 'does not go to an older newcomer where a registration is lost',
      users: [at('a', 0), at('b', 1)],
      status: LOST,
      want: 'granted',
    },
    {
      name: 'is kept among the registered, too',
      users: [at('a', 0, HELD), at('b', 1, HELD)],
      status: HELD,
      want: 'denied',
    },
    { name: 'does not count the application itself', users: [at('a', 0), at('me', 5)], want: 'granted' },
    { name: 'is decided by uid among those of one second', users: [at('a', 5), at('b', 5)], want: 'denied' },
  ])('$name', ({ users, status, want }) => {
    const message = objection(at('me', 5, status), TWO, users);
    expect(message === undefined ? 'granted' : 'denied').toBe(want);
    if (message !== undefined) expect(message).toContain('2 applications');
  });

  test('lets exactly as many through as it says, whoever asks', () => {
    const all = [at('a', 1), at('b', 1), at('c', 2), at('d', 0, HELD), at('e', 0)];
    const granted = all.filter((one) => objection(one, TWO, all) === undefined).map(({ metadata }) => metadata?.uid);
    expect(granted.toSorted()).toEqual(['d', 'e']);
  });

  test('does not go to an older newcomer where a status is lost', () => {
    expect(objection(wiped('me', 5), TWO, [at('a', 0), at('b', 1)])).toBeUndefined();
  });

  test('of none denies even what is registered', () => {
    expect(objection(at('me', 5, HELD), { ...PLAIN, maxApplications: 0 })).toContain('0 applications');
  });

  test.each([
    { why: 'nobody where there is room for all', maxApplications: 1000, looks: 0 },
    { why: 'as many as are granted, and denies', maxApplications: 10, looks: 10 },
    { why: 'all where the last one may be granted', maxApplications: 999, looks: 999 },
  ])('has an application compared with $why', ({ maxApplications, looks }) => {
    let looked = 0;
    const others = Array.from({ length: 999 }, (_, number): OAuthApplication => {
      const { status, ...rest } = applicationWith(at(`a${number}`, 0, HELD));
      return {
        ...rest,
        get status() {
          looked += 1;
          return status;
        },
      };
    });
    const me = applicationWith(at('me', 5, HELD));

    const message = objectionToUse(me, { ...PLAIN, maxApplications }, () => [...others, me]);

    expect({ isDenied: message !== undefined, looked }).toEqual({ isDenied: looks > 0, looked: looks });
  });

  test('costs nothing where it is not limited', () => {
    const users = (): never => {
      throw new Error('asked');
    };
    expect(objectionToUse(applicationWith({}), PLAIN, users)).toBeUndefined();
  });
});

test('a registration may be adopted where its id is listed, and nowhere else', () => {
  const access: Access = { ...PLAIN, adoptable: new Set(['42']) };
  expect(mayAdopt(access, '42')).toBe(true);
  expect(mayAdopt(access, '4')).toBe(false);
  expect(mayAdopt(PLAIN, '42')).toBe(false);
  expect(mayAdopt({ type: 'denied', message: 'no' }, '42')).toBe(false);
});
