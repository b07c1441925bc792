import type { Reason } from '../api/conditions.ts';
import type { MetadataField, Registration } from '../idp/provider.ts';
import type { BirthRecord } from './births.ts';
import type {
  AdoptionView,
  CurrentSecret,
  IssuedView,
  ReadBackCause,
  RetirementCause,
  RotationCause,
} from './observed.ts';
import type { FormerSecret, OperationRecord } from './ports/applications.ts';
import type { SecretHead, StoredSecret, WholeSecret } from './ports/secrets.ts';
import { type Standing, stalledAs } from './standing.ts';

/** One effect, from which any later pass can go on. */
export type Action =
  | { readonly type: 'clear-operation' }
  | { readonly type: 'finish'; readonly record: OperationRecord; readonly stored: WholeSecret }
  | { readonly type: 'register' }
  | { readonly type: 'take'; readonly registration: Registration }
  | { readonly type: 'mark' }
  | { readonly type: 'note-loss' }
  | { readonly type: 'record-birth'; readonly birth: BirthRecord }
  | { readonly type: 'take-back'; readonly stored: StoredSecret }
  | { readonly type: 'adopt'; readonly adoption: Extract<AdoptionView, { type: 'ready' }> }
  | { readonly type: 'give-way'; readonly applicationId: string }
  | { readonly type: 'forget' }
  | { readonly type: 'disclaim'; readonly ids: readonly string[] }
  | { readonly type: 'remove-twins'; readonly ids: readonly string[] }
  | { readonly type: 'rotate'; readonly because: RotationCause }
  | { readonly type: 'give-up-rotation'; readonly record: OperationRecord }
  | { readonly type: 'decline-rotation' }
  | {
      readonly type: 'read-back';
      readonly issued: IssuedView;
      readonly current: CurrentSecret;
      readonly because: ReadBackCause;
    }
  | { readonly type: 'retire'; readonly name: string; readonly because: RetirementCause }
  | { readonly type: 'serve-retire' }
  | { readonly type: 'note-inspection'; readonly issued: IssuedView | undefined }
  | { readonly type: 'accept-secret'; readonly head: SecretHead; readonly stored: StoredSecret | undefined }
  | {
      readonly type: 'write-secret';
      readonly stored: StoredSecret | undefined;
      /** Where the provider was asked. */
      readonly issued?: IssuedView | undefined;
    }
  | {
      readonly type: 'move-secret';
      readonly stored: StoredSecret;
      readonly over: StoredSecret | undefined;
      readonly issued?: IssuedView | undefined;
    }
  | { readonly type: 'remove-former-secret'; readonly former: FormerSecret }
  | { readonly type: 'record-former-secret'; readonly former: FormerSecret }
  | { readonly type: 'remove-left-secret'; readonly head: SecretHead }
  | { readonly type: 'roll' }
  | { readonly type: 'update'; readonly registration: Registration; readonly fields: readonly MetadataField[] }
  | { readonly type: 'recheck' }
  | { readonly type: 'deregister'; readonly ids: readonly string[] }
  | { readonly type: 'retain' }
  | { readonly type: 'add-finalizer' }
  | { readonly type: 'release' };

/** What a pass does next. `rest`: nothing, since nothing may be begun; why, the planner does not know. */
export type Step =
  | {
      readonly type: 'act';
      readonly action: Action;
      /**
       * Carried out even if `action` is refused, before the pass ends with that. A roll goes ahead whatever the provider
       * said, as it makes no call there.
       */
      readonly beside?: readonly Action[] | undefined;
    }
  | { readonly type: 'rest' }
  | { readonly type: 'stand'; readonly standing: Standing };

/** A step that does something. */
export function act(action: Action): Step {
  return { type: 'act', action };
}

/** A step that says how it stands. */
export function stand(standing: Standing): Step {
  return { type: 'stand', standing };
}

/** It stands still until somebody acts. */
export function stalled(reason: Reason, message: string): Step {
  return stand(stalledAs(reason, message));
}
