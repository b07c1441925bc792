import { expect, test } from 'vitest';
import { Blocked } from '../../src/application/blocked.ts';
import { LATENESS } from '../../src/application/standing.ts';
import { statusAfter } from '../../src/application/status.ts';
import { judge, judgeError, type Verdict } from '../../src/application/verdict.ts';
import { ProviderError } from '../../src/idp/errors.ts';
import type { Registration } from '../../src/idp/provider.ts';
import { applicationWith } from '../support/applications.ts';
import { registrationNamed } from '../support/registrations.ts';

const NOW = Date.UTC(2026, 0, 1);
const HELD = {
  applicationId: '7',
  clientId: 'c7',
  secret: { name: 'shop-oauth', serial: 1, delivered: true },
  enforced: ['spec.scopes'],
};

function inSyncWith(registration: Registration) {
  const enforced = ['scopes'];
  return {
    type: 'in-sync',
    registration,
    enforced,
    schedule: { type: 'none' },
    remarks: [],
    retiring: [],
    againMs: undefined,
  } as const;
}

function told(verdict: Verdict) {
  if (verdict.type !== 'told') throw new Error('nothing was told');
  return verdict;
}

const IN_SYNC = told(judge(inSyncWith(registrationNamed('Shop', { id: '7' }))));
const REFUSED = told(judgeError(new Blocked('SecretRefused', 'No.'), NOW));
const LOST = told(judgeError(new ProviderError('lost', 'No answer.', { effect: 'unknown' }), NOW));

function conditionsAfter(verdict: typeof IN_SYNC, status = HELD, seen: 'there' | 'missing' = 'there', nowMs = NOW) {
  const { conditions = [] } = statusAfter(verdict, applicationWith({ status }), seen, nowMs);
  return Object.fromEntries(conditions.map((condition) => [condition.type, condition]));
}

test('in sync: everything is true and nothing is under way', () => {
  const conditions = conditionsAfter(IN_SYNC);
  expect(Object.keys(conditions)).toEqual(['Ready', 'Registered', 'SecretSynced', 'InSync', 'Approved']);
  expect(Object.values(conditions).map(({ status }) => status)).toEqual(Array(5).fill('True'));
});

test('Reconciling and Stalled stand there only while true, and never both', () => {
  expect(Object.keys(conditionsAfter(LOST))).toEqual(expect.arrayContaining(['Reconciling']));
  expect(Object.keys(conditionsAfter(LOST))).not.toContain('Stalled');
  expect(Object.keys(conditionsAfter(REFUSED))).toEqual(expect.arrayContaining(['Stalled']));
  expect(Object.keys(conditionsAfter(REFUSED))).not.toContain('Reconciling');
});

test.each([
  ['a year ahead', '2027-01-01T00:00:00.000Z', undefined, '2026-01-01T00:00:00.000Z'],
  ['within what clocks differ', '2026-01-01T00:04:00.000Z', undefined, '2026-01-01T00:04:00.000Z'],
  ['in the past', '2025-12-01T00:00:00.000Z', undefined, '2025-12-01T00:00:00.000Z'],
  ['unknown', undefined, '2025-12-01T00:00:00Z', undefined],
  ['unknown, in an object that was made a year ahead', undefined, '2027-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'],
])('T6: where the last rotation is %s, the next one counts from a time that stays', (_, lastRotatedAt, made, want) => {
  const verdict = { ...IN_SYNC, schedule: { type: 'later', atMs: NOW + 1, punctuality: 'on-time' } } as const;
  const status = { ...HELD, rotation: lastRotatedAt === undefined ? {} : { lastRotatedAt } };
  const metadata = made === undefined ? {} : { creationTimestamp: made };
  const after = statusAfter(verdict, applicationWith({ metadata, status }), 'there', NOW);
  expect(after.rotation?.lastRotatedAt).toBe(want);
});

test.each(['overdue', 'delayed-before-end', 'delayed-past-end'] as const)(
  'a rotation that is %s is told, with when it comes',
  (punctuality) => {
    const verdict = { ...IN_SYNC, schedule: { type: 'later', atMs: NOW + 1, punctuality } } as const;
    expect(conditionsAfter(verdict)['RotationOverdue']).toMatchObject({
      status: 'True',
      message: LATENESS[punctuality],
    });
    const { rotation } = statusAfter(verdict, applicationWith({ status: HELD }), 'there', NOW);
    expect(rotation?.nextRotationAt).toBe('2026-01-01T00:01:00.000Z');
  },
);

test('what is wrong with the Secret shows in SecretSynced, whatever was delivered before', () => {
  expect(conditionsAfter(REFUSED)['SecretSynced']).toMatchObject({ status: 'False', reason: 'SecretRefused' });
  expect(conditionsAfter(LOST)['SecretSynced']).toMatchObject({ status: 'True', reason: 'SecretWritten' });
});

test('a Secret that is gone is not said to hold the credentials, whatever kept the pass from looking', () => {
  expect(conditionsAfter(LOST, HELD, 'missing')['SecretSynced']).toMatchObject({
    status: 'False',
    reason: 'SecretLost',
  });
  expect(conditionsAfter(IN_SYNC, HELD, 'missing')['SecretSynced']).toMatchObject({ status: 'True' });
});

test('the facts that a later pass stands on survive a verdict', () => {
  expect(statusAfter(LOST, applicationWith({ status: HELD }), 'there', NOW)).toMatchObject(HELD);
});

test('what a pass found enforced replaces what was noted, and nothing is noted of nothing', () => {
  const after = (enforced: readonly string[]) =>
    statusAfter({ ...IN_SYNC, enforced }, applicationWith({ status: HELD }), 'there', NOW);
  expect(after(['scopes', 'logi.webhookUrl']).enforced).toEqual(['scopes', 'logi.webhookUrl']);
  expect(after([]).enforced).toBeUndefined();
});

test('a wait that is over leaves the status', () => {
  const status = { ...HELD, waiting: { for: 'create', until: '2026-01-01T00:00:00Z' } };
  expect(statusAfter(IN_SYNC, applicationWith({ status }), 'there', NOW)).not.toHaveProperty('waiting');
});

test('a status that says the same is the same, whenever it is said', () => {
  const first = statusAfter(IN_SYNC, applicationWith({ status: HELD }), 'there', NOW);
  expect(statusAfter(IN_SYNC, applicationWith({ status: first }), 'there', NOW + 3_600_000)).toEqual(first);
});

test('every condition speaks of the generation that was looked at', () => {
  const application = applicationWith({ metadata: { generation: 4 }, status: HELD });
  const { observedGeneration, conditions = [] } = statusAfter(IN_SYNC, application, 'there', NOW);
  expect([observedGeneration, ...conditions.map((condition) => condition.observedGeneration)]).toEqual(
    Array(6).fill(4),
  );
});
