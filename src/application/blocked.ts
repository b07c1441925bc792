import type { Reason } from '../api/conditions.ts';

/** A step ended where only a person can help. `message` is the sentence of the condition. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}
