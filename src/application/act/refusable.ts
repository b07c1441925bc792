import { ProviderError } from '../../idp/errors.ts';
import { Blocked } from '../blocked.ts';
import { factsOf } from '../facts.ts';
import type { Pass } from '../pass.ts';
import { ClusterError } from '../ports/endings.ts';
import type { Action } from '../step.ts';
import { carryOut } from './act.ts';

/** What brings the Secret into order. */
const OF_SECRET: ReadonlySet<Action['type']> = new Set(['write-secret', 'move-secret', 'rotate', 'read-back']);

/**
 * Carries out an action. What is refused about the Secret is no reason to leave the rest undone: the pass goes on, and tells
 * of it at its end. The last write of a Secret that is to be retained is a courtesy: one that is refused keeps no object
 * from going, and the Secret stays as it is (protocol D4).
 */
export async function carryOutOrGoOn(action: Action, pass: Pass): Promise<void> {
  try {
    await carryOut(action, pass);
  } catch (error) {
    if (!OF_SECRET.has(action.type) || !isRefused(error)) throw error;
    keep(error, pass);
  }
}

/** @throws `error`, where the pass cannot go on */
function keep(error: Error, { subject, desired, report }: Pass): void {
  // What may have had its effect is looked into first, and what was refused twice would be tried for ever.
  const isOpen = factsOf(subject.application()).operation !== undefined;
  switch (desired.lifecycle) {
    case 'present':
      if (isOpen || report.refusal !== undefined) throw error;
      report.refusal = error;
      return;
    case 'deleted':
      if (error instanceof ProviderError) throw error;
      report.lastWrite = 'refused';
      return;
    case 'suspended':
    case 'spec-refused':
    case 'not-granted':
      throw error;
  }
}

function isRefused(error: unknown): error is Error {
  if (error instanceof ProviderError) return error.details.effect === 'refused' && FOR_GOOD.has(error.code);
  if (error instanceof ClusterError) return error.code === 'refused' || error.code === 'forbidden';
  return error instanceof Blocked;
}

/** Until a person acts. Whatever else the provider has to say concerns its other calls, too. */
const FOR_GOOD: ReadonlySet<ProviderError['code']> = new Set([
  'rejected',
  'forbidden',
  'needs-person',
  'quota',
  'unsupported',
]);
