import { Blocked } from '../blocked.ts';
import type { Pass } from '../pass.ts';
import { ClusterError } from '../ports/endings.ts';
import type { Action } from '../step.ts';
import { carryOut } from './act.ts';

/** What brings the Secret of an object that goes into order, so that what is retained logs in. */
const LAST_WRITES: ReadonlySet<Action['type']> = new Set(['write-secret', 'move-secret', 'rotate']);

/**
 * Carries out an action. The last write of a Secret that is to be retained is a courtesy: one that is refused keeps no
 * object from going, and the Secret stays as it is (protocol D4).
 */
export async function carryOutOrLeave(action: Action, pass: Pass): Promise<void> {
  try {
    await carryOut(action, pass);
  } catch (error) {
    if (pass.desired.lifecycle !== 'deleted' || !LAST_WRITES.has(action.type) || !isRefused(error)) throw error;
    pass.report.lastWrite = 'refused';
  }
}

function isRefused(error: unknown): boolean {
  if (error instanceof ClusterError) return error.code === 'refused' || error.code === 'forbidden';
  return error instanceof Blocked;
}
