import type { Registration } from '../../idp/provider.ts';
import type { Desired } from '../desired.ts';
import { type FoundRegistration, type Observed, type OpenOperation, provesRegistration } from '../observed.ts';
import { type Action, act, type Step, stalled, stand } from '../step.ts';
import { MASS_GONE } from './new.ts';
import { planUrgent } from './retirement.ts';

/** Decides for an object with an open operation, which comes before everything else (protocol O7). Pure. */
export function planOpen(operation: OpenOperation, desired: Desired, observed: Observed): Step {
  switch (operation.type) {
    case 'foreign-version':
      return stalled(
        'ForeignVersion',
        'A later release of the operator left an operation open, and this one does not touch it',
      );
    case 'settling':
      return stand({ type: 'settling', afterMs: operation.remainingMs });
    case 'settled':
      break;
  }
  const { record, stored } = operation;
  if (stored !== undefined) return planDelivered(act({ type: 'finish', record, stored }), observed);

  switch (record.type) {
    case 'rotate':
      // The Secret that is retained is to log in.
      if (isGoing(desired, observed)) return act({ type: 'clear-operation' });
      // It may all come back, and then the value in the Secret may be dead.
      if (observed.registration.type === 'mass-gone') return stand(MASS_GONE);
      if (observed.registration.type !== 'found') return act({ type: 'clear-operation' });
      if (desired.lifecycle === 'not-granted') return act({ type: 'give-up-rotation', record });
      // A provider that was put back bears the mark of before: nothing is issued to what does not say whose it is (I5).
      if (observed.registration.mark === 'due') return act({ type: 'mark' });
      return planLostRotation(observed.registration, desired, observed);
    case 'register':
      // We write no create down while a registration is held: whoever wrote this one, it proves nothing.
      if (observed.facts.applicationId !== undefined) return act({ type: 'clear-operation' });
      return planLostCreate(operation, desired, observed);
  }
}

/**
 * The registration goes with its object, or it cannot be kept in order: nothing is issued without a proof, a grant, or a
 * Secret of ours to put it into, and nothing of that keeps an object from going.
 */
function isGoing({ lifecycle, deletionPolicy }: Desired, { registration, secret, seal, access }: Observed): boolean {
  if (lifecycle !== 'deleted') return false;
  const isKept = deletionPolicy === 'Retain' && registration.type === 'found' && IN_PLACE.has(secret.type);
  return !isKept || seal !== 'valid' || access !== 'granted';
}

const IN_PLACE: ReadonlySet<Observed['secret']['type']> = new Set(['intact', 'rewritten', 'outdated', 'elsewhere']);

/**
 * It may never be answered. Where the former secret works on nothing waits for it: what has leaked goes before it is made
 * again, and an edit goes beside it.
 */
function planLostRotation(
  { registration, differences }: FoundRegistration,
  desired: Desired,
  observed: Observed,
): Step {
  const edit: Action = { type: 'update', registration, fields: differences };
  const isPresent = desired.lifecycle === 'present' && observed.facts.secret?.delivered === true;
  const rotate: Action = { type: 'rotate', because: 'answer-lost' };
  return (
    planUrgent(desired, observed) ?? {
      type: 'act',
      action: rotate,
      beside: isPresent && differences.length > 0 ? [edit] : undefined,
    }
  );
}

/** Protocol R2: only the status is missing, unless the registration whose value it is has gone since (D2). */
function planDelivered(finish: Step, { registration }: Observed): Step {
  switch (registration.type) {
    case 'gone':
      return act({ type: 'clear-operation' });
    case 'mass-gone':
      return stand(MASS_GONE);
    case 'found':
    case 'held-by-another':
    case 'none':
      return finish;
  }
}

function planLostCreate(
  { candidates, candidatesBy }: Extract<OpenOperation, { type: 'settled' }>,
  desired: Desired,
  observed: Observed,
): Step {
  const { naming, unrecorded, inherited } = observed;
  const [oldest] = naming === 'Marked' ? [...candidates, ...unrecorded] : candidates;
  const outlived = planOutlived(candidatesBy === 'proof' ? oldest : undefined, desired, observed);
  if (outlived !== undefined) return outlived;
  if (oldest === undefined) {
    // An etcd that went back: another object of this name has come and gone since, and may have had what was made.
    const isRepeated = desired.lifecycle === 'present' && inherited.type === 'none';
    return act(isRepeated ? { type: 'register' } : { type: 'clear-operation' });
  }
  if (candidatesBy === 'proof') return act({ type: 'take', registration: oldest });
  if (desired.requests.registerAnew !== undefined) return act({ type: 'clear-operation' });
  return stalled(
    'RegistrationUncertain',
    `The answer to the registration was lost and ${candidates.map(({ id }) => id).join(', ')} may be it: remove what is not wanted at the provider, then set the annotation oauthapp.dev/register-anew`,
  );
}

/**
 * A status that was put back tells of a create that was long followed by others. What the seal on the Secret proves is taken
 * back once nothing is open (protocol R1), unless a person gives it up, or the create made that very one.
 */
function planOutlived(made: Registration | undefined, { requests }: Desired, observed: Observed): Step | undefined {
  const { secret, registration } = observed;
  if (!provesRegistration(secret) || requests.registerAnew !== undefined) return undefined;
  if (registration.type === 'mass-gone') return stand(MASS_GONE);
  if (registration.type !== 'found' || registration.registration.id === made?.id) return undefined;
  const isOurs = registration.mark === 'as-it-should' || registration.mark === 'due';
  return isOurs ? act({ type: 'clear-operation' }) : undefined;
}
