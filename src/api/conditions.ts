import { z } from 'zod';
import type { DeepReadonly } from './schema.ts';
import { choice, count, object, text, timestamp } from './schema.ts';

/** Length of `message` in the schema, in characters. */
export const LONGEST_MESSAGE = 4096;

const CONDITION = object('One aspect of the state of the object.', {
  type: text('Name of the condition.', { max: 316 }),
  status: choice('True, False or Unknown.', ['True', 'False', 'Unknown']),
  reason: text('Why, as a constant.', { max: 256, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }),
  message: text('Why, as a sentence.', { min: 0, max: LONGEST_MESSAGE }),
  observedGeneration: count('Generation of the spec that it speaks of.', { min: 0 }),
  lastTransitionTime: timestamp('When the status changed last.'),
});

/** `status.conditions`: one of each type (Kubernetes API conventions, "Typical status properties"). */
export const Conditions = z.array(CONDITION).meta({
  description: 'How it stands, one condition per aspect. Reasons are listed in the reference.',
  maxItems: 16,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
});

/** A condition as it is stored. Types and reasons of other releases are read, too. */
export type Condition = DeepReadonly<z.infer<typeof CONDITION>>;

/** Condition types after kstatus, each with what `True` means. */
export const CONDITION_TYPES = {
  Ready:
    'Registration, Secret and spec agree and the client can be used; for a provider: it was reached with these credentials.',
  Reconciling: 'Something is under way or will be tried again by itself. Present only while true.',
  Stalled: 'Nothing will change until somebody acts. Present only while true.',
  Registered: 'The provider holds a registration for the object.',
  SecretSynced: 'The Secret holds the credentials that are in use.',
  InSync: 'The registration says what the spec says.',
  Approved: 'The provider lets the client be used.',
  RotationOverdue:
    'A rotation is late that nobody has to ask for: a scheduled one, or one ahead of the end of a secret. Present only while true.',
  Suspended: 'Nothing is done because spec.suspend is set, here or on the provider.',
} as const;
export type ConditionType = keyof typeof CONDITION_TYPES;

/** Reasons on an OAuthApplication: when each appears. */
export const APPLICATION_REASONS = {
  InSync: 'Registration, Secret and spec agree, and the client can be used.',
  Registered: 'The provider holds a registration for the object.',
  NotRegistered: 'The provider holds no registration for the object yet.',
  SecretWritten: 'The Secret holds the credentials that are in use.',
  SecretPending: 'The credentials have not been written to the Secret yet.',
  Drifted: 'The registration does not say what the spec says, and the provider refused to change it.',
  Approved: 'The provider lets the client be used.',
  Progressing: 'Work is under way; nothing is wrong.',
  AwaitingApproval: 'The registration is complete and waits for somebody at the identity provider to approve it.',
  SuspendedByProvider: 'The identity provider has suspended the client.',
  ApprovalUnknown: 'The provider describes the state of the client by a word that this release does not know.',
  WaitingForBudget:
    'The limit on calls to the provider, or on secrets issued without being asked for, is used up for now; it goes on by itself.',
  Settling:
    'The outcome of an earlier call is unknown; the operator waits until it can no longer take effect, then looks.',
  Throttled: 'The provider asked for a pause; it goes on by itself.',
  ProviderNotFound: 'The provider object that spec.providerRef names, or a single default provider, does not exist.',
  ProviderNotReady: 'The provider object is not ready; its own conditions say why.',
  ProviderMismatch:
    'The provider object now leads to another identity provider than the one that holds the registration.',
  AccessDenied: 'The access rules of the provider object do not allow this application.',
  Rejected: 'The provider refused a field; the message says which.',
  Forbidden: "The operator's credentials are valid but not allowed to do this at the provider.",
  Unauthorized: "The provider does not accept the operator's credentials.",
  NeedsPerson: 'A person has to do something at the provider first; the message says where.',
  QuotaExceeded: 'The plan of the tenant at the provider lets no more of these be registered.',
  ProviderUnavailable: 'The provider cannot be reached or cannot serve; it is tried again with growing pauses.',
  MalformedAnswer: 'The provider answered something that the operator cannot read.',
  AnswerLost: 'No usable answer came, so the call may have had its effect; the operator finds out before it goes on.',
  InvalidSpec: 'The spec asks for something that contradicts itself; the message names the field.',
  UnsupportedByProvider: 'The spec sets a field that this provider cannot honour; the message names it.',
  SecretNotOurs: 'A Secret of the wanted name exists and was not written for this application; it is left alone.',
  SecretNameConflict: 'Another application of the namespace holds the wanted Secret name.',
  SecretRefused:
    'The API server refuses to store the Secret (quota, admission policy, terminating namespace, missing permission).',
  SecretContested:
    'The value in the Secret was lost again within a day, so that somebody else writes it; a rotation has to be asked for.',
  SecretLost:
    'The value in the Secret is gone or changed, cannot be read again, and is not replaced without being asked.',
  ProviderReturnedNoSecret:
    'The provider created or holds the registration and showed no secret; a rotation has to be asked for.',
  RegistrationUncertain: 'It cannot be known whether a registration was created; the message names the ways out.',
  AdoptionRefused: 'The registration that spec.adopt names cannot be taken over; the message says why.',
  AdoptionConflict:
    'spec.adopt names another registration than the one that the object holds already, or the one that it is to give up.',
  RollRefused:
    'A workload that uses the Secret got no new Pods, since the API server refuses the change with 400 or 422 (admission policy); the message names it.',
  RotationOverdue:
    'The limits of the provider object, the window, clocks that differ by minutes, or the number of superseded secrets let fewer rotations through than are due; the message says which.',
  Observed: 'spec.management is Observe: nothing is written, and status.plan says what would change.',
  NameTaken:
    "The registration is held by another object, does not bear this object's owner mark, or existed before the call; it is not touched.",
  RegistrationGone:
    'The provider says that the registration does not exist; a second witness is asked before anything follows.',
  MassDisappearance:
    'Many registrations of the provider are gone at once; nothing is registered again until a person confirms it.',
  RetainedRegistrationFound:
    'A registration of an earlier object with the same namespace and name exists; a person must release it.',
  Suspended: 'spec.suspend is set on the application or on its provider.',
  DeletionBlocked: 'The registration cannot be deleted; the message says why.',
  SealInvalid: 'Status and seal do not prove that the registration belongs to the object, so it is not touched.',
  ForeignVersion: 'A later release of the operator wrote what stands in the status; this one does not touch it.',
  MarkDamaged:
    'The owner mark on the registration cannot be read, so that it is not touched; the message says what to do.',
  StatusLost: 'The object has our finalizer and an empty status, as after a restore; nothing is created on a guess.',
  ApiForbidden:
    "The API server answers 403: the operator's ServiceAccount lacks a permission, or an admission policy is against it; the message names verb and resource.",
} as const;

/** Reasons on an OAuthProvider or ClusterOAuthProvider: when each appears. */
export const PROVIDER_REASONS = {
  Reached: 'The provider answered and accepts the credentials.',
  Progressing: 'The provider has not been looked at yet.',
  CredentialsNotFound: 'The Secret with the credentials does not exist.',
  CredentialsKeyMissing: 'The Secret with the credentials lacks the key, or its value is empty.',
  Unauthorized: 'The provider does not accept the credentials.',
  Forbidden: 'The credentials are valid but not allowed to manage applications.',
  NeedsPerson: 'A person has to do something at the provider first; the message says where.',
  ProviderUnavailable: 'The provider cannot be reached or cannot serve; it is tried again with growing pauses.',
  MalformedAnswer: 'The provider answered something that the operator cannot read.',
  QuotaExceeded: 'The plan of the tenant at the provider lets no more calls be made.',
  HostNotAllowed:
    'The address of the provider, or of its proxy, is not one that this installation may call; the message names the host.',
  Throttled: 'The provider asked for a pause; it goes on by itself.',
  InvalidSpec:
    'The spec contradicts itself, asks for what the provider rejects, or leads to no such provider; the message names the field.',
  NotYetSupported: 'The spec sets a field that this release of the operator does not serve yet; the message names it.',
  UnsupportedByInstall:
    'The spec asks for what an operator with the rights of one namespace cannot do; the message names the field.',
  IdentityChanged:
    'The object leads to another identity provider than its applications were registered at; a person must confirm it.',
  ServedByAnother: 'Another installation or shard of the operator serves this provider.',
  MassDisappearance: 'Many registrations are gone at once; nothing is registered again until a person confirms it.',
  CloneSuspected: 'The cluster looks like a copy of another one; registrations of the original are not touched.',
  Suspended: 'spec.suspend is set.',
  InUse: 'The object is being deleted and applications still need it.',
  ApiForbidden:
    "The API server answers 403: the operator's ServiceAccount lacks a permission, or an admission policy is against it; the message names verb and resource.",
} as const;

/** Every reason with the sentence that says when it appears; where both kinds use one, the application's. */
export const REASONS = { ...PROVIDER_REASONS, ...APPLICATION_REASONS } as const;
export type Reason = keyof typeof REASONS;

/** A condition that is to be in the status; when its status changed last is not its author's business. */
export interface WantedCondition {
  readonly type: ConditionType;
  readonly status: Condition['status'];
  readonly reason: Reason;
  readonly message: string;
  readonly observedGeneration: number;
}

/**
 * The conditions to store: `wanted` and nothing else, in its order. `lastTransitionTime` is `now` (RFC 3339) where the
 * status differs from that in `previous`, else what it was. A message is cut at what the schema takes: for one that is
 * longer the API server would refuse the whole status. Pure.
 */
export function setConditions(
  previous: readonly Condition[] | undefined,
  wanted: readonly WantedCondition[],
  now: string,
): readonly Condition[] {
  return wanted.map((condition) => {
    const before = previous?.find(({ type }) => type === condition.type);
    const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
    return { ...condition, message: cut(condition.message), lastTransitionTime };
  });
}

/**
 * What stands in a status that says nothing yet, and nothing where it says something: tools that judge by conditions take
 * an object without any for healthy. Pure.
 */
export function firstConditions(
  previous: readonly Condition[] | undefined,
  { message, observedGeneration }: Pick<WantedCondition, 'message' | 'observedGeneration'>,
  now: string,
): { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] } {
  if (previous !== undefined) return {};
  const part = { reason: 'Progressing', message, observedGeneration } as const;
  const wanted: readonly WantedCondition[] = [
    { type: 'Ready', status: 'False', ...part },
    { type: 'Reconciling', status: 'True', ...part },
  ];
  return { observedGeneration, conditions: setConditions(undefined, wanted, now) };
}

function cut(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE - 1).toWellFormed()}…`;
}
