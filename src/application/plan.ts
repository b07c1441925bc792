import type { Registration } from '../idp/provider.ts';
import type { Desired } from './desired.ts';
import { planSecret, secretObstacle } from './plan-secret.ts';
import { act, type Observed, type OpenOperation, type Step, stalled, stand } from './step.ts';

/**
 * Decides the next step from `observed` towards `desired`. Pure.
 *
 * One step at a time: after each the world is looked at again, so that the state between two steps is one that this
 * function is made for, and a crash there costs a pass, never a registration or a secret.
 */
export function plan(desired: Desired, observed: Observed): Step {
  if (observed.operation !== undefined) return planOpen(observed.operation, desired, observed);
  switch (desired.lifecycle) {
    case 'deleted':
      return planDeleted(observed);
    case 'suspended':
      return stand({ type: 'suspended' });
    case 'present':
      return observed.facts.applicationId === undefined ? planNew(desired, observed) : planKept(desired, observed);
  }
}

/** Protocol O7: an open operation comes before everything else. */
function planOpen(operation: OpenOperation, desired: Desired, observed: Observed): Step {
  switch (operation.type) {
    case 'never-called':
      return act({ type: 'clear-operation' });
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
  const { record, stored, candidates } = operation;
  if (stored !== undefined) return act({ type: 'finish', record, stored });

  switch (record.type) {
    case 'rotate':
      if (desired.lifecycle === 'deleted' || observed.registration.type !== 'found')
        return act({ type: 'clear-operation' });
      return act({ type: 'rotate', because: 'answer-lost' });
    case 'register':
      return planLostCreate(candidates, desired, observed);
  }
}

function planLostCreate(candidates: readonly Registration[], desired: Desired, observed: Observed): Step {
  const [oldest] = candidates;
  if (oldest === undefined) {
    return act(desired.lifecycle === 'present' ? { type: 'register' } : { type: 'clear-operation' });
  }
  if (observed.naming === 'Temporary') return act({ type: 'take', registration: oldest });
  if (desired.requests.registerAnew !== undefined) return act({ type: 'clear-operation' });
  return stalled(
    'RegistrationUncertain',
    `The answer to the registration was lost and ${candidates.map(({ id }) => id).join(', ')} may be it: remove what is not wanted at the provider, then set the annotation oauthapp.dev/register-anew`,
  );
}

function planDeleted({ finalizer, facts, seal, registration, namesakes, secret }: Observed): Step {
  if (finalizer === 'absent') return stand({ type: 'released' });
  const statusLost = facts.provider === undefined;
  if (statusLost && secret.type === 'ours' && secret.seal === 'valid') {
    return act({ type: 'take-back', stored: secret.stored });
  }
  const twins = namesakes.map(({ id }) => id);
  const held = facts.applicationId;
  const present = registration.type === 'found' || registration.type === 'mass-gone';
  if (held === undefined || !present) {
    return act(twins.length > 0 ? { type: 'deregister', ids: twins } : { type: 'remove-finalizer' });
  }
  switch (seal) {
    case 'valid':
      return act({ type: 'deregister', ids: [held, ...twins] });
    case 'foreign-version':
      return stalled(
        'DeletionBlocked',
        `A later release of the operator registered ${held}, and this one does not touch it`,
      );
    case 'invalid':
    case 'absent':
      return stalled(
        'DeletionBlocked',
        `status.seal does not prove that ${held} was registered for this object, so it is not deleted`,
      );
  }
}

function planNew(desired: Desired, { finalizer, facts, secret, namesakes, naming }: Observed): Step {
  const anew = desired.requests.registerAnew !== undefined;
  if (finalizer === 'present' && facts.provider === undefined && !anew) {
    if (secret.type === 'ours' && secret.seal === 'valid') return act({ type: 'take-back', stored: secret.stored });
    return stalled(
      'StatusLost',
      'The object was registered before and its status is lost: restore its Secret, or set the annotation oauthapp.dev/register-anew to register it a second time',
    );
  }
  const obstacle = secretObstacle(secret);
  if (obstacle !== undefined) return stand(obstacle);
  const [oldest] = namesakes;
  if (oldest !== undefined && naming === 'Temporary') return act({ type: 'take', registration: oldest });
  return act({ type: 'register' });
}

function planKept(desired: Desired, observed: Observed): Step {
  const { registration, namesakes } = observed;
  if (observed.finalizer === 'absent') return act({ type: 'add-finalizer' });
  if (desired.requests.registerAnew !== undefined) return act({ type: 'forget' });
  switch (registration.type) {
    case 'held-by-another':
      return stalled('NameTaken', `The registration belongs to ${registration.holder}`);
    case 'mass-gone':
      return stalled(
        'MassDisappearance',
        'Many registrations of the provider are missing at once, so nothing is registered anew until the provider object has the annotation oauthapp.dev/confirm-disappearance',
      );
    case 'none':
      return stand({ type: 'undisturbed' });
    case 'gone':
      return act({ type: 'forget' });
    case 'found':
      break;
  }
  if (namesakes.length > 0) return act({ type: 'remove-twins', ids: namesakes.map(({ id }) => id) });

  const due = planSecret(desired, observed);
  if (due?.type === 'act') return due;
  const { differences } = registration;
  if (differences.length > 0)
    return act({ type: 'update', registration: registration.registration, fields: differences });
  if (due !== undefined) return due;
  if (desired.requests.reconcile !== undefined) return act({ type: 'recheck' });
  return stand({ type: 'in-sync', registration: registration.registration });
}
