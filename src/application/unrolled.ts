import type { Reason } from '../api/conditions.ts';
import type { ClusterError } from './ports/errors.ts';
import { withUndone } from './undone.ts';
import type { Verdict } from './verdict.ts';

/** Why workloads have no new Pods with the value that is in the Secret now. */
export interface Unrolled {
  readonly reason: Extract<Reason, 'ApiForbidden' | 'RollRefused'>;
  readonly message: string;
}

/** What a person is told of it. `what`: the workloads, as the beginning of a sentence. */
export function unrolledFor(what: string, { code, message }: ClusterError): Unrolled {
  return {
    reason: code === 'forbidden' ? 'ApiForbidden' : 'RollRefused',
    message: `${what} got no new Pods with the new secret: ${message}`,
  };
}

/** The verdict of a pass that left workloads without new Pods: that is told whatever else is, and tried again. Pure. */
export function withUnrolled(verdict: Verdict, unrolled: Unrolled | undefined): Verdict {
  return unrolled === undefined ? verdict : withUndone(verdict, { progress: 'stalled', ...unrolled });
}
