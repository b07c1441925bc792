import type { Credentials } from '../credentials.ts';
import type { IssuedSecret, MetadataField, Registration, Verification } from '../idp/provider.ts';
import type { BirthRecord } from './births.ts';
import type { Facts, FormerSecret, OperationRecord } from './ports/applications.ts';
import type { Access, Naming } from './ports/provider.ts';
import type { SecretHead, StoredSecret, WholeSecret } from './ports/secrets.ts';
import type { Retiring, Superseded } from './rotation/retiring.ts';
import type { ScheduleView, Standing } from './standing.ts';

/** A registration that is there, held against the spec. */
export interface FoundRegistration {
  readonly type: 'found';
  readonly registration: Registration;
  readonly differences: readonly MetadataField[];
  /** Why it can never be what the spec says, where it cannot. */
  readonly misfit?: string | undefined;
  /** For `status.enforced` once it says what the spec says. */
  readonly enforced: readonly string[];
  /**
   * What its owner mark says, where there is one (protocol I5). `due`: ours by seal, and the mark has to say so yet.
   */
  readonly mark: 'as-it-should' | 'due' | 'foreign' | 'foreign-version' | 'damaged';
  /** Whether this pass looked at what a listing does not show. */
  readonly inspected: 'now' | 'not-now';
}

/** A secret at the provider that is to stand in the Secret. */
export interface CurrentSecret extends IssuedSecret {
  readonly serial: number;
}

/** What a provider holds of a registration's secrets, as protocol T2 reads it. */
export interface IssuedView {
  /** `undefined`: none of them is ours and works. */
  readonly current: CurrentSecret | undefined;
  /** Whether it is the very value that was delivered last. */
  readonly isDelivered: boolean;
  /** Highest serial among ours; 0 where there is none. */
  readonly highest: number;
  /** Those of ours that a later one has taken the place of, the last one first. */
  readonly superseded: readonly Superseded[];
  /** What the next one takes the place of, the one in use first. What a person made is not among them. */
  readonly replaceable: readonly Superseded[];
  /** Names of what works and goes on working whatever is issued: what a person made, or uses without us. */
  readonly leftAlone: readonly string[];
  /** What the one in use took the place of, while it works. */
  readonly previous: IssuedSecret | undefined;
}

/** Where a superseded secret stands (protocol T3). */
export type RetirementView =
  | { readonly type: 'none' }
  | {
      readonly type: 'due';
      readonly name: string;
      readonly because: RetirementCause;
      /** `none`: another secret can be issued only after this one is gone. */
      readonly room: 'left' | 'none';
    }
  | { readonly type: 'waiting'; readonly retiring: readonly Retiring[]; readonly againMs: number };

/** Why a superseded secret goes. `overdue`: though a Pod may still run with it. */
export type RetirementCause = 'unused' | 'overdue' | 'requested';

/** A registration that an earlier object of this name left (protocol R4). */
export type Inheritance =
  | { readonly type: 'none' }
  /** `released`: by a person's word, of another namespace or cluster; else of this very name and namespace. */
  | { readonly type: 'takeable'; readonly of: 'former' | 'released'; readonly registration: Registration }
  /** It can never be what the spec says. */
  | { readonly type: 'unfit'; readonly misfit: string }
  /** A person has to say whether it is to go on. */
  | { readonly type: 'unreleased'; readonly id: string; readonly by: string; readonly namespaceUid: string };

/**
 * The provider's side of an application. `gone` and `mass-gone` are confirmed by two witnesses (protocol D2, B1); what
 * only a Secret names is `gone`, too, once a person gave it up (R10).
 */
export type RegistrationView =
  | { readonly type: 'none' }
  | FoundRegistration
  | { readonly type: 'held-by-another'; readonly holder: string }
  | { readonly type: 'gone' }
  | { readonly type: 'mass-gone' };

/**
 * The Secret, as far as this pass needs to know it.
 *
 * `intact`: as the status says. `rewritten`: the same value in another version of the Secret. `outdated`: the same
 * value in another layout, or with something missing that we wrote beside it. `elsewhere`: the value is in the Secret
 * of a former name. `replaced`: another value than ours. `ours`: made by us, and the status knows nothing of it.
 * `left-behind`: made by us for an earlier object of this name, with which it should have gone. `unseen`: this pass has
 * no need to look.
 */
export type SecretView =
  | OwnSecret
  | Obstacle
  | { readonly type: 'left-behind'; readonly head: SecretHead }
  | { readonly type: 'unseen' };

/** A Secret that we may write, or none. */
export type OwnSecret =
  | { readonly type: 'absent' }
  | { readonly type: 'intact' }
  | { readonly type: 'rewritten'; readonly head: SecretHead }
  | { readonly type: 'outdated'; readonly stored: StoredSecret }
  | { readonly type: 'elsewhere'; readonly stored: StoredSecret; readonly over: StoredSecret | undefined }
  | { readonly type: 'replaced'; readonly stored: StoredSecret; readonly verification: Verification | 'unanswered' }
  | { readonly type: 'ours'; readonly stored: StoredSecret; readonly seal: SecretSeal };

/**
 * What the seal on a Secret proves of the registration that it names. `valid`: it was registered for this object or an
 * earlier one of the same name. `former-namespace`: and the namespace was another one of the same name, in whose place
 * the present one may be somebody else's (protocol R4); `released` where a person lets it go on. `other-provider`: the
 * registration is at another provider than the one that the object names.
 */
export type SecretSeal = 'valid' | 'released' | 'former-namespace' | 'other-provider' | 'invalid';

/** A Secret that keeps us from writing ours. */
export type Obstacle =
  | { readonly type: 'foreign'; readonly madeBy: 'somebody' | 'another-installation' }
  | { readonly type: 'deleting' }
  | { readonly type: 'contended'; readonly holder: string };

/** Whether the Secret is one that keeps us from writing ours. */
export function isObstacle(secret: SecretView): secret is Obstacle {
  return secret.type === 'foreign' || secret.type === 'contended' || secret.type === 'deleting';
}

/** Whether the seal on the Secret proves that the registration that it names is for this object to take (protocol R9). */
export function provesRegistration(secret: SecretView): secret is Extract<SecretView, { type: 'ours' }> {
  return secret.type === 'ours' && (secret.seal === 'valid' || secret.seal === 'released');
}

/** An operation that is written down and not yet cleared (protocol O4). */
export type OpenOperation =
  /** Of a later release: looked at and never touched (protocol I5). */
  | { readonly type: 'foreign-version' }
  | { readonly type: 'settling'; readonly remainingMs: number }
  | {
      readonly type: 'settled';
      readonly record: OperationRecord;
      /** The live Secret, if it holds this operation's value. */
      readonly stored: WholeSecret | undefined;
      /** Registrations that this operation may have made, oldest first, from a listing begun after settling. */
      readonly candidates: readonly Registration[];
      /** What speaks for the candidates: a mark, tag or seal of ours, or no more than the name that the create gave. */
      readonly candidatesBy: 'proof' | 'name';
    };

/** What is there, by the cluster, the provider, and what this pass was refused (`PassReport`). */
export interface Observed {
  readonly finalizer: 'present' | 'absent';
  readonly facts: Facts;
  /**
   * What the seal of the status proves of the registration that it names (protocol I2). `unneeded`: it names none.
   * `unasked`: nothing that this pass may do depends on it.
   */
  readonly seal: 'valid' | 'invalid' | 'foreign-version' | 'unneeded' | 'unasked';
  readonly operation: OpenOperation | undefined;
  /** Whether the namespace may use the provider now. */
  readonly access: Access['type'];
  /** The one that the status names; where it names none, the one that our Secret names. */
  readonly registration: RegistrationView;
  readonly secret: SecretView;
  readonly adoption: AdoptionView | undefined;
  readonly schedule: ScheduleView;
  /** Milliseconds until something is due by time alone. */
  readonly againMs: number | undefined;
  /** What a user of these settings has to know, each a sentence without a full stop. */
  readonly remarks: readonly string[];
  readonly losses: LossView;
  /** A Secret of a former name whose time has come. */
  readonly former: FormerSecret | undefined;
  /** One that the status does not name yet. */
  readonly unrecordedFormer: FormerSecret | undefined;
  /** Registrations other than the one in the status that are ours by temporary name or mark, oldest first (R4, R5). */
  readonly unrecorded: readonly Registration[];
  /** Ids of those that the object gave up, and that bear its mark again since the provider was put back (R10). */
  readonly givenUp: readonly string[];
  readonly inherited: Inheritance;
  /** Milliseconds until a listing shows all that was under way when the status was lost; 0 where none was (O4, R3). */
  readonly lossMs: number;
  /** Milliseconds for which a change may still take effect that broke off, and that no listing shows; 0 where none did (O4). */
  readonly unsettledMs: number;
  /** A birth that registration or Secret tell of, and the status does not yet (R4). */
  readonly unrecordedBirth: BirthRecord | undefined;
  readonly naming: Naming;
  /** What the provider holds of the secrets, where that can be read and this pass has need of it. */
  readonly issued: IssuedView | undefined;
  readonly retirement: RetirementView;
  /** Whether workloads are to get new Pods, which would have the value in use, and were not asked to in this pass. */
  readonly roll: 'due' | 'none';
}

/** `too-many`: the value was lost, and made good, so often within a day that only a person may go on (protocol S7). */
export type LossView = 'few' | 'too-many';

/** Why a value is read at the provider: the Secret never had it, or has it no more (protocol S7). */
export type ReadBackCause = 'undelivered' | 'lost';

/**
 * Why a secret is issued, for the Event and for the order of the waiting.
 *
 * `ending`, `ended`: the former one has an end, to come or past. `withdrawn`: the provider takes it no more, as somebody
 * deleted it there or it had an end that was not known.
 */
export type RotationCause =
  | 'requested'
  | 'scheduled'
  | 'ending'
  | 'ended'
  | 'undelivered'
  | 'secret-lost'
  | 'withdrawn'
  | 'answer-lost';

/** What comes of `spec.adopt` (protocol A1). */
export type AdoptionView =
  | {
      readonly type: 'ready';
      readonly registration: Registration;
      /**
       * The credentials in use, out of a Secret and proved by a login, or read at the provider itself and not tried;
       * `undefined` where another secret is issued, or there is none.
       */
      readonly credentials: Credentials | undefined;
      /** Epoch ms from which they do not log in any more; `undefined`: never, or not known. */
      readonly expiresAtMs?: number | undefined;
      /** The user's own Secret, which becomes ours. */
      readonly takenOver: StoredSecret | undefined;
    }
  | RefusedAdoption;

/** It cannot be adopted. */
export interface RefusedAdoption {
  readonly type: 'refused';
  /** Whether another application has it, by a proof or by its mark. */
  readonly holder: 'another' | 'none';
  readonly standing: Standing;
}
