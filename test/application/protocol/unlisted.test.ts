import { expect, test } from 'vitest';
import { MANNERS as LOGI } from '../../../src/idp/logi/provider.ts';
import { MANNERS as LOGTO } from '../../../src/idp/logto/provider.ts';
import { decides, NEW, NOT_HERE, REGISTER } from '../plan/table.ts';

decides('R11', [
  {
    name: 'a create that was lost is not made again before it has settled',
    why: 'it may still arrive, and no listing would tell',
    observed: { facts: NEW, ...NOT_HERE, operation: { type: 'settling', remainingMs: 40 } },
    want: 'settling 40',
  },
  {
    name: 'a create that was lost is made again where no listing tells what came of it',
    why: 'nobody has the secret of the first one',
    observed: {
      facts: NEW,
      ...NOT_HERE,
      operation: { type: 'settled', record: REGISTER, stored: undefined, candidates: [], candidatesBy: 'proof' },
    },
    want: 'register',
  },
]);

test('R11: no provider is without a listing, whose word on what is gone nothing else could take the place of yet', () => {
  expect([LOGI.listing, LOGTO.listing]).toEqual(['complete', 'complete']);
});
