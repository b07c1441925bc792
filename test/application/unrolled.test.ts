import { expect, test } from 'vitest';
import { ClusterError, Postponed } from '../../src/application/ports/errors.ts';
import { unrolledFor, withUnrolled } from '../../src/application/unrolled.ts';
import { judge, judgeError, type Verdict } from '../../src/application/verdict.ts';
import { ProviderError } from '../../src/idp/errors.ts';
import type { Approval } from '../../src/idp/provider.ts';
import { registrationNamed } from '../support/registrations.ts';

const NOW = Date.UTC(2026, 0, 1);

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
  const after = withUnrolled(before, UNROLLED);
  expect(after).toEqual({
    ...before,
    ready: 'False',
    progress: 'stalled',
    reason: 'RollRefused',
    message: expect.stringMatching(/^Deployment front .*cannot patch; .*superseded secret a goes on working/),
    next: { type: 'back-off' },
  });
});

test('T4: what waits for something else says both, and is looked at soon', () => {
  expect(withUnrolled(inSync('pending'), UNROLLED)).toMatchObject({
    progress: 'retrying',
    reason: 'AwaitingApproval',
    message: expect.stringMatching(/approval.*; Deployment front/),
    next: { type: 'back-off' },
  });
});

test('T4: a provider that says when to ask again is asked then', () => {
  const error = new ProviderError('throttled', 'Slower.', { effect: 'refused', retryAfterMs: 7_000 });
  expect(withUnrolled(judgeError(error, NOW), UNROLLED)).toMatchObject({
    reason: 'Throttled',
    next: { type: 'again', afterMs: 7_000 },
  });
});

test('T4: what else waits for nothing but a change is looked at again all the same', () => {
  const suspended = judge({ type: 'suspended', message: 'spec.suspend is set' });
  expect([suspended.next.type, withUnrolled(suspended, UNROLLED)]).toMatchObject([
    'await-change',
    { reason: 'Suspended', message: expect.stringContaining('Deployment front'), next: { type: 'back-off' } },
  ]);
});

test('T4: a pass with nothing to tell stays silent, and one that rolled all of them as it is', () => {
  const silent = judgeError(new Postponed('lease', 5_000), NOW);
  expect(withUnrolled(silent, UNROLLED)).toBe(silent);
  const whole = inSync('usable');
  expect(withUnrolled(whole, undefined)).toBe(whole);
});
