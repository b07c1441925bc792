import type { APPLICATION_REASONS, PROVIDER_REASONS } from '../src/api/conditions.ts';

const NOTHING = 'Nothing: all is well.';
const BY_ITSELF = 'Nothing: it goes on by itself.';
const MESSAGE = 'Change the field that the message names.';
const TRIED_AGAIN =
  'A registration that was refused is tried again at once on a new token in `oauthapp.dev/reconcile-requested-at`; by itself after as long as it has been refused, four hours at most.';

/** What a person does about each reason on an application, in Markdown; links are from `docs/`. */
export const APPLICATION_REMEDIES = {
  InSync: NOTHING,
  Registered: NOTHING,
  NotRegistered: 'Nothing about this one: the reason of `Ready` says what keeps it from being registered.',
  SecretWritten: NOTHING,
  SecretPending: 'Nothing about this one: the reason of `Ready` says what keeps the Secret from being written.',
  Drifted:
    'The reason of `Ready` says why the change was refused. Under `management: Observe` it says what would change.',
  Approved: NOTHING,
  Progressing: BY_ITSELF,
  AwaitingApproval:
    'At logi: have somebody at logi approve the client. The Secret is there already. What one account registers as the fifth within seven days, or later, waits for that by a rule of logi: `limits.createsPerWeek: 4` of the provider object lets it wait for its turn instead.',
  SuspendedByProvider: "Ask logi why, or lift it in logi's console.",
  ApprovalUnknown: 'Nothing: the client is taken for usable. A later release of the operator may know the word.',
  WaitingForBudget:
    'Nothing: it goes on at the time in `status.waiting.until`. Raise `limits` of the provider object where the provider allows more.',
  Settling: BY_ITSELF,
  Throttled: `${BY_ITSELF} Where it comes often, lower \`limits.requestsPerMinute\` of the provider object.`,
  ProviderNotFound: 'Create the provider object that the message names, or mark one as the default.',
  ProviderNotReady: '`kubectl describe` the provider object: [its own reason](#on-a-provider-object) says why.',
  ProviderMismatch:
    'Let the provider object lead to where it did, or set `oauthapp.dev/confirm-identity` on it to its `status.identity`. Where neither can be, delete the application with `oauthapp.dev/abandon: "true"`.',
  AccessDenied: `${MESSAGE.slice(0, -1)}, or ask whoever keeps the provider object for [access](guides/access.md).`,
  Rejected: `${MESSAGE} ${TRIED_AGAIN}`,
  Forbidden: `Put another key into the credential Secret, or do what the message says. ${TRIED_AGAIN}`,
  Unauthorized: 'Put another key into the credential Secret.',
  NeedsPerson: `Do what the message says at the address that it names. ${TRIED_AGAIN}`,
  QuotaExceeded: `Delete what nobody needs at the provider, or get a larger plan. ${TRIED_AGAIN} An application that is registered works on.`,
  ProviderUnavailable: BY_ITSELF,
  MalformedAnswer: `${BY_ITSELF} Where it stays, something between may answer in the place of the provider.`,
  AnswerLost: BY_ITSELF,
  InvalidSpec: MESSAGE,
  UnsupportedByProvider: `${MESSAGE} [The mapping](mapping.md) says which fields each provider has. Where it is a rotation that logi has no route for, take \`oauthapp.dev/rotate-requested-at\` off: while it asks for one, the value that you put into the Secret is not tried.`,
  SecretNotOurs: 'Choose another `secret.name`, or delete the Secret, which somebody else made.',
  SecretNameConflict: 'Choose another `secret.name`.',
  SecretRefused:
    'The message names verb, resource and status alone. `kubectl get resourcequota -n store`, and `kubectl create secret generic probe -n store --dry-run=server --as=system:serviceaccount:oauthapp-system:oauthapp-operator`, show what refuses it: a quota, a policy, or a missing right to Secrets.',
  SecretContested: 'End whoever writes the Secret, then ask for a [rotation](guides/rotation.md).',
  SecretLost: 'At logi: put the value back, or ask for a [rotation](guides/rotation.md).',
  ProviderReturnedNoSecret: 'Ask for a [rotation](guides/rotation.md).',
  RegistrationUncertain:
    'Look at the candidates that the message names; delete those that are not wanted, then set `oauthapp.dev/register-anew`.',
  AdoptionRefused: 'The message says why: see [adoption](guides/adoption.md).',
  AdoptionConflict: 'Take `adopt` out of the spec, or see [adoption](guides/adoption.md).',
  RollRefused:
    'Exempt the operator from the policy that refuses it, or give the workload new Pods by hand and set `rotation.restart: None`. At logi the Pods that it has cannot log in. A policy that answers 403, as many webhooks and those with `reason: Forbidden` do, is [ApiForbidden](#application-apiforbidden).',
  RotationOverdue:
    'The secret has ended at the provider, or too many former ones go on working. Ask for a [rotation](guides/rotation.md), or raise `limits.automaticRotationsPerHour` of the provider object; or retire the former ones; or set the clocks.',
  Observed: 'Look at `status.plan`, then set `management: Full`.',
  NameTaken:
    "The registration is another object's, or bears the owner mark of one, perhaps of another cluster. Delete one of the two, or adopt another id.",
  RegistrationGone: `${BY_ITSELF} Once it is sure that the registration is gone, there is another, with another client id.`,
  MassDisappearance: 'See [the same on the provider object](#provider-massdisappearance).',
  RetainedRegistrationFound: 'See [restoring](guides/restore.md).',
  Suspended: 'Take `suspend` out of the spec, of the application or of its provider.',
  DeletionBlocked: 'See [uninstalling](guides/uninstalling.md#when-a-registration-cannot-be-deleted).',
  SealInvalid:
    'Somebody has written the status. Take it off, as in `kubectl patch oaa web-shop --subresource=status --type=json -p \'[{"op":"remove","path":"/status"}]\'`: what was registered for the object is found again by its owner mark, its temporary name or its Secret.',
  ForeignVersion: 'Go back to the later release of the operator.',
  MarkDamaged:
    "Take `oauthapp.dev/owner` off the registration, at Logto out of its custom data. Where it is the object's, the operator writes it again.",
  StatusLost: 'See [restoring](guides/restore.md).',
  ApiForbidden:
    'Give the operator the permission that the message names: the manifests in `deploy/` are older than it, or the component for restarts is missing. Where `kubectl auth can-i patch deployments.apps -n store --as=system:serviceaccount:oauthapp-system:oauthapp-operator`, or the same for what the message names, says that it has it, a policy refuses: [exempt the operator](#application-rollrefused).',
} as const satisfies Readonly<Record<keyof typeof APPLICATION_REASONS, string>>;

/** What a person does about each reason on a provider object. */
export const PROVIDER_REMEDIES = {
  Reached: NOTHING,
  Progressing: BY_ITSELF,
  CredentialsNotFound: 'Create the Secret.',
  CredentialsKeyMissing: 'Put the key that the message names into the Secret.',
  Unauthorized:
    'At logi make another key, with `apps:read` and `apps:manage`. At Logto put a secret that the application has into the Secret.',
  Forbidden:
    'At logi make another key, with `apps:read` and `apps:manage`. At Logto give the application the role *Logto Management API access*.',
  NeedsPerson: 'Do what the message says at the address that it names.',
  ProviderUnavailable:
    'It goes on by itself, unless the message says that the certificate is not trusted: put the certificate of its authority into the Secret that `tls.caSecretRef` names, or have a certificate issued that is valid for the host.',
  MalformedAnswer:
    'Is the address that of the provider? Something between may answer in its place, such as a proxy with a page of its own.',
  QuotaExceeded: 'Get a larger plan at the provider.',
  HostNotAllowed: 'Name the host in `--provider-hosts` of the operator.',
  Throttled: `${BY_ITSELF} Where it comes often, lower \`limits.requestsPerMinute\`.`,
  InvalidSpec: `${MESSAGE} Where it is \`spec.logi.apiUrl\` or \`spec.logto.endpoint\`, no provider of that kind answers at the address: behind a proxy its path may be missing.`,
  NotYetSupported: 'Leave the block out: this release has no such provider.',
  UnsupportedByInstall: 'Leave the field out, or install the operator for the whole cluster.',
  IdentityChanged:
    "If the new address or tenant is right, set `oauthapp.dev/confirm-identity` to the identity that the message names, such as `'logi|https://api.1pass.dev|namespace/store'` for an `OAuthProvider` in `store`, in quotes.",
  ServedByAnother:
    'Two operators serve the same namespace. End the one that `status.servedBy` of the provider object does not name. Its uninstall is refused over objects that the other one serves: delete none of them, and uninstall it with `--no-hooks`.',
  MassDisappearance:
    'Look at the provider first: is this the right tenant, and the right key? If all of it is gone for good, set `oauthapp.dev/confirm-disappearance` on the provider object.',
  CloneSuspected: 'The cluster is a copy of another one. Give it a `--cluster-id` of its own, and new registrations.',
  Suspended: 'Take `suspend` out of the spec.',
  InUse: 'Delete the applications first.',
  ApiForbidden:
    'Give the operator the permission that the message names: the manifests in `deploy/` are older than it.',
} as const satisfies Readonly<Record<keyof typeof PROVIDER_REASONS, string>>;
