import { Conditions } from '../conditions.ts';
import { choice, count, lenient, list, object, text, timestamp } from '../schema.ts';
import { BirthRecord, FormerSecret, OperationRecord, ProviderRecord, SecretRecord, ServedRecord } from './records.ts';

const CUSTOM_DOMAIN = object('One host.', {
  domain: text('The host.', { min: 0, max: 253 }),
  status: text('Its state in the words of the provider.', { min: 0, max: 256 }),
  error: text('What is wrong with it, as the provider says.', { min: 0, max: 1024 }).optional(),
  dnsRecords: list(
    'What its owner has to enter into the DNS for it.',
    object('One record.', {
      name: text('Name of the record.', { min: 0, max: 253 }),
      type: text('Its type, such as CNAME or TXT.', { min: 0, max: 16 }),
      value: text('Its value.', { min: 0, max: 4096 }),
    }),
    { max: 50, type: 'atomic' },
  ),
});

const REGISTRATION = object('The registration as the provider describes it, for people to read.', {
  status: text('Its state in the words of the provider.', { min: 0, max: 256 }).optional(),
  environment: text('Its environment, such as test or live.', { min: 0, max: 256 }).optional(),
  approval: choice('Whether the client can be used.', ['usable', 'pending', 'suspended', 'unknown']).optional(),
  tier: text('Its tier or plan.', { min: 0, max: 256 }).optional(),
  organization: text('The organization that owns it.', { min: 0, max: 256 }).optional(),
  createdAt: text('When it was created, as the provider writes it.', { min: 0, max: 256 }).optional(),
  host: text('Host of a protected application.', { min: 0, max: 253 }).optional(),
  customDomains: list('Further hosts of a protected application.', CUSTOM_DOMAIN, {
    max: 20,
    type: 'atomic',
  }).optional(),
});

const ROTATION = object('When the secret was and will be replaced.', {
  lastRotatedAt: timestamp(
    'When the current secret was issued, or its registration was found or taken over.',
  ).optional(),
  lastScheduledAt: timestamp(
    'When the last scheduled rotation was. These alone count against the limit on scheduled ones.',
  ).optional(),
  lastEndingAt: timestamp(
    'When a secret was last replaced because it had an end. Counts against limits.automaticRotationsPerHour.',
  ).optional(),
  nextRotationAt: timestamp('When the next one is due, rounded up to a minute.').optional(),
  unasked: list(
    'When a secret was issued without being asked for, as its value was lost. Kept for a day.',
    timestamp('When it was issued.'),
    { max: 50, type: 'atomic' },
  ).optional(),
  takenBack: count(
    'Serial of the last secret that was deleted again, as the Secret could not take it. No other gets its name.',
    { min: 1 },
  ).optional(),
  rolling: count('Serial of the secret for which workloads still have to be rolled.', { min: 1 }).optional(),
  restored: list(
    'When the Secret got a value back that somebody had taken or changed, as the provider still showed it. Kept for a day.',
    timestamp('When it was written.'),
    { max: 50, type: 'atomic' },
  ).optional(),
  retiring: list(
    'Superseded secrets that still work. Of those that were superseded together, the one in use until then comes first.',
    object('A superseded secret.', {
      name: text('Its name at the provider.', { max: 256 }),
      fingerprint: text('Keyed digest over client id and secret, where it was read.', { max: 256 }).optional(),
      notBefore: timestamp('Earliest time of its deletion.'),
      supersededAt: timestamp('When the Secret was written with the one that replaced it.'),
      heldUntil: timestamp(
        'Until when the Secret held it under an earlier name, once that is its name again.',
      ).optional(),
      rolledAt: timestamp('When the last workload was rolled to the one that replaced it.').optional(),
      waitingFor: text('What its deletion waits for.', { min: 0, max: 256 }).optional(),
    }),
    { max: 50, type: 'atomic' },
  ).optional(),
  goneSecrets: list(
    'Secrets of former names that are gone, and whose value works still: a Pod may run on with it.',
    object('A Secret that is gone.', {
      name: text('Its name.', { max: 253 }),
      fingerprint: text('Keyed digest over the client id and secret that it held.', { max: 256 }),
    }),
    { max: 10, type: 'atomic' },
  ).optional(),
});

const PLANNED = object('One difference.', {
  path: text('Path of the field in the spec.', { max: 256 }),
  from: text('What the provider has.', { min: 0, max: 1024 }).optional(),
  to: text('What the spec says.', { min: 0, max: 1024 }).optional(),
});

/** `status`. What the protocol stands on is decoded strictly: unreadable, the object is left alone (protocol I5). */
export const STATUS_FIELDS = {
  observedGeneration: lenient(count('Generation of the spec that this status speaks of.', { min: 0 })),
  conditions: lenient(Conditions),
  provider: ProviderRecord.optional(),
  applicationId: text("The provider's id of the registration.", { max: 256 }).optional(),
  clientId: text('The client id.', { max: 1024 }).optional(),
  registration: lenient(REGISTRATION),
  seal: text('Proves that the registration belongs to this object.', { max: 512 }).optional(),
  temporaryName: text('Name that the registration bears until its id is known here.', { max: 256 }).optional(),
  anew: count(
    'How often the object has parted from a registration: it was gone, was given up by register-anew, or went to another object that had adopted it. A temporary name counts it in.',
    { min: 0 },
  ).optional(),
  secret: SecretRecord.optional(),
  formerSecrets: list('Secrets of former names, which keep the value they had.', FormerSecret, {
    max: 10,
    type: 'atomic',
  }).optional(),
  births: list(
    'The registrations with an owner mark that the object holds or held, the newest last. What bears one of these operations under another id is a copy that somebody made.',
    BirthRecord,
    { max: 10, type: 'atomic' },
  ).optional(),
  rotation: ROTATION.optional(),
  served: ServedRecord.optional(),
  operation: OperationRecord.optional(),
  enforced: list(
    'Paths of the optional fields that we set at the provider.',
    text('A path in the spec.', { max: 256 }),
    { max: 200, type: 'atomic' },
  ).optional(),
  inspected: lenient(
    object('When everything was last looked at that a listing does not show.', {
      at: timestamp('When it was.'),
      wanted: text('Digest over what the spec said of it.', { max: 128 }),
    }),
  ),
  waiting: lenient(
    object('What the next step waits for.', {
      for: text('What it is.', { max: 64 }),
      until: timestamp('When it is likely to go on; coarse.').optional(),
    }),
  ),
  plan: lenient(list('What would change at the provider, field by field.', PLANNED, { max: 50, type: 'atomic' })),
};
