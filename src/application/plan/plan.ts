import type { Registration } from '../../idp/provider.ts';
import type { Desired } from '../desired.ts';
import type { FoundRegistration, Observed, OpenOperation } from '../observed.ts';
import { act, type Step, stalled, stand } from '../step.ts';
import { planDeleted, planRetained } from './leaving.ts';
import { MASS_GONE, planNew } from './new.ts';
import { planSecret } from './secret.ts';

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
      return desired.deletionPolicy === 'Retain' ? planRetained(observed) : planDeleted(observed);
    case 'suspended':
    case 'barred':
      if (observed.secretOwner === 'to-be-taken-off') return act({ type: 'disown-secret' });
      return stand({ type: 'suspended', message: 'spec.suspend is set' });
    case 'present':
      return observed.facts.applicationId === undefined ? planNew(desired, observed) : planKept(desired, observed);
  }
}

/** Protocol O7: an open operation comes before everything else. */
function planOpen(operation: OpenOperation, desired: Desired, observed: Observed): Step {
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
  const { record, stored, candidates } = operation;
  if (stored !== undefined) return act({ type: 'finish', record, stored });

  switch (record.type) {
    case 'rotate':
      if (desired.lifecycle === 'deleted' || observed.registration.type !== 'found')
        return act({ type: 'clear-operation' });
      if (desired.lifecycle === 'barred') return act({ type: 'give-up-rotation', record });
      return act({ type: 'rotate', because: 'answer-lost' });
    case 'register':
      // None is written down while a registration is held: it proves nothing, whoever wrote it.
      if (observed.facts.applicationId !== undefined) return act({ type: 'clear-operation' });
      return planLostCreate(candidates, desired, observed);
  }
}

function planLostCreate(candidates: readonly Registration[], desired: Desired, observed: Observed): Step {
  const { naming, namesakes } = observed;
  const [oldest] = naming === 'Marked' ? [...candidates, ...namesakes] : candidates;
  if (oldest === undefined) {
    return act(desired.lifecycle === 'present' ? { type: 'register' } : { type: 'clear-operation' });
  }
  if (naming !== 'Final') return act({ type: 'take', registration: oldest });
  if (desired.requests.registerAnew !== undefined) return act({ type: 'clear-operation' });
  return stalled(
    'RegistrationUncertain',
    `The answer to the registration was lost and ${candidates.map(({ id }) => id).join(', ')} may be it: remove what is not wanted at the provider, then set the annotation oauthapp.dev/register-anew`,
  );
}

function planKept(desired: Desired, observed: Observed): Step {
  const { registration, namesakes, facts } = observed;
  const { adopt, requests } = desired;
  if (adopt !== undefined && adopt.applicationId !== facts.applicationId) {
    return stalled(
      'AdoptionConflict',
      `spec.adopt.applicationId: the object holds registration ${facts.applicationId} already; take the block away, or make another object`,
    );
  }
  if (observed.finalizer === 'absent') return act({ type: 'add-finalizer' });
  if (requests.registerAnew !== undefined) return act({ type: 'forget' });
  switch (registration.type) {
    case 'held-by-another':
      return stalled('NameTaken', `The registration belongs to ${registration.holder}`);
    case 'mass-gone':
      return stand(MASS_GONE);
    case 'none':
      return stand({ type: 'undisturbed', againMs: undefined });
    case 'gone':
      return act({ type: 'forget' });
    case 'found':
      break;
  }
  const objection = planMark(registration, observed);
  if (objection !== undefined) return objection;
  if (namesakes.length > 0) return act({ type: 'remove-twins', ids: namesakes.map(({ id }) => id) });
  return planFound(desired, observed, registration);
}

/** Protocol I5: the registration says whose it is before anything else is done about it. */
function planMark({ mark }: FoundRegistration, { facts }: Observed): Step | undefined {
  switch (mark) {
    case 'as-it-should':
      return undefined;
    case 'due':
      return act({ type: 'mark' });
    case 'foreign':
      return stalled('NameTaken', `Registration ${facts.applicationId} bears the owner mark of another object`);
    case 'foreign-version':
      return stalled(
        'ForeignVersion',
        `A later release of the operator marked registration ${facts.applicationId}, and this one does not touch it`,
      );
  }
}

/** The registration is there: secret first, since whoever waits for it waits longest (docs/adr/0009). */
function planFound(
  desired: Desired,
  observed: Observed,
  { registration, differences, enforced, inspected }: FoundRegistration,
): Step {
  const { retirement, issued } = observed;
  if (retirement.type === 'due' && retirement.room === 'none') return retire(retirement);
  const due = planSecret(desired, observed);
  if (due?.type === 'act') return due;
  if (due === undefined && observed.facts.rotation?.rolling !== undefined) return act({ type: 'roll' });
  // A field that the provider refuses keeps no secret alive that has leaked.
  const retires = due === undefined || desired.requests.retire !== undefined;
  if (retires && retirement.type === 'due') return retire(retirement);
  if (desired.requests.retire !== undefined) return act({ type: 'serve-retire' });
  if (differences.length > 0) return act({ type: 'update', registration, fields: differences });
  if (due !== undefined) return due;
  if (inspected === 'now') return act({ type: 'note-inspection', issued });
  if (observed.former !== undefined) return act({ type: 'remove-former-secret', former: observed.former });
  if (desired.requests.reconcile !== undefined) return act({ type: 'recheck' });
  const { schedule, remarks, againMs } = observed;
  const retiring = retirement.type === 'waiting' ? retirement.retiring : [];
  return stand({ type: 'in-sync', registration, enforced, schedule, remarks, retiring, againMs });
}

function retire({ name, because }: Extract<Observed['retirement'], { type: 'due' }>): Step {
  return act({ type: 'retire', name, because });
}
