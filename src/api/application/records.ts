import { choice, count, flag, list, object, text, timestamp } from '../schema.ts';

const MAX_TOKEN = 1024;

/** As much of a token as is compared. */
const MAX_EARLIER_TOKEN = 256;

/** `status.operation`: a call that must not be made twice (protocol O1). */
export const OperationRecord = object('The call that is under way and must not be made twice.', {
  v: count('Version of this record. A version that the operator does not know is never touched.', { min: 1 }),
  id: text('Names this operation; the Secret that it fills carries it.', { max: 128 }),
  type: choice('register creates a registration, rotate replaces its secret.', ['register', 'rotate']),
  holder: text('Process that wrote it, unique per start.', { max: 256 }),
  deadlineSeconds: count('How long the call may take. Nobody acts on it earlier, or within the settling time after.', {
    min: 1,
    max: 3600,
  }),
  applicationId: text("The provider's id of the registration, for rotate.", { max: 256 }).optional(),
  serial: count('Serial of the secret that the call is to bring.', { min: 1 }),
  request: text('Token of the request that it serves.', { min: 0, max: MAX_TOKEN }).optional(),
  cause: choice('Why a secret is issued, for rotate.', [
    'requested',
    'scheduled',
    'ending',
    'ended',
    'undelivered',
    'secret-lost',
    'withdrawn',
    'answer-lost',
  ]).optional(),
  temporaryName: text('Name under which the registration is born.', { max: 256 }).optional(),
  knownIds: list('Registrations that were there before the call.', text('An id.', { max: 256 }), {
    max: 10_000,
    type: 'atomic',
  }).optional(),
  secretName: text('Secret that is to hold the credentials.', { max: 253 }),
  supersedes: list('Secrets at the provider that the new one takes the place of.', text('A name.', { max: 256 }), {
    max: 50,
    type: 'atomic',
  }).optional(),
});

/** `status.secret` (protocol S4). */
export const SecretRecord = object('The Secret as it was last written.', {
  name: text('Its name.', { max: 253 }),
  uid: text('Its uid.', { max: 128 }).optional(),
  resourceVersion: text('Its version when we wrote it.', { max: 128 }).optional(),
  serial: count('Serial of the client secret that it holds.', { min: 0 }),
  fingerprint: text('Keyed digest over client id and secret.', { max: 256 }).optional(),
  delivered: flag('Whether the credentials reached the Secret.'),
  previous: text('Name at the provider of the superseded secret that stands beside it.', { max: 256 }).optional(),
  withheld: flag(
    'Whether the provider issued the secret and did not show it. Another is issued on request alone.',
  ).optional(),
  expiresAt: timestamp('When the client secret ends, where the provider lets it end.').optional(),
});

/** An entry of `status.formerSecrets` (protocol S8). */
export const FormerSecret = object('A Secret that the spec names no longer.', {
  name: text('Its name.', { max: 253 }),
  uid: text('Its uid.', { max: 128 }),
  fingerprint: text('Keyed digest over the client id and secret that it holds.', { max: 256 }).optional(),
  removeAfter: timestamp(
    'Earliest time at which it is deleted even though a workload may use it; not while a superseded secret works that a Pod may have from it.',
  ),
});

/** An entry of `status.births` (protocol R4). */
export const BirthRecord = object('A registration that the object holds or held.', {
  operation: text('Id of the operation that made it, or took it over, as its owner mark says.', { max: 128 }),
  applicationId: text("The provider's id of it.", { max: 256 }),
  createdAt: text('When it was created, as the provider writes it.', { min: 0, max: 256 }).optional(),
  givenUpAt: timestamp('When a person gave it up, by register-anew.').optional(),
});

function earlierTokens(annotation: string) {
  const token = text('A token.', { max: MAX_EARLIER_TOKEN });
  return list(`Of ${annotation}, the newest last.`, token, { max: 10, type: 'atomic' }).optional();
}

/** `status.served`: tokens that need no more work. */
export const ServedRecord = object('The request tokens that were served last.', {
  rotate: text('Of rotate-requested-at.', { min: 0, max: MAX_TOKEN }).optional(),
  reconcile: text('Of reconcile-requested-at.', { min: 0, max: MAX_TOKEN }).optional(),
  retire: text('Of retire-requested-at.', { min: 0, max: MAX_TOKEN }).optional(),
  anew: text('Of register-anew.', { min: 0, max: MAX_TOKEN }).optional(),
  earlier: object('Those that were served before these, and ask for nothing when they are put back.', {
    rotate: earlierTokens('rotate-requested-at'),
    retire: earlierTokens('retire-requested-at'),
    anew: earlierTokens('register-anew'),
  }).optional(),
});

/** `status.provider` (protocol I3). */
export const ProviderRecord = object('The provider that holds the registration. Sticky.', {
  kind: choice('Kind of the provider object.', ['OAuthProvider', 'ClusterOAuthProvider']),
  name: text('Its name.', { max: 253 }),
  uid: text('Its uid.', { max: 128 }),
  identity: text('Block, endpoint and tenant of the identity provider; of an OAuthProvider its namespace, too.', {
    max: 2048,
  }),
});
