import { expect, test } from 'vitest';
import { FIELDS, type HONOURED } from '../../../src/idp/logi/honours.ts';
import { changedFields, newApplication } from '../../../src/idp/logi/wire.ts';
import type { ClientMetadata, MetadataField } from '../../../src/idp/provider.ts';
import { SHOP } from './logi.ts';

const WANTED: ClientMetadata = {
  ...SHOP,
  options: {
    scopes: ['openid'],
    'logi.webhookUrl': 'https://hooks.example.com/logi',
    'logi.appLinkUrl': 'https://shop.example.com/app',
  } satisfies Required<Pick<ClientMetadata['options'], (typeof HONOURED)[number]>>,
};

test('a create says every field in its place, and besides only the type', () => {
  const places = Object.keys(newApplication('Shop', WANTED));
  expect(places.toSorted()).toEqual([...Object.values(FIELDS), 'client_type'].toSorted());
});

const ELSEWHERE: MetadataField = 'redirectUris';
const CHANGED = Object.entries(FIELDS).filter(([field]) => field !== ELSEWHERE);

test.each(CHANGED)('an update of %s writes %s', (field, place) => {
  expect(Object.keys(changedFields(WANTED, [field as MetadataField]))).toEqual([place]); // entries forget the key type
});
