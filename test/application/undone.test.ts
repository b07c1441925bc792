import { expect, test } from 'vitest';
import { ClusterError, Postponed } from '../../src/application/ports/errors.ts';
import { type Undone, unrolledFor, withUndone } from '../../src/application/undone.ts';
import { judge, judgeError, type Verdict } from '../../src/application/verdict.ts';
import { ProviderError } from '../../src/idp/errors.ts';
import type { Approval } from '../../src/idp/provider.ts';
import { registrationNamed } from '../support/registrations.ts';

const NOW = Date.UTC(2026, 0, 1);

/** What a pass that left this undone says. */
function after(verdict: Verdict, undone: Partial<Undone>): Verdict {
  return withUndone(verdict, { unrolled: undefined, unretired: [], ...undone }, NOW);
}

const UNROLLED = unrolledFor('Deployment front', new ClusterError('refused', 'cannot patch'));

function inSync(approval: Approval): Verdict {
  return judge({
    type: 'in-sync',
    registration: registrationNamed('Shop', { approval }),
    enforced: ['scopes'],
    schedule: { type: 'later', atMs: NOW + 9_000, punctuality: 'overdue' },
    remarks: ['superseded secret a goes on working'],
    retiring: [],
    againMs: 86_400_000,
  });
}

test.each([
  ['forbidden', 'ApiForbidden'],
  ['refused', 'RollRefused'],
] as const)('what is %s is told as %s', (code, reason) => {
  expect(unrolledFor('Deployment front', new ClusterError(code, 'no')).reason).toBe(reason);
});

test('T4: what would be in sync waits for somebody, and keeps whatever else there is to tell', () => {
  const before = inSync('usable');
  const told = after(before, { unrolled: UNROLLED });
  expect(told).toEqual({
    ...before,
    ready: 'False',
    progress: 'stalled',
    reason: 'RollRefused',
    message: expect.stringMatching(/^Deployment front .*cannot patch; .*superseded secret a goes on working/),
    next: { type: 'back-off' },
  });
});

test('T4: what waits for something else says both, and is looked at soon', () => {
  expect(after(inSync('pending'), { unrolled: UNROLLED })).toMatchObject({
    progress: 'retrying',
    reason: 'AwaitingApproval',
    message: expect.stringMatching(/approval.*; Deployment front/),
    next: { type: 'back-off' },
  });
});

test('T4: a provider that says when to ask again is asked then', () => {
  const error = new ProviderError('throttled', 'Slower.', { effect: 'refused', retryAfterMs: 7_000 });
  expect(after(judgeError(error, NOW), { unrolled: UNROLLED })).toMatchObject({
    reason: 'Throttled',
    next: { type: 'again', afterMs: 7_000 },
  });
});

test('T4: what else waits for nothing but a change is looked at again all the same', () => {
  const suspended = judge({ type: 'suspended', message: 'spec.suspend is set' });
  expect([suspended.next.type, after(suspended, { unrolled: UNROLLED })]).toMatchObject([
    'await-change',
    { reason: 'Suspended', message: expect.stringContaining('Deployment front'), next: { type: 'back-off' } },
  ]);
});

test('T4: a pass with nothing to tell stays silent, and one that rolled all of them as it is', () => {
  const silent = judgeError(new Postponed('lease', 5_000), NOW);
  expect(after(silent, { unrolled: UNROLLED })).toBe(silent);
  const whole = inSync('usable');
  expect(after(whole, {})).toBe(whole);
});

const REFUSED = new ProviderError('rejected', 'No.', { effect: 'refused' });
const UNREADABLE = new ProviderError('malformed', 'A page.', { effect: 'unknown' });

test.each([
  { error: REFUSED, progress: 'stalled', reason: 'Rejected', message: /secret a not deleted: No/ },
  { error: UNREADABLE, progress: 'retrying', reason: 'MalformedAnswer', message: /secret a not deleted: A page/ },
])('T3: what would be in sync is $reason where a secret was not deleted for that', ({ error, ...told }) => {
  expect(after(inSync('usable'), { unretired: [{ name: 'a', error }] })).toEqual({
    ...inSync('usable'),
    ...told,
    ready: 'False',
    message: expect.stringMatching(told.message),
    next: { type: 'back-off' },
  });
});

test('T3: more than one is told of in one sentence, beside what else is wrong', () => {
  const unretired = [REFUSED, UNREADABLE].map((error, index) => ({ name: `s${index}`, error }));
  expect(after(judgeError(REFUSED, NOW), { unretired })).toMatchObject({
    reason: 'Rejected',
    message: expect.stringMatching(/^No\.; Superseded secret s0 and 1 more not deleted: No/),
  });
});
