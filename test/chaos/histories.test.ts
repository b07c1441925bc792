import { expect, test } from 'vitest';
import { createHistories, type Histories } from '../../dev/chaos/histories.ts';
import { LABELS } from '../../src/api/names.ts';

/** What is seen of an object, one state after the other. */
type Seen = (histories: Histories) => void;

const NOT_READY = { type: 'Ready', status: 'False', reason: 'Progressing', message: '' };

const status =
  (clientId: string | undefined): Seen =>
  ({ application }) =>
    application({
      apiVersion: 'oauthapp.dev/v1alpha1',
      kind: 'OAuthApplication',
      metadata: { name: 'shop', namespace: 'chaos', uid: 'u1', resourceVersion: '1' },
      status: { clientId, conditions: [NOT_READY] },
    });

const secret =
  (clientId: string | undefined, labels: Readonly<Record<string, string>> = { [LABELS.applicationUid]: 'u1' }): Seen =>
  ({ secret: see }) =>
    see({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'shop-oauth', namespace: 'chaos', uid: 's1', resourceVersion: '1', labels },
      data: clientId === undefined ? {} : { client_id: Buffer.from(clientId).toString('base64') },
    });

test.each<{ readonly name: string; readonly seen: readonly Seen[]; readonly want: readonly string[] | undefined }>([
  { name: 'nothing of an object that has none', seen: [status(undefined), secret(undefined)], want: undefined },
  { name: 'nothing of a Secret of people', seen: [status(undefined), secret('a', {})], want: undefined },
  { name: 'one that the Secret has and the status has not yet', seen: [status(undefined), secret('a')], want: ['a'] },
  { name: 'one that the status has and no Secret', seen: [status('a'), secret(undefined)], want: ['a'] },
  { name: 'one that both have', seen: [status(undefined), secret('a'), status('a'), secret('a')], want: ['a'] },
  {
    name: 'the first one, too, of an object that another process finished before it was Ready',
    seen: [status(undefined), secret('a'), status(undefined), secret('b'), status('b')],
    want: ['a', 'b'],
  },
  { name: 'one that changed in the status alone', seen: [status('a'), status('b')], want: ['a', 'b'] },
  {
    name: 'one that came back',
    seen: [status(undefined), secret('a'), secret('b'), secret('a')],
    want: ['a', 'b', 'a'],
  },
])('a history holds $name', ({ seen, want }) => {
  const histories = createHistories();
  for (const see of seen) see(histories);
  const found = histories.list();
  expect(found).toEqual(want === undefined ? [] : [{ name: 'shop', uid: 'u1', clientIds: want }]);
});
