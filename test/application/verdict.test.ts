import { expect, test } from 'vitest';
import { Blocked } from '../../src/application/blocked.ts';
import { ClusterError, Postponed } from '../../src/application/ports/errors.ts';
import type { Punctuality } from '../../src/application/standing.ts';
import { judge, judgeError } from '../../src/application/verdict.ts';
import { ProviderError, type ProviderErrorCode } from '../../src/idp/errors.ts';
import type { Approval } from '../../src/idp/provider.ts';
import { registrationNamed } from '../support/registrations.ts';

const NOW = Date.UTC(2026, 0, 1);

test.each([
  ['usable', 'True', 'settled', 'InSync'],
  ['unknown', 'True', 'settled', 'InSync'],
  ['pending', 'False', 'retrying', 'AwaitingApproval'],
  ['suspended', 'False', 'stalled', 'SuspendedByProvider'],
] as const satisfies readonly (readonly [Approval, string, string, string])[])(
  'a registration that is %s is Ready=%s, %s, %s',
  (approval, ready, progress, reason) => {
    const verdict = judge({
      type: 'in-sync',
      registration: registrationNamed('Shop', { approval }),
      enforced: ['scopes'],
      schedule: { type: 'none' },
      remarks: [],
      retiring: [],
      againMs: undefined,
    });
    expect(verdict).toMatchObject({ ready, progress, reason, enforced: ['scopes'], next: { type: 'await-change' } });
  },
);

test.each([
  ['on-time', 'usable', 'True', 'InSync'],
  ['overdue', 'usable', 'True', 'InSync'],
  ['delayed-before-end', 'usable', 'True', 'InSync'],
  ['delayed-past-end', 'usable', 'False', 'RotationOverdue'],
  ['delayed-past-end', 'suspended', 'False', 'SuspendedByProvider'],
] as const satisfies readonly (readonly [Punctuality, Approval, string, string])[])(
  'a rotation that is %s makes a registration that is %s Ready=%s, %s',
  (punctuality, approval, ready, reason) => {
    const verdict = judge({
      type: 'in-sync',
      registration: registrationNamed('Shop', { approval }),
      enforced: [],
      schedule: { type: 'later', atMs: NOW + 9_000, punctuality },
      remarks: [],
      retiring: [],
      againMs: 5_000,
    });
    expect(verdict).toMatchObject({ ready, reason, next: { type: 'again', afterMs: 5_000 } });
  },
);

test('what is left undisturbed is looked at again when its secret ends', () => {
  expect(judge({ type: 'undisturbed', againMs: 5_000 })).toEqual({
    type: 'silent',
    next: { type: 'again', afterMs: 5_000 },
  });
  expect(judge({ type: 'undisturbed', againMs: undefined })).toEqual({
    type: 'silent',
    next: { type: 'await-change' },
  });
});

test.each([
  ['rejected', 'stalled', 'Rejected'],
  ['unauthorized', 'stalled', 'Unauthorized'],
  ['forbidden', 'stalled', 'Forbidden'],
  ['needs-person', 'stalled', 'NeedsPerson'],
  ['conflict', 'stalled', 'Rejected'],
  ['not-found', 'retrying', 'RegistrationGone'],
  ['throttled', 'retrying', 'Throttled'],
  ['unavailable', 'retrying', 'ProviderUnavailable'],
  ['lost', 'retrying', 'AnswerLost'],
  ['malformed', 'retrying', 'MalformedAnswer'],
  ['quota', 'stalled', 'QuotaExceeded'],
  ['unsupported', 'stalled', 'UnsupportedByProvider'],
  ['misdirected', 'retrying', 'ProviderNotReady'],
] as const satisfies readonly (readonly [ProviderErrorCode, string, string])[])(
  'a provider’s %s is told as %s, %s, and looked at again',
  (code, progress, reason) => {
    const verdict = judgeError(new ProviderError(code, 'It says no.', { effect: 'refused' }), NOW);
    expect(verdict).toMatchObject({ ready: 'False', progress, reason, next: { type: 'back-off' } });
  },
);

test('a provider that says when is asked then, and its field and address are named', () => {
  const details = {
    effect: 'refused',
    retryAfterMs: 7_000,
    field: 'spec.redirectUris',
    url: 'https://a.example',
  } as const;
  const verdict = judgeError(new ProviderError('throttled', 'Slower.', details), NOW);
  expect(verdict).toMatchObject({
    next: { type: 'again', afterMs: 7_000 },
    message: 'spec.redirectUris: Slower. (https://a.example)',
  });
});

test.each([
  ['conflict', { type: 'silent', next: { type: 'back-off' } }],
  ['gone', { type: 'silent', next: { type: 'back-off' } }],
  ['forbidden', { progress: 'stalled', reason: 'ApiForbidden' }],
  ['refused', { progress: 'stalled', reason: 'SecretRefused' }],
] as const)('%s by the API server is judged', (code, want) => {
  expect(judgeError(new ClusterError(code, 'no'), NOW)).toMatchObject(want);
});

test.each([
  ['an API server that cannot be reached', new ClusterError('unavailable', 'no')],
  ['a bug', new TypeError('undefined is not a function')],
])('%s is the queue’s to log', (_, error) => {
  expect(() => judgeError(error, NOW)).toThrow(error);
});

test('a short wait is not told, a long one is, in times that stay the same from one look to the next', () => {
  const at = (ms: number) => judgeError(new Postponed('create', ms), NOW);
  expect(at(5_000)).toEqual({ type: 'silent', next: { type: 'again', afterMs: 5_000 } });
  expect(at(90_000)).toMatchObject({ reason: 'WaitingForBudget', next: { type: 'again', afterMs: 90_000 } });
  const waitings = [at(90_000), at(91_000)].map((verdict) => (verdict.type === 'told' ? verdict.waiting : undefined));
  expect(waitings[0]).toEqual({ for: 'create', until: '2026-01-01T00:02:00.000Z' });
  expect(waitings[1]).toEqual(waitings[0]);
});

test.each([
  { waitsFor: 'lease', why: 'it is not the application’s business' },
  { waitsFor: 'schedule', why: 'its secret works until the next one comes' },
] as const)('to wait for the $waitsFor is nobody’s news: $why', ({ waitsFor }) => {
  const next = { type: 'again', afterMs: 3_600_000 };
  expect(judgeError(new Postponed(waitsFor, 3_600_000), NOW)).toEqual({ type: 'silent', next });
});

test.each([
  ['create', 'WaitingForBudget', /limit on registrations/],
  ['call', 'WaitingForBudget', /limit on calls/],
  ['unasked', 'WaitingForBudget', /limit on secrets that are issued without being asked for/],
  ['rotation', 'Progressing', /issued a moment ago/],
] as const)('to wait for %s is told as %s, in words of its own', (waitsFor, reason, message) => {
  expect(judgeError(new Postponed(waitsFor, 25_000), NOW)).toMatchObject({
    ready: 'False',
    progress: 'retrying',
    reason,
    message: expect.stringMatching(message),
    waiting: { for: waitsFor, until: '2026-01-01T00:01:00.000Z' },
    next: { type: 'again', afterMs: 25_000 },
  });
});

const GROWING = { type: 'back-off' };

test.each([
  ['InvalidSpec', 'a change of the spec alone', { type: 'await-change' }],
  ['UnsupportedByProvider', 'a change of the spec alone', { type: 'await-change' }],
  ['NameTaken', 'what wakes it, or a look after growing pauses', GROWING],
  ['SecretNotOurs', 'a Secret that no watch shows, and is looked at every minute', { ...GROWING, longestMs: 60_000 }],
  ['AdoptionRefused', 'what wakes it, or a look after growing pauses', GROWING],
] as const)('what stands still with %s waits for %s', (reason, _, next) => {
  expect(judge({ type: 'stalled', reason, message: 'No.' })).toMatchObject({ reason, next });
});

test('what lacks a Secret that no watch shows is looked at every minute', () => {
  const standing = { type: 'stalled', reason: 'AdoptionRefused', message: 'No.', missing: 'secret' } as const;
  expect(judge(standing)).toMatchObject({ next: { ...GROWING, longestMs: 60_000 } });
});

test.each([
  ['SecretRefused', GROWING],
  ['SecretNotOurs', { ...GROWING, longestMs: 60_000 }],
] as const)('a step that ended with %s is waited for as what stands still with it', (reason, next) => {
  expect(judgeError(new Blocked(reason, 'No.'), NOW)).toMatchObject({ progress: 'stalled', reason, next });
});
