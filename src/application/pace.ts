import { Blocked } from './blocked.ts';
import type { Pass } from './pass.ts';
import { Held } from './ports.ts';
import type { RotationCause } from './step.ts';

/** Between two rotations of one object (protocol T5). */
const ROTATION_FLOOR_MS = 30_000;

/** Beyond it nothing is rotated unasked (protocol T6). */
const LARGEST_SKEW_MS = 300_000;

const HOUR_MS = 3_600_000;

/**
 * Keeps rotations apart, and those that nobody asked for within their limits (protocol T5, T6).
 *
 * @throws Held until when it has to wait, Blocked where only a person can help
 */
export function keepPace({ subject, provider, ports }: Pass, because: RotationCause): void {
  const nowMs = ports.clusterTime();
  const last = subject.application().status?.rotation?.lastRotatedAt;
  const earliestMs = last === undefined ? 0 : Date.parse(last) + ROTATION_FLOOR_MS;
  if (nowMs < earliestMs) throw new Held('call', earliestMs);
  if (because !== 'secret-lost') return;
  if (Math.abs(ports.clockSkewMs() ?? 0) > LARGEST_SKEW_MS) {
    throw new Blocked(
      'SecretLost',
      'Nothing is rotated unasked while the clocks of operator and API server differ by minutes',
    );
  }
  const spent = ports.applications.rotatedSince(provider.identity, nowMs - HOUR_MS);
  if (spent >= provider.automaticRotationsPerHour) throw new Held('call', nowMs + HOUR_MS / 4);
}
