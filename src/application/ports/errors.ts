/**
 * What went wrong at the Kubernetes API, by what has to happen next.
 *
 * - `conflict`: the object is no longer what we read; look again. Not news.
 * - `gone`: the object is not there any more.
 * - `forbidden`: our ServiceAccount may not do this.
 * - `refused`: the API server will not accept this object (quota, policy, validation, terminating namespace).
 * - `unavailable`: no usable answer came; the write may have happened.
 */
export type ClusterErrorCode = 'conflict' | 'gone' | 'forbidden' | 'refused' | 'unavailable';

/** The error of a cluster port, beside the reason of an abort. `message` holds no data of any object. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly code: ClusterErrorCode;

  constructor(code: ClusterErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The call or write may be made later; nothing was sent.
 *
 * It waits for the provider's limit (`create`, `call`), for our lease, or for what keeps rotations apart: the floor
 * between two of one object (`rotation`), the limit on those that replace what was lost (`unasked`), or that on those
 * which come in time, scheduled or ahead of an end (`schedule`).
 */
export class Postponed extends Error {
  override readonly name = 'Postponed';
  readonly waitsFor: 'create' | 'call' | 'lease' | 'rotation' | 'unasked' | 'schedule';
  /** For so long, ms; 0 or more. No moment: the clocks of those who tell and of those who wait may be far apart. */
  readonly waitMs: number;

  constructor(waitsFor: Postponed['waitsFor'], waitMs: number) {
    super(`held back for ${waitsFor}`);
    this.waitsFor = waitsFor;
    this.waitMs = Math.max(0, waitMs);
  }
}
