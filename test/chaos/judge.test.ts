import { expect, test } from 'vitest';
import type { Breach, Evidence, FoundObject, FoundRegistration } from '../../dev/chaos/judge.ts';
import { INVARIANTS, judge } from '../../dev/chaos/judge.ts';

const SHOP: FoundObject = {
  name: 'shop',
  provider: 'logi',
  isReady: 'yes',
  state: 'InSync: as it should be',
  applicationId: '1',
  clientId: 'logi_1',
  secret: { clientId: 'logi_1', holds: 'a value', logsIn: 'yes' },
};
const SITE: FoundObject = {
  ...SHOP,
  name: 'site',
  provider: 'logto',
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
};
const SITE_REGISTERED: FoundRegistration = {
  provider: 'logto',
  id: 'abc',
  clientId: 'abc',
  name: 'The site',
  redirectUris: ['https://site.example.com/0'],
};

/** A round in which nothing went wrong: an object with a secret at logi and one without at Logto. */
const SOUND: Evidence = {
  wanted: [
    {
      name: 'shop',
      type: 'Web',
      registration: { name: 'The shop, edition 2', redirectUris: ['https://shop.example.com/2'] },
    },
    {
      name: 'site',
      type: 'SinglePage',
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
    name: 'of strays those that no object explains which was let go at that provider',
    evidence: {
      letGo: ['logi'],
      registrations: [
        SHOP_REGISTERED,
        SITE_REGISTERED,
        { ...SHOP_REGISTERED, id: '2', name: 'Till' },
        { ...SHOP_REGISTERED, id: '3', name: 'Desk' },
        { ...SITE_REGISTERED, id: 'xyz', name: 'Mill' },
      ],
    },
    want: [
      { invariant: 'no stray', sentence: 'logi 3 (Desk) is held by no object' },
      { invariant: 'no stray', sentence: 'logto xyz (Mill) is held by no object' },
    ],
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
      wanted: [...SOUND.wanted, { name: 'twin', type: 'Web', registration: SHOP_REGISTERED }],
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

test('every invariant is seen broken in a case', () => {
  const seen = new Set(CASES.flatMap(({ want }) => want.map(({ invariant }) => invariant)));
  expect([...seen].toSorted()).toEqual([...INVARIANTS].toSorted());
});
