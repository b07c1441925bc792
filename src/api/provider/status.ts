import { Conditions } from '../conditions.ts';
import { count, lenient, list, map, object, text, timestamp } from '../schema.ts';

/** `status.servedBy` (protocol I6). */
export const ClaimRecord = object('Which installation of the operator calls the provider for this object.', {
  installation: text('Id of the installation.', { max: 128 }),
  cluster: text('Id of the cluster.', { max: 128 }),
  shard: text('Shard, where the installation has several.', { min: 0, max: 253 }).optional(),
  lease: text('Lease that the holder must hold.', { max: 317 }).optional(),
});

/** `status.budget`: what was spent, so that a new process does not spend it again. */
export const BudgetRecord = object('What was spent of the limits.', {
  spent: list(
    'Registrations created, by slot of time.',
    object('One slot.', {
      slot: timestamp('When the slot began.'),
      creates: count('Creates in it.', { min: 0 }),
    }),
    { max: 1000, type: 'atomic' },
  ).optional(),
  nextCreateAt: timestamp('When the next registration can be created.').optional(),
});

/** `status`. What the protocol stands on is decoded strictly: unreadable, the object is left alone (protocol I5). */
export const STATUS_FIELDS = {
  observedGeneration: lenient(count('Generation of the spec that this status speaks of.', { min: 0 })),
  conditions: lenient(Conditions),
  identity: text('Block, endpoint and tenant of the identity provider; of an OAuthProvider its namespace, too.', {
    max: 2048,
  }).optional(),
  servedBy: ClaimRecord.optional(),
  served: map(
    'Request tokens that were served last, by the name of their annotation without prefix; confirm-credentials is that of confirm-identity, as an answer for other credentials. While an answer to confirm-disappearance is open, disappearance-covers says for how many registrations, and which answer.',
    text('A token.', { min: 0, max: 2048 }),
    {
      max: 16,
    },
  ).optional(),
  capabilities: lenient(
    list('What this provider can do, in the words of the operator.', text('A capability.', { max: 128 }), {
      max: 64,
      type: 'set',
    }),
  ),
  applications: lenient(count('Applications that use it.', { min: 0 })),
  orphans: lenient(
    object(
      'Registrations that bear our mark, or where there is none a temporary name of this cluster, and belong to no object.',
      {
        count: count('How many.', { min: 0 }),
        first: text('Id of the first.', { max: 256 }).optional(),
      },
    ),
  ),
  budget: BudgetRecord.optional(),
  lastInventory: lenient(
    object('The last complete listing.', {
      at: timestamp('When it was complete.'),
      registrations: count('How many registrations it held.', { min: 0 }),
    }),
  ),
  heldSecrets: list(
    'Secrets of its namespace that are kept from going away before the applications.',
    text('Name of a Secret.', { max: 253 }),
    { max: 16, type: 'set' },
  ).optional(),
  credentials: object('The credentials that were used last.', {
    fingerprint: text('Keyed digest over them.', { max: 256 }),
  }).optional(),
};
