import { expect, test } from 'vitest';
import { withUnretired } from '../../src/application/unretired.ts';
import { judge, judgeError } from '../../src/application/verdict.ts';
import { ProviderError } from '../../src/idp/errors.ts';
import { registrationNamed } from '../support/registrations.ts';

const NOW = Date.UTC(2026, 0, 1);

const REFUSED = new ProviderError('rejected', 'No.', { effect: 'refused' });
const UNREADABLE = new ProviderError('malformed', 'A page.', { effect: 'unknown' });

const IN_SYNC = judge({
  type: 'in-sync',
  registration: registrationNamed('Shop'),
  enforced: [],
  schedule: { type: 'none' },
  remarks: [],
  retiring: [],
  againMs: 86_400_000,
});

test.each([
  { error: REFUSED, progress: 'stalled', reason: 'Rejected', message: /secret a not deleted: No/ },
  { error: UNREADABLE, progress: 'retrying', reason: 'MalformedAnswer', message: /secret a not deleted: A page/ },
])('T3: what would be in sync is $reason where a secret was not deleted for that', ({ error, ...told }) => {
  expect(withUnretired(IN_SYNC, [{ name: 'a', error }], NOW)).toEqual({
    ...IN_SYNC,
    ...told,
    ready: 'False',
    message: expect.stringMatching(told.message),
    next: { type: 'back-off' },
  });
});

test('T3: more than one is told of in one sentence, beside what else is wrong', () => {
  const unretired = [REFUSED, UNREADABLE].map((error, index) => ({ name: `s${index}`, error }));
  expect(withUnretired(judgeError(REFUSED, NOW), unretired, NOW)).toMatchObject({
    reason: 'Rejected',
    message: expect.stringMatching(/^No\.; Superseded secret s0 and 1 more not deleted: No/),
  });
});

test('T3: a pass that left none alive is as it is', () => {
  expect(withUnretired(IN_SYNC, [], NOW)).toBe(IN_SYNC);
});
