import type { Desired } from '../desired.ts';
import { type FoundRegistration, isObstacle, type Observed } from '../observed.ts';
import { damageOn } from '../standing.ts';
import { type Action, act, type Step, stalled, stand } from '../step.ts';
import { planDeleted, planRetained } from './leaving.ts';
import { MASS_GONE, planNew } from './new.ts';
import { planOpen } from './open.ts';
import { hasLeaked, planUrgent, retire } from './retirement.ts';
import { isRollDue, withRoll } from './roll.ts';
import { planSecret } from './secret.ts';

/**
 * Decides the next step from `observed` towards `desired`. Pure.
 *
 * One step at a time: after each the world is looked at again, so that the state between two steps is one that this
 * function is made for, and a crash there costs a pass, never a registration or a secret.
 */
export function plan(desired: Desired, observed: Observed): Step {
  if (observed.secret.type === 'left-behind') return act({ type: 'remove-left-secret', head: observed.secret.head });
  if (observed.operation !== undefined) return planOpen(observed.operation, desired, observed);
  return withRoll(planNext(desired, observed), desired, observed);
}

function planNext(desired: Desired, observed: Observed): Step {
  switch (desired.lifecycle) {
    case 'deleted':
      return desired.deletionPolicy === 'Retain' ? planRetained(observed) : planDeleted(observed);
    case 'spec-refused':
    case 'not-granted':
      return planLeaked(desired, observed) ?? REST;
    case 'suspended':
      return REST;
    case 'present':
      return observed.facts.applicationId === undefined ? planNew(desired, observed) : planKept(desired, observed);
  }
}

const REST: Step = { type: 'rest' };

/** What is asked for, or was, after a leak, of a registration that says whose it is (protocol T3). */
function planLeaked(desired: Desired, { registration, retirement }: Observed): Step | undefined {
  const isOurs = registration.type === 'found' && registration.mark === 'as-it-should';
  if (!isOurs) return undefined;
  const isDue = retirement.type === 'due' && hasLeaked(desired, retirement);
  return isDue ? retire(retirement) : planNoneLeft(desired, retirement);
}

/**
 * Serves a request to retire once nothing is left to retire: not while a rotation is asked for, too, as what has leaked may
 * be the secret that it supersedes, nor while one could not be deleted yet.
 */
function planNoneLeft(desired: Desired, retirement: Observed['retirement']): Step | undefined {
  if (retirement.type !== 'none') return undefined;
  const { rotate, retire: token } = desired.requests;
  if (token === undefined || (rotate !== undefined && !isInVain(desired))) return undefined;
  return act({ type: 'serve-retire' });
}

function planKept(desired: Desired, observed: Observed): Step {
  const { registration, unrecorded, givenUp } = observed;
  const { requests } = desired;
  const conflict = planConflict(desired, observed);
  if (conflict !== undefined) return planLeaked(desired, observed) ?? conflict;
  if (observed.finalizer === 'absent') return act({ type: 'add-finalizer' });
  if (requests.registerAnew !== undefined) return planForgotten(observed);
  switch (registration.type) {
    case 'held-by-another':
      return planTaken(`The registration belongs to ${registration.holder}`, desired, observed);
    case 'mass-gone':
      return stand(MASS_GONE);
    case 'none':
      return stand({ type: 'undisturbed', againMs: undefined });
    case 'gone':
      return planForgotten(observed);
    case 'found':
      break;
  }
  const objection = planMark(registration, desired, observed);
  if (objection !== undefined) return objection;
  if (givenUp.length > 0) return act({ type: 'disclaim', ids: givenUp });
  if (unrecorded.length > 0) return act({ type: 'remove-twins', ids: unrecorded.map(({ id }) => id) });
  return planFound(desired, observed, registration);
}

/** Protocol A1, R10: an object that has parted from what its spec would have it adopt adopts the very same once more. */
function planConflict({ adopt, requests }: Desired, { facts }: Observed): Step | undefined {
  if (adopt === undefined) return undefined;
  const isHeld = adopt.applicationId === facts.applicationId;
  if (isHeld && requests.registerAnew === undefined) return undefined;
  const why = isHeld
    ? `registration ${facts.applicationId} is to be given up, and would be adopted once more: take the block away`
    : `the object holds registration ${facts.applicationId} already; take the block away, or make another object`;
  return stalled('AdoptionConflict', `spec.adopt.applicationId: ${why}`);
}

/** The next registration is born under another name, so that nobody would look for the twins of this one (protocol R5). */
function planForgotten({ naming, unrecorded, seal }: Observed): Step {
  const areOurs = naming !== 'Marked' && unrecorded.length > 0 && seal === 'valid';
  return act(areOurs ? { type: 'remove-twins', ids: unrecorded.map(({ id }) => id) } : { type: 'forget' });
}

/** Protocol R12: both adopted it at once, perhaps in two clusters. Who has worked with it for a while is left to a person. */
function planTaken(message: string, { adopt }: Desired, { facts }: Observed): Step {
  const isNew = adopt !== undefined && facts.registration === undefined;
  return isNew ? act({ type: 'give-way', applicationId: adopt.applicationId }) : stalled('NameTaken', message);
}

/** Protocol I5: the registration says whose it is before anything else is done about it. */
function planMark({ mark, registration }: FoundRegistration, desired: Desired, observed: Observed): Step | undefined {
  const { facts, unrecordedBirth } = observed;
  switch (mark) {
    case 'as-it-should':
      return unrecordedBirth === undefined ? undefined : act({ type: 'record-birth', birth: unrecordedBirth });
    case 'due':
      return act({ type: 'mark' });
    case 'foreign':
      return planTaken(markOfAnother(registration.id), desired, observed);
    case 'foreign-version':
      return stalled(
        'ForeignVersion',
        `A later release of the operator marked registration ${facts.applicationId}, and this one does not touch it`,
      );
    case 'damaged':
      return stalled('MarkDamaged', damageOn(registration.id));
  }
}

/** It may have come back with a backup of the provider, long after its object was gone. */
function markOfAnother(id: string): string {
  return `Registration ${id} bears the owner mark of another object: where that one is gone take the mark off at the provider`;
}

/** The registration is there: secret first, since whoever waits for it waits longest (docs/adr/0009). */
function planFound(
  desired: Desired,
  observed: Observed,
  { registration, differences, misfit, enforced, inspected }: FoundRegistration,
): Step {
  const { retirement } = observed;
  const isAsked = hasLeaked(desired, retirement);
  const urgent = planUrgent(desired, observed);
  if (urgent !== undefined) return urgent;
  const due = planSecret(desired, observed);
  const update: Action = { type: 'update', registration, fields: differences };
  // What keeps a Secret from being written again, or another secret from being issued, keeps no edit from the provider. One
  // that never was delivered keeps the name that it is known by.
  const wasDelivered = observed.facts.secret?.delivered === true;
  if (due?.type === 'act') return { ...due, beside: differences.length > 0 && wasDelivered ? [update] : undefined };
  if (isAsked && retirement.type === 'due') return retire(retirement);
  if (due === undefined && isRollDue(observed)) return act({ type: 'roll' });
  if (due === undefined && retirement.type === 'due') return retire(retirement);
  const served = planNoneLeft(desired, retirement);
  if (served !== undefined) return served;
  if (isInVain(desired)) return act({ type: 'decline-rotation' });
  if (differences.length > 0) return act(update);
  if (misfit !== undefined) return stalled('Rejected', misfit);
  if (inspected === 'now') return planLooked(due, observed);
  if (due !== undefined) return due;
  const left = planFormer(observed);
  if (left !== undefined) return left;
  if (desired.requests.reconcile !== undefined) return act({ type: 'recheck' });
  const { schedule, remarks, againMs } = observed;
  const retiring = retirement.type === 'waiting' ? retirement.retiring : [];
  return stand({ type: 'in-sync', registration, enforced, schedule, remarks, retiring, againMs });
}

/** Secrets of other names than the one in use (protocol S8). */
function planFormer({ former, unrecordedFormer }: Observed): Step | undefined {
  if (former !== undefined) return act({ type: 'remove-former-secret', former });
  return unrecordedFormer && act({ type: 'record-former-secret', former: unrecordedFormer });
}

/**
 * Where a Secret is in the way, pass follows pass, and each would look at the provider. So the look is noted, unless it
 * found that what we wrote is dead.
 */
function planLooked(due: Step | undefined, { secret, issued, facts, unsettledMs }: Observed): Step {
  if (unsettledMs > 0) return due ?? stand({ type: 'settling', afterMs: unsettledMs });
  if (due === undefined) return act({ type: 'note-inspection', issued });
  const isSound = issued === undefined || issued.isDelivered || facts.secret?.delivered !== true;
  return isObstacle(secret) && isSound ? act({ type: 'note-inspection', issued: undefined }) : due;
}

/** A public client has no secret to rotate. */
function isInVain({ clientKind, requests }: Desired): boolean {
  return clientKind === 'public' && requests.rotate !== undefined;
}
