import { expect, test } from 'vitest';
import { excuses } from '../../dev/chaos/excuses.ts';
import type { Breach, Evidence, FoundObject, FoundRegistration, LetGo } from '../../dev/chaos/judge.ts';
import { INVARIANTS, judge } from '../../dev/chaos/judge.ts';

const SHOP: FoundObject = {
  name: 'shop',
  provider: 'logi',
  isReady: 'yes',
  state: 'InSync: as it should be',
  operation: undefined,
  observed: 'yes',
  served: 'for shop',
  applicationId: '1',
  clientId: 'logi_1',
  secret: { clientId: 'logi_1', holds: 'a value', logsIn: 'yes' },
};
const SITE: FoundObject = {
  ...SHOP,
  name: 'site',
  provider: 'logto',
  served: undefined,
  clientId: 'abc',
  applicationId: 'abc',
  secret: { clientId: 'abc', holds: 'no value', logsIn: 'no' },
};
const SHOP_REGISTERED: FoundRegistration = {
  provider: 'logi',
  id: '1',
  clientId: 'logi_1',
  name: 'The shop, edition 2',
  redirectUris: ['https://shop.example.com/2'],
  birth: 'The shop, edition 2',
};
const SITE_REGISTERED: FoundRegistration = {
  provider: 'logto',
  id: 'abc',
  clientId: 'abc',
  name: 'The site',
  redirectUris: ['https://site.example.com/0'],
  birth: 'operation-1',
};

const TILL_LET_GO: LetGo = { name: 'till', provider: 'logi', displayName: 'Till', birth: 'Till [k8s 1]' };
const TILL_REGISTERED: FoundRegistration = {
  ...SHOP_REGISTERED,
  id: '2',
  name: 'Till [k8s 1]',
  birth: 'Till [k8s 1]',
};
const MILL_LET_GO: LetGo = { name: 'mill', provider: 'logto', displayName: 'Mill', birth: 'operation-2' };
const MILL_REGISTERED: FoundRegistration = { ...SITE_REGISTERED, id: 'xyz', name: 'Mill', birth: 'operation-2' };

/** A round in which nothing went wrong: an object with a secret at logi and one without at Logto. */
const SOUND: Evidence = {
  wanted: [
    {
      name: 'shop',
      type: 'Web',
      token: 'for shop',
      registration: { name: 'The shop, edition 2', redirectUris: ['https://shop.example.com/2'] },
    },
    {
      name: 'site',
      type: 'SinglePage',
      token: undefined,
      registration: { name: 'The site', redirectUris: ['https://site.example.com/0'] },
    },
  ],
  objects: [SHOP, SITE],
  registrations: [SHOP_REGISTERED, SITE_REGISTERED],
  byHand: [{ what: 'logi 7', before: '{"name":"The shop"}', after: '{"name":"The shop"}' }],
  histories: [{ name: 'shop', uid: 'u1', clientIds: ['logi_1'] }],
  letGo: [],
  texts: [{ place: 'the log', text: 'a pass ended' }],
  secrets: [{ what: 'an issued secret', value: 'logi_secret_5f1c' }],
  falls: [],
};

/** A case says only how the evidence differs from that of a sound round. */
interface Case {
  readonly name: string;
  readonly evidence: Partial<Evidence>;
  readonly want: readonly Breach[];
}

const CASES: readonly Case[] = [
  { name: 'nothing in a sound round', evidence: {}, want: [] },
  {
    name: 'an object that is not Ready, and says nothing of its credentials',
    evidence: {
      objects: [{ ...SHOP, isReady: 'no', state: 'Unavailable: later', secret: undefined }, SITE],
    },
    want: [{ invariant: 'comes to rest', sentence: 'shop is not Ready: Unavailable: later' }],
  },
  {
    name: 'a request for another secret that was never served, though the secret works',
    evidence: { objects: [{ ...SHOP, served: undefined }, SITE] },
    want: [{ invariant: 'comes to rest', sentence: 'shop is Ready, and has served no request instead of "for shop"' }],
  },
  {
    name: 'a request that was not served, though one before it was',
    evidence: { objects: [{ ...SHOP, served: 'before' }, SITE] },
    want: [{ invariant: 'comes to rest', sentence: 'shop is Ready, and has served "before" instead of "for shop"' }],
  },
  {
    name: 'nothing in an object that is asked for nothing, whatever was served',
    evidence: { objects: [SHOP, { ...SITE, served: 'before' }] },
    want: [],
  },
  {
    name: 'an operation that is still open',
    evidence: { objects: [{ ...SHOP, operation: 'rotate' }, SITE] },
    want: [{ invariant: 'comes to rest', sentence: 'shop is Ready, and its operation is still open: rotate' }],
  },
  {
    name: 'an object that has not looked at its last edit',
    evidence: { objects: [{ ...SHOP, observed: 'no' }, SITE] },
    want: [{ invariant: 'comes to rest', sentence: 'shop is Ready, and its status is of an earlier spec' }],
  },
  {
    name: 'nothing in what is left of objects that were let go',
    evidence: {
      letGo: [TILL_LET_GO, MILL_LET_GO],
      registrations: [SHOP_REGISTERED, SITE_REGISTERED, TILL_REGISTERED, MILL_REGISTERED],
    },
    want: [],
  },
  {
    name: 'nothing in what is left of an object that was let go, when its mark was taken off already',
    evidence: {
      letGo: [MILL_LET_GO],
      registrations: [SHOP_REGISTERED, SITE_REGISTERED, { ...MILL_REGISTERED, birth: '' }],
    },
    want: [],
  },
  {
    name: 'strays that were made for others than the objects that were let go',
    evidence: {
      letGo: [TILL_LET_GO, MILL_LET_GO],
      registrations: [
        SHOP_REGISTERED,
        SITE_REGISTERED,
        { ...TILL_REGISTERED, name: 'Desk [k8s 1]', birth: 'Desk [k8s 1]' },
        { ...TILL_REGISTERED, id: '3', name: 'Till', birth: 'Till' },
        { ...MILL_REGISTERED, birth: 'operation-3' },
        { ...MILL_REGISTERED, id: 'uvw', name: 'Barn', birth: '' },
        { ...MILL_REGISTERED, id: 'rst', birth: undefined },
      ],
    },
    want: [
      { invariant: 'no stray', sentence: 'logi 2 (Desk [k8s 1]) is held by no object' },
      { invariant: 'no stray', sentence: 'logi 3 (Till) is held by no object' },
      { invariant: 'no stray', sentence: 'logto xyz (Mill) is held by no object' },
      { invariant: 'no stray', sentence: 'logto uvw (Barn) is held by no object' },
      { invariant: 'no stray', sentence: 'logto rst (Mill) is held by no object' },
    ],
  },
  {
    name: 'a second one of those that were made for an object that was let go',
    evidence: {
      letGo: [TILL_LET_GO],
      registrations: [SHOP_REGISTERED, SITE_REGISTERED, TILL_REGISTERED, { ...TILL_REGISTERED, id: '3' }],
    },
    want: [{ invariant: 'no stray', sentence: 'logi 3 (Till [k8s 1]) is held by no object' }],
  },
  {
    name: 'one that was made at one provider for an object that was let go at the other',
    evidence: {
      letGo: [{ ...MILL_LET_GO, birth: 'Till [k8s 1]' }],
      registrations: [SHOP_REGISTERED, SITE_REGISTERED, TILL_REGISTERED],
    },
    want: [{ invariant: 'no stray', sentence: 'logi 2 (Till [k8s 1]) is held by no object' }],
  },
  {
    name: 'an object that is gone although nobody deleted it, and the registration that it left',
    evidence: { objects: [SITE] },
    want: [
      { invariant: 'comes to rest', sentence: 'shop is not there' },
      { invariant: 'no duplicate', sentence: 'logi 1 (The shop, edition 2) is held by no object' },
    ],
  },
  {
    name: 'an object that is still there although it was deleted',
    evidence: {
      objects: [
        SHOP,
        SITE,
        { ...SHOP, name: 'former', isReady: 'no', state: 'Lost, being deleted', applicationId: '' },
      ],
    },
    want: [{ invariant: 'comes to rest', sentence: 'former is still there: Lost, being deleted' }],
  },
  {
    name: 'a second registration of an object under the name that it was born with',
    evidence: {
      registrations: [
        SHOP_REGISTERED,
        { ...SHOP_REGISTERED, id: '2', name: 'The shop, edition 2 [k8s 00112233aabbccdd]' },
        SITE_REGISTERED,
      ],
    },
    want: [
      {
        invariant: 'no duplicate',
        sentence: 'logi 2 (The shop, edition 2 [k8s 00112233aabbccdd]) is held by no object',
      },
    ],
  },
  {
    name: 'a registration that no object has to do with',
    evidence: { registrations: [SHOP_REGISTERED, SITE_REGISTERED, { ...SITE_REGISTERED, id: 'xyz', name: 'Gone' }] },
    want: [{ invariant: 'no stray', sentence: 'logto xyz (Gone) is held by no object' }],
  },
  {
    name: 'a registration at one provider with the id that an object has at the other',
    evidence: { registrations: [SHOP_REGISTERED, SITE_REGISTERED, { ...SITE_REGISTERED, id: '1', name: 'Gone' }] },
    want: [{ invariant: 'no stray', sentence: 'logto 1 (Gone) is held by no object' }],
  },
  {
    name: 'two objects with one registration',
    evidence: {
      wanted: [...SOUND.wanted, { name: 'twin', type: 'Web', token: undefined, registration: SHOP_REGISTERED }],
      objects: [SHOP, SITE, { ...SHOP, name: 'twin' }],
    },
    want: [{ invariant: 'no duplicate', sentence: 'logi 1 (The shop, edition 2) is held by shop and twin' }],
  },
  {
    name: 'an object whose registration is gone',
    evidence: { registrations: [SITE_REGISTERED] },
    want: [{ invariant: 'nothing lost of a spec', sentence: 'shop is Ready, and logi has no 1' }],
  },
  {
    name: 'an object that names another client id than its registration has',
    evidence: { registrations: [{ ...SHOP_REGISTERED, clientId: 'logi_9' }, SITE_REGISTERED] },
    want: [{ invariant: 'nothing lost of a spec', sentence: 'shop says logi_1, and logi logi_9' }],
  },
  {
    name: 'a registration that does not say what was edited last',
    evidence: { registrations: [{ ...SHOP_REGISTERED, name: 'The shop, edition 1' }, SITE_REGISTERED] },
    want: [
      {
        invariant: 'nothing lost of a spec',
        sentence:
          'logi 1 says ["The shop, edition 1",["https://shop.example.com/2"]], and shop wants ["The shop, edition 2",["https://shop.example.com/2"]]',
      },
    ],
  },
  {
    name: 'an object without its Secret',
    evidence: { objects: [{ ...SHOP, secret: undefined }, SITE] },
    want: [{ invariant: 'no lost secret', sentence: 'shop has no Secret' }],
  },
  {
    name: 'a Secret with the client id of another registration',
    evidence: { objects: [{ ...SHOP, secret: { clientId: 'logi_0', holds: 'a value', logsIn: 'yes' } }, SITE] },
    want: [{ invariant: 'no lost secret', sentence: 'the Secret of shop holds logi_0, and not logi_1' }],
  },
  {
    name: 'credentials that do not log in',
    evidence: { objects: [{ ...SHOP, secret: { clientId: 'logi_1', holds: 'a value', logsIn: 'no' } }, SITE] },
    want: [{ invariant: 'no lost secret', sentence: 'the credentials in the Secret of shop do not log in' }],
  },
  {
    name: 'a secret of a client that has none',
    evidence: { objects: [SHOP, { ...SITE, secret: { clientId: 'abc', holds: 'a value', logsIn: 'no' } }] },
    want: [{ invariant: 'no lost secret', sentence: 'the Secret of site holds a value' }],
  },
  {
    name: 'a client id that changed, though it is the present one of its object',
    evidence: { histories: [{ name: 'shop', uid: 'u1', clientIds: ['logi_0', 'logi_1'] }] },
    want: [{ invariant: 'no changed client id', sentence: 'shop (u1) had logi_0, then logi_1' }],
  },
  {
    name: 'a registration of people that was changed',
    evidence: { byHand: [{ what: 'logi 7', before: '{"name":"The shop"}', after: '{"name":"Mine"}' }] },
    want: [{ invariant: 'nothing of others touched', sentence: 'logi 7 is not what it was' }],
  },
  {
    name: 'a registration of people that was deleted',
    evidence: { byHand: [{ what: 'logi 7', before: '{"name":"The shop"}', after: undefined }] },
    want: [{ invariant: 'nothing of others touched', sentence: 'logi 7 is gone' }],
  },
  {
    name: 'a secret in a log',
    evidence: { texts: [{ place: 'the log', text: 'got {"client_secret":"logi_secret_5f1c"}' }] },
    want: [{ invariant: 'no secret in the open', sentence: 'the log holds an issued secret' }],
  },
  {
    name: 'a secret in base64',
    evidence: { texts: [{ place: 'an Event', text: `data: ${Buffer.from('logi_secret_5f1c').toString('base64')}` }] },
    want: [{ invariant: 'no secret in the open', sentence: 'an Event holds an issued secret' }],
  },
  {
    name: 'an operator that fell',
    evidence: { falls: ['operator-1 ended with 1: TypeError'] },
    want: [{ invariant: 'no fall', sentence: 'operator-1 ended with 1: TypeError' }],
  },
];

test.each(CASES)('the judge finds $name', ({ evidence, want }) => {
  expect(judge({ ...SOUND, ...evidence })).toEqual(want);
});

test('the judge says which registration it passes over, and of which object it is left', () => {
  const registrations = [SHOP_REGISTERED, SITE_REGISTERED, TILL_REGISTERED];
  const found = excuses({ ...SOUND, registrations, letGo: [TILL_LET_GO, MILL_LET_GO] });
  expect(found).toEqual([{ left: TILL_REGISTERED, of: 'till' }]);
});

test('every invariant is seen broken in a case', () => {
  const seen = new Set(CASES.flatMap(({ want }) => want.map(({ invariant }) => invariant)));
  expect([...seen].toSorted()).toEqual([...INVARIANTS].toSorted());
});
