import type { Distortion } from '../../../dev/emulators/faults.ts';

/** An answer that is none, on one side of the effect of its call. */
export type LostAnswer = Distortion & { readonly when: 'before' | 'after' };

/** More than is read of an answer of either provider: 8 MiB of logi, 32 MiB of Logto. */
const TOO_LARGE_BYTES = 33 * 1024 * 1024;

/** Every way in which an answer is no answer (protocol O5). */
const DISTORTIONS: readonly Distortion[] = [
  { type: 'reset' },
  { type: 'timeout' },
  { type: 'html' },
  { type: 'html', status: 200 },
  { type: 'truncate' },
  { type: 'garbage' },
  { type: 'oversize', bytes: TOO_LARGE_BYTES },
  { type: 'status', status: 500 },
];

/** Each of them, on either side. */
export const LOST_ANSWERS: readonly LostAnswer[] = DISTORTIONS.flatMap((distortion): readonly LostAnswer[] => [
  { ...distortion, when: 'before' },
  { ...distortion, when: 'after' },
]);
