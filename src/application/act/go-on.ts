import { ProviderError } from '../../idp/errors.ts';
import { Blocked, isRefusedHere } from '../blocked.ts';
import { factsOf } from '../facts.ts';
import type { Pass } from '../pass.ts';
import { ClusterError, Postponed } from '../ports/errors.ts';
import type { Action, Step } from '../step.ts';
import { unrolledFor } from '../undone.ts';
import { carryOut } from './act.ts';

/** What brings the Secret of an object that goes into order, so that what is retained logs in. */
const LAST_WRITES: ReadonlySet<Action['type']> = new Set(['write-secret', 'move-secret', 'rotate']);

/**
 * Carries out a step. Where its action is refused, what is planned beside it is done before that is told. The last write of
 * a Secret that is to be retained is a courtesy: one that is refused keeps no object from going, and the Secret stays as it
 * is (protocol D4).
 */
export async function carryOutOrGoOn(
  { action, beside = [] }: Extract<Step, { type: 'act' }>,
  pass: Pass,
): Promise<void> {
  try {
    await carryOut(action, pass);
  } catch (error) {
    if (pass.desired.lifecycle === 'deleted' && LAST_WRITES.has(action.type) && isRefusedHere(error)) {
      pass.report.lastWrite = 'refused';
      return;
    }
    if (action.type === 'roll' && error instanceof ClusterError && pass.desired.lifecycle !== 'present') {
      return leaveUnrolled(error, pass);
    }
    // An open operation comes before everything else (protocol O7), but for one that may stay open.
    const isStuck = isUndoneAgain(action, error);
    const isOpen = factsOf(pass.subject.application()).operation !== undefined;
    for (const other of isOpen && !isStuck ? [] : beside) {
      if (isStuck || goesOn(other, error)) await carryOut(other, pass).catch(unlessUnexpected);
    }
    throw error;
  }
}

/**
 * A webhook of somebody's that is away keeps it from being told neither how the object stands, nor why it does not go: that
 * waits for the roll, unless a person abandons it (protocol D3).
 */
function leaveUnrolled(error: ClusterError, { desired, report }: Pass): void {
  const unrolled = unrolledFor('Workloads', error);
  if (desired.lifecycle === 'deleted') throw new Blocked('DeletionBlocked', unrolled.message);
  report.unrolled = unrolled;
}

/** It may be this call alone that something on the way answers thus, or that the provider refuses. */
function isUndoneAgain(action: Action, error: unknown): boolean {
  const isRepeated = action.type === 'rotate' && action.because === 'answer-lost';
  const isLost = error instanceof ProviderError && error.details.effect === 'unknown';
  return isRepeated && (isLost || isRefusedThere(error));
}

/** A roll calls no provider: whatever the provider says, or has to wait for, is none of its business. */
function goesOn({ type }: Action, error: unknown): boolean {
  if (isRefusedHere(error) || isRefusedThere(error)) return true;
  return type === 'roll' && (error instanceof ProviderError || error instanceof Postponed);
}

/** An expected failure of what goes along is dropped: it is told of once the main action succeeds. */
function unlessUnexpected(error: unknown): void {
  const kinds = [ProviderError, ClusterError, Postponed, Blocked];
  if (!kinds.some((kind) => error instanceof kind)) throw error;
}

/** By the provider, until a person acts. Whatever else it has to say concerns its other calls, too. */
function isRefusedThere(error: unknown): boolean {
  return error instanceof ProviderError && error.details.effect === 'refused' && FOR_GOOD.has(error.code);
}

const FOR_GOOD: ReadonlySet<ProviderError['code']> = new Set([
  'rejected',
  'forbidden',
  'needs-person',
  'quota',
  'unsupported',
]);
