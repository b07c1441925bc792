import type { Reason } from '../api/conditions.ts';
import { ClusterError } from './ports/errors.ts';

/** A step ended where only a person can help. `message` is the sentence of the condition. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Whether something was refused by the API server, or by ourselves, and not by the provider. */
export function isRefusedHere(error: unknown): boolean {
  if (error instanceof ClusterError) return error.code === 'refused' || error.code === 'forbidden';
  return error instanceof Blocked;
}
