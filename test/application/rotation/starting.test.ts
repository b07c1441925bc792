import { expect, test } from 'vitest';
import { judgeRetirement } from '../../../src/application/rotation/retiring.ts';
import { podOf } from '../../../src/kube/pod.ts';

const HOUR_MS = 3_600_000;
const WRITTEN_MS = Date.parse('2026-03-01T00:00:00.500Z');

/** What its Pod says of a container with the Secret `shop` in its environment, to the second. */
function startedAt(startedAt: string): number | undefined {
  const created = '2026-02-28T23:59:40Z';
  const pod = podOf(
    {
      metadata: { name: 'shop-0', creationTimestamp: created },
      spec: { containers: [{ name: 'app', envFrom: [{ secretRef: { name: 'shop' } }] }] },
      status: { startTime: created, containerStatuses: [{ name: 'app', state: { running: { startedAt } } }] },
    },
    WRITTEN_MS + HOUR_MS,
  );
  return pod?.seenSinceMs.get('shop');
}

test.each([
  { when: 'before the write', startedAt: '2026-02-28T23:59:59Z', want: 'waiting' },
  { when: 'in the second of the write', startedAt: '2026-03-01T00:00:00Z', want: 'waiting' },
  { when: '2 s after it', startedAt: '2026-03-01T00:00:02Z', want: 'waiting' },
  { when: '10 s after it', startedAt: '2026-03-01T00:00:10Z', want: 'waiting' },
  { when: '11 s after it', startedAt: '2026-03-01T00:00:11Z', want: 'due' },
])('T3: a container that started $when: the superseded secret is $want', ({ startedAt: time, want }) => {
  const startedAtMs = startedAt(time);
  expect(startedAtMs).toBe(Date.parse(time));
  const entry = {
    name: 'k8s-i-2',
    supersededAt: new Date(WRITTEN_MS).toISOString(),
    notBefore: new Date(WRITTEN_MS + 60_000).toISOString(),
  };
  const pods = [{ name: 'shop-0', startedAtMs: startedAtMs ?? 0, rolledFor: undefined }];
  const verdict = judgeRetirement(
    entry,
    { retireAfterMs: 6 * HOUR_MS },
    { type: 'seen', pods },
    'current',
    WRITTEN_MS + HOUR_MS,
  );
  expect(verdict.type).toBe(want);
});
