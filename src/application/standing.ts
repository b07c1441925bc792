import type { Reason } from '../api/conditions.ts';
import { MARK_KEY } from '../idp/owner-mark.ts';
import type { Registration } from '../idp/provider.ts';
import type { Facts } from './ports/applications.ts';
import type { Retiring } from './rotation/retiring.ts';

/** When the next rotation comes that nobody has to ask for (protocol T1). */
export type ScheduleView =
  | { readonly type: 'none' }
  | { readonly type: 'due'; readonly because: 'scheduled' | 'ending' | 'ended' }
  /** `atMs`: epoch ms; `undefined` for one that is due and waits for clocks to agree, nobody knows for how long. */
  | { readonly type: 'later'; readonly atMs: number | undefined; readonly punctuality: Punctuality };

/**
 * `overdue`: a scheduled one is late. `delayed-before-end`, `delayed-past-end`: the secret in use has an end, and something
 * keeps its successor back.
 */
export type Punctuality = 'on-time' | 'overdue' | 'delayed-before-end' | 'delayed-past-end';

/** How it stands when there is nothing to do now. */
export type Standing =
  | {
      readonly type: 'in-sync';
      readonly registration: Registration;
      /** For `status.enforced`. */
      readonly enforced: readonly string[];
      readonly schedule: ScheduleView;
      readonly remarks: readonly string[];
      /** Superseded secrets, each with what it waits for. */
      readonly retiring: readonly Retiring[];
      readonly againMs: number | undefined;
    }
  | { readonly type: 'suspended'; readonly message: string }
  | { readonly type: 'previewed'; readonly plan: NonNullable<Facts['plan']>; readonly message: string }
  | { readonly type: 'released' }
  /** Nothing new is known, so that the status stays as it is. */
  | { readonly type: 'undisturbed'; readonly againMs: number | undefined }
  | { readonly type: 'settling'; readonly afterMs: number }
  /** It will go on by itself, and looks again after a growing delay. */
  | { readonly type: 'waiting'; readonly reason: Reason; readonly message: string }
  /** Somebody has to act. `missing`: there is to be a Secret that is not ours, so that no watch shows it. */
  | { readonly type: 'stalled'; readonly reason: Reason; readonly message: string; readonly missing?: 'secret' };

/** A stalled standing: nothing changes until somebody acts. */
export function stalledAs(reason: Reason, message: string): Standing {
  return { type: 'stalled', reason, message };
}

/** What a person is told of a registration whose mark is damaged. */
export function damageOn(id: string): string {
  return `The owner mark on registration ${id} is damaged and does not say whose it is, so that it is not touched: take ${MARK_KEY} off it at the provider; if it is the registration of this object, it is then marked again`;
}

/** What a person is told of a Secret that is about to go, and may be kept from that. */
export const DYING_SECRET = 'The Secret is being deleted';

/** What a person is told of a Secret that somebody else made. */
export const FOREIGN_SECRET = {
  somebody:
    'spec.secret.name: a Secret of this name exists and was not made for this object: remove it, or name another one',
  'another-installation':
    'spec.secret.name: the Secret of this name is from another installation of the operator or another cluster: adopt the registration that it holds the credentials of (spec.adopt), or remove it',
} as const;

const WHY_DELAYED =
  'its successor waits for limits.automaticRotationsPerHour of the provider object, or for the clocks of operator and API server to agree; the annotation oauthapp.dev/rotate-requested-at has it issued now';

/** What is told of a rotation that is late; nothing of one that is not. */
export const LATENESS = {
  'on-time': undefined,
  overdue:
    'The scheduled rotation is late: more are due than the limits of the provider object and the window let through, or the clocks of operator and API server differ by minutes',
  'delayed-before-end': `The secret in use comes to an end that was set at the provider: ${WHY_DELAYED}`,
  'delayed-past-end': `The secret in use has come to its end and works no longer: ${WHY_DELAYED}`,
} as const satisfies Record<Punctuality, string | undefined>;
