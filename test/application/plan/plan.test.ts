import { expect, test } from 'vitest';
import type { Desired } from '../../../src/application/desired.ts';
import type {
  FoundRegistration,
  IssuedView,
  Observed,
  OpenOperation,
  SecretSeal,
  SecretView,
} from '../../../src/application/observed.ts';
import { plan } from '../../../src/application/plan/plan.ts';
import type { Facts } from '../../../src/application/ports/applications.ts';
import type { StoredSecret } from '../../../src/application/ports/secrets.ts';
import type { Step } from '../../../src/application/step.ts';
import { Redacted } from '../../../src/credentials.ts';
import type { OwnerMark } from '../../../src/idp/owner-mark.ts';
import { registrationNamed } from '../../support/registrations.ts';

const OURS = registrationNamed('Shop', { id: '7', clientId: 'c7' });
const TWIN = registrationNamed('Shop [k8s 0123456789ab]', { id: '8' });
const YOUNGER_TWIN = registrationNamed('Shop [k8s 0123456789ab]', { id: '9' });

const STORED: StoredSecret = {
  name: 'shop-oauth',
  uid: 'u-secret',
  resourceVersion: '5',
  state: 'live',
  ownerUid: 'u-shop',
  label: 'present',
  previous: undefined,
  writtenBy: undefined,
  notes: undefined,
  credentials: { clientId: 'c7', clientSecret: new Redacted('s3cret-of-the-shop') },
};

const WANTED: Desired = {
  lifecycle: 'present',
  management: 'Full',
  deletionPolicy: 'Delete',
  adopt: undefined,
  overlap: { overlapMs: 86_400_000, retireAfterMs: 604_800_000, said: [] },
  restart: 'None',
  formerSecretMs: 3_600_000,
  metadata: {
    name: 'Shop',
    type: 'Web',
    redirectUris: ['https://shop.example.com/cb'],
    options: {},
  },
  clientKind: 'confidential',
  secretName: 'shop-oauth',
  content: {
    keys: { clientId: 'client_id', clientSecret: 'client_secret' },
    templates: {},
    labels: {},
    annotations: {},
  },
  onSecretLoss: 'Reissue',
  requests: { rotate: undefined, reconcile: undefined, retire: undefined, registerAnew: undefined },
};

const PROVIDER = {
  kind: 'OAuthProvider',
  name: 'logi',
  uid: 'u-logi',
  identity: 'logi|https://api.example.com',
} as const;
const DELIVERED = {
  name: 'shop-oauth',
  uid: 'u-secret',
  resourceVersion: '5',
  serial: 1,
  fingerprint: 'f',
  delivered: true,
};
const FACTS: Facts = { provider: PROVIDER, applicationId: '7', clientId: 'c7', seal: 'v1:x', secret: DELIVERED };
const NEW: Facts = { provider: PROVIDER };

const MARKED = { mark: 'as-it-should', inspected: 'not-now' } as const;

const IN_SYNC: Observed = {
  finalizer: 'present',
  facts: FACTS,
  operation: undefined,
  seal: 'absent',
  registration: { type: 'found', registration: OURS, differences: [], enforced: [], ...MARKED },
  secret: { type: 'intact' },
  adoption: undefined,
  schedule: { type: 'none' },
  againMs: undefined,
  remarks: [],
  losses: 0,
  former: undefined,
  namesakes: [],
  inherited: { type: 'none' },
  secretOwner: 'as-it-should',
  naming: 'Temporary',
  issued: undefined,
  retirement: { type: 'none' },
};

const REGISTER = {
  v: 1,
  id: 'op',
  type: 'register',
  holder: 'h',
  deadlineSeconds: 10,
  serial: 1,
  secretName: 'shop-oauth',
} as const;
const ROTATION = { ...REGISTER, type: 'rotate', applicationId: '7', serial: 2 } as const;

const ROTATE_ASKED = { requests: { ...WANTED.requests, rotate: 'now' } };
const RECHECK_ASKED = { requests: { ...WANTED.requests, reconcile: 'now' } };
const ANEW_ASKED = { requests: { ...WANTED.requests, registerAnew: 'now' } };
const DELETED = { lifecycle: 'deleted' } as const;
const PUBLIC = { clientKind: 'public' } as const;
const UNDELIVERED = { ...FACTS, secret: { name: 'shop-oauth', serial: 0, delivered: false } };
const DROPPED = { ...FACTS, secret: { name: 'shop-oauth', serial: 1, delivered: false } };
const WITHHELD = { ...FACTS, secret: { name: 'shop-oauth', serial: 1, delivered: false, withheld: true } };
const NOT_HERE = { registration: { type: 'none' }, secret: { type: 'absent' } } as const;
const GONE = { registration: { type: 'gone' } } as const;
const DRIFTED = {
  registration: { type: 'found', registration: OURS, differences: ['displayName'], enforced: [], ...MARKED },
} as const;

function settled(record: typeof REGISTER | typeof ROTATION, rest: Partial<OpenOperation & { type: 'settled' }> = {}) {
  return { type: 'settled', record, stored: undefined, candidates: [], ...rest } as const;
}

function ours(seal: SecretSeal): SecretView {
  return { type: 'ours', stored: STORED, seal };
}

function replaced(verification: 'good' | 'bad' | 'unknown'): SecretView {
  return { type: 'replaced', stored: STORED, verification };
}

/** Each case says only how it differs from a confidential application that is in sync. */
interface Case {
  readonly name: string;
  readonly why: string;
  readonly desired?: Partial<Desired>;
  readonly observed?: Partial<Observed>;
  /** An action and what it is about, or a standing and its reason. */
  readonly want: string;
}

const IDLE: readonly Case[] = [
  { name: 'stands when everything agrees', why: 'a settled application costs nothing', want: 'in-sync' },
  {
    name: 'registers what is new',
    why: 'no witness knows of a registration',
    observed: { finalizer: 'absent', facts: {}, ...NOT_HERE },
    want: 'register',
  },
  {
    name: 'registers where the first try was refused and left its provider behind',
    why: 'the finalizer stays, and with the provider in the status nothing is lost',
    observed: { facts: NEW, ...NOT_HERE },
    want: 'register',
  },
  {
    name: 'rests while suspended',
    why: 'B2',
    desired: { lifecycle: 'suspended', ...ROTATE_ASKED },
    observed: DRIFTED,
    want: 'suspended',
  },
  {
    name: 'takes the owner off a Secret that is to stay, even while suspended',
    why: 'S9: a deletion in the foreground would take it first',
    desired: { lifecycle: 'suspended', deletionPolicy: 'Retain' },
    observed: { secretOwner: 'to-be-taken-off' },
    want: 'disown-secret',
  },
  {
    name: 'does not register while suspended',
    why: 'B2',
    desired: { lifecycle: 'suspended' },
    observed: { finalizer: 'absent', facts: {}, ...NOT_HERE },
    want: 'suspended',
  },
  { name: 'brings drift in step', why: 'the spec is the truth', observed: DRIFTED, want: 'update displayName' },
  { name: 'rotates when asked', why: 'T1', desired: ROTATE_ASKED, want: 'rotate requested' },
  { name: 'looks closer when asked', why: 'S10', desired: RECHECK_ASKED, want: 'recheck' },
  { name: 'gives the registration up when asked', why: 'R10', desired: ANEW_ASKED, want: 'forget' },
  {
    name: 'gives up before it rotates',
    why: 'a new secret for what is given up would be worthless',
    desired: { requests: { rotate: 'now', reconcile: 'now', retire: 'now', registerAnew: 'now' } },
    want: 'forget',
  },
  {
    name: 'rotates before it looks closer',
    why: 'what is looked at is what was delivered last',
    desired: { requests: { rotate: 'now', reconcile: 'now', retire: 'now', registerAnew: undefined } },
    want: 'rotate requested',
  },
  {
    name: 'updates before it looks closer',
    why: 'a request to look must not hide drift',
    desired: RECHECK_ASKED,
    observed: DRIFTED,
    want: 'update displayName',
  },
];

const REGISTRATIONS: readonly Case[] = [
  { name: 'forgets what is gone', why: 'D2 confirmed it', observed: GONE, want: 'forget' },
  {
    name: 'does nothing about a registration that was not looked at',
    why: 'not looked at is not gone',
    observed: { registration: { type: 'none' } },
    want: 'undisturbed',
  },
  {
    name: 'puts the finalizer back before anything else',
    why: 'without it a deletion would leave the registration behind',
    observed: { finalizer: 'absent', ...DRIFTED },
    want: 'add-finalizer',
  },
  {
    name: 'registers nothing anew while many are gone',
    why: 'B1',
    observed: { registration: { type: 'mass-gone' } },
    want: 'stalled MassDisappearance',
  },
  {
    name: 'leaves alone what an older object holds',
    why: 'R12',
    observed: { registration: { type: 'held-by-another', holder: 'store/other' } },
    want: 'stalled NameTaken',
  },
  { name: 'removes twins', why: 'R5', observed: { namesakes: [TWIN, YOUNGER_TWIN] }, want: 'remove-twins 8,9' },
  {
    name: 'removes twins before it updates or rotates',
    why: 'a rename would free no name while a twin bears it',
    desired: ROTATE_ASKED,
    observed: { ...DRIFTED, namesakes: [TWIN] },
    want: 'remove-twins 8',
  },
  {
    name: 'removes no twins of a registration that is gone',
    why: 'the twin may be the one to take',
    observed: { ...GONE, namesakes: [TWIN] },
    want: 'forget',
  },
  {
    name: 'takes the oldest that bears the temporary name',
    why: 'R5: the name is ours alone',
    observed: { facts: NEW, ...NOT_HERE, namesakes: [TWIN, YOUNGER_TWIN] },
    want: 'take 8',
  },
  {
    name: 'takes nothing by a final name',
    why: 'R6: anybody may use it',
    observed: { facts: NEW, ...NOT_HERE, namesakes: [TWIN], naming: 'Final' },
    want: 'register',
  },
];

const SECRETS: readonly Case[] = [
  {
    name: 'issues what was never delivered',
    why: 'R8',
    observed: { facts: UNDELIVERED, secret: { type: 'absent' } },
    want: 'rotate undelivered',
  },
  {
    name: 'issues nothing unasked after a secret that was not shown',
    why: 'R8: rotated once, and no more',
    observed: { facts: WITHHELD, secret: { type: 'absent' } },
    want: 'stalled ProviderReturnedNoSecret',
  },
  {
    name: 'issues another when asked',
    why: 'the way out of the former',
    desired: ROTATE_ASKED,
    observed: { facts: WITHHELD, secret: { type: 'absent' } },
    want: 'rotate requested',
  },
  {
    name: 'issues again what it was shown and had to drop, under any name',
    why: 'S3: only we have seen it',
    observed: { facts: DROPPED, secret: { type: 'absent' }, naming: 'Final' },
    want: 'rotate undelivered',
  },
  { name: 'replaces a lost Secret', why: 'S7', observed: { secret: { type: 'absent' } }, want: 'rotate secret-lost' },
  {
    name: 'waits with a lost Secret when told to',
    why: 'S7, onSecretLoss: Wait',
    desired: { onSecretLoss: 'Wait' },
    observed: { secret: { type: 'absent' } },
    want: 'stalled SecretLost',
  },
  {
    name: 'replaces a lost Secret on request, whatever it was told',
    why: 'a request outranks the policy',
    desired: { onSecretLoss: 'Wait', ...ROTATE_ASKED },
    observed: { secret: { type: 'absent' } },
    want: 'rotate requested',
  },
  {
    name: 'keeps a value that logs in',
    why: 'S7',
    observed: { secret: replaced('good') },
    want: 'accept-secret with-value',
  },
  {
    name: 'replaces a value that does not log in',
    why: 'S7',
    observed: { secret: replaced('bad') },
    want: 'rotate secret-lost',
  },
  {
    name: 'waits when nobody can say',
    why: 'S10: unknown proves nothing',
    observed: { secret: replaced('unknown') },
    want: 'waiting SecretLost',
  },
  {
    name: 'waits with a worthless value when told to',
    why: 'S7, onSecretLoss: Wait',
    desired: { onSecretLoss: 'Wait' },
    observed: { secret: replaced('bad') },
    want: 'stalled SecretLost',
  },
  {
    name: 'takes note of a rewritten Secret',
    why: 'the value is the same, a label may have changed',
    observed: { secret: { type: 'rewritten', head: STORED } },
    want: 'accept-secret as-it-was',
  },
  {
    name: 'writes another layout with the same value',
    why: 'S4',
    observed: { secret: { type: 'outdated', stored: STORED } },
    want: 'write-secret',
  },
  {
    name: 'rotates rather than writing the old value in a new layout',
    why: 'one write instead of two',
    desired: ROTATE_ASKED,
    observed: { secret: { type: 'outdated', stored: STORED } },
    want: 'rotate requested',
  },
  {
    name: 'issues a secret before it updates',
    why: 'a workload waits for the Secret',
    observed: { ...DRIFTED, secret: { type: 'absent' } },
    want: 'rotate secret-lost',
  },
  {
    name: 'leaves a foreign Secret alone',
    why: 'S1',
    observed: { secret: { type: 'foreign', madeBy: 'somebody' } },
    want: 'stalled SecretNotOurs',
  },
  {
    name: 'leaves a foreign Secret alone even when asked to rotate',
    why: 'S1: a value would be shown that nobody can keep',
    desired: ROTATE_ASKED,
    observed: { secret: { type: 'foreign', madeBy: 'somebody' } },
    want: 'stalled SecretNotOurs',
  },
  {
    name: 'gives way to who holds the Secret name',
    why: 'R12',
    desired: ROTATE_ASKED,
    observed: { secret: { type: 'contended', holder: 'older' } },
    want: 'stalled SecretNameConflict',
  },
  {
    name: 'mints nothing while the Secret is going away',
    why: 'S1',
    desired: ROTATE_ASKED,
    observed: { secret: { type: 'deleting' } },
    want: 'waiting SecretRefused',
  },
  {
    name: 'still updates while the Secret is in the way',
    why: 'what is wrong with the Secret does not keep the registration from following the spec',
    observed: { ...DRIFTED, secret: { type: 'foreign', madeBy: 'somebody' } },
    want: 'update displayName',
  },
  {
    name: 'registers nothing while the Secret is in the way',
    why: 'S1: the value could not be kept',
    observed: {
      finalizer: 'absent',
      facts: {},
      registration: { type: 'none' },
      secret: { type: 'foreign', madeBy: 'somebody' },
    },
    want: 'stalled SecretNotOurs',
  },
  {
    name: 'takes no registration while the Secret name is held',
    why: 'R12',
    observed: {
      facts: NEW,
      registration: { type: 'none' },
      secret: { type: 'contended', holder: 'older' },
      namesakes: [TWIN],
    },
    want: 'stalled SecretNameConflict',
  },
];

const PUBLIC_CLIENTS: readonly Case[] = [
  { name: 'is in sync without a secret', why: 'S5', desired: PUBLIC, want: 'in-sync' },
  {
    name: 'writes a lost Secret again without a call',
    why: 'S5: the client id is known',
    desired: PUBLIC,
    observed: { secret: { type: 'absent' } },
    want: 'write-secret',
  },
  {
    name: 'writes a changed Secret again',
    why: 'S5',
    desired: PUBLIC,
    observed: { secret: replaced('bad') },
    want: 'write-secret',
  },
  {
    name: 'writes another layout',
    why: 'S4',
    desired: PUBLIC,
    observed: { secret: { type: 'outdated', stored: STORED } },
    want: 'write-secret',
  },
  {
    name: 'writes its Secret over one of its own',
    why: 'S1',
    desired: PUBLIC,
    observed: { secret: ours('valid') },
    want: 'write-secret',
  },
  {
    name: 'takes note of a rewritten Secret',
    why: 'no write for a label',
    desired: PUBLIC,
    observed: { secret: { type: 'rewritten', head: STORED } },
    want: 'accept-secret as-it-was',
  },
  { name: 'never rotates', why: 'it has no secret', desired: { ...PUBLIC, ...ROTATE_ASKED }, want: 'in-sync' },
  {
    name: 'leaves a foreign Secret alone',
    why: 'S1',
    desired: PUBLIC,
    observed: { secret: { type: 'foreign', madeBy: 'somebody' } },
    want: 'stalled SecretNotOurs',
  },
];

const OPEN: readonly Case[] = [
  {
    name: 'does not repeat a lost rotation where access was withdrawn',
    why: 'whoever can write a status would have secrets issued for ever',
    desired: { lifecycle: 'barred' },
    observed: { operation: settled(ROTATION) },
    want: 'give-up-rotation',
  },
  {
    name: 'waits for an operation whose finalizer is missing, too',
    why: 'O2: anybody can take a finalizer off while the call is under way',
    observed: { finalizer: 'absent', facts: NEW, ...NOT_HERE, operation: { type: 'settling', remainingMs: 40 } },
    want: 'settling 40',
  },
  {
    name: 'waits for an operation to settle',
    why: 'O4',
    observed: { operation: { type: 'settling', remainingMs: 40 } },
    want: 'settling 40',
  },
  {
    name: 'lets an operation settle before it deletes',
    why: 'O7',
    desired: DELETED,
    observed: { operation: { type: 'settling', remainingMs: 40 } },
    want: 'settling 40',
  },
  {
    name: 'lets an operation settle before it rests',
    why: 'O7',
    desired: { lifecycle: 'suspended' },
    observed: { operation: { type: 'settling', remainingMs: 40 } },
    want: 'settling 40',
  },
  {
    name: 'leaves a later release’s operation alone',
    why: 'I5',
    desired: DELETED,
    observed: { operation: { type: 'foreign-version' } },
    want: 'stalled ForeignVersion',
  },
  {
    name: 'finishes by the Secret',
    why: 'R2',
    observed: { facts: NEW, operation: settled(REGISTER, { stored: STORED, candidates: [TWIN] }) },
    want: 'finish register',
  },
  {
    name: 'finishes a rotation by the Secret',
    why: 'R2',
    observed: { operation: settled(ROTATION, { stored: STORED }) },
    want: 'finish rotate',
  },
  {
    name: 'finishes by the Secret before it deletes',
    why: 'D1: what is not in the status would be left behind',
    desired: DELETED,
    observed: { facts: NEW, operation: settled(REGISTER, { stored: STORED }) },
    want: 'finish register',
  },
  {
    name: 'rotates again when the answer was lost',
    why: 'T4',
    observed: { operation: settled(ROTATION) },
    want: 'rotate answer-lost',
  },
  {
    name: 'rotates again even while suspended',
    why: 'B2: the former value may be dead',
    desired: { lifecycle: 'suspended' },
    observed: { operation: settled(ROTATION) },
    want: 'rotate answer-lost',
  },
  {
    name: 'does not rotate what is being deleted',
    why: 'D1',
    desired: DELETED,
    observed: { operation: settled(ROTATION) },
    want: 'clear-operation',
  },
  {
    name: 'does not rotate what is gone',
    why: 'there is nothing to rotate',
    observed: { operation: settled(ROTATION), ...GONE },
    want: 'clear-operation',
  },
  {
    name: 'registers again when nothing came of it',
    why: 'R5',
    observed: { facts: NEW, operation: settled(REGISTER), ...NOT_HERE },
    want: 'register',
  },
  {
    name: 'takes what a lost create made',
    why: 'R5',
    observed: { facts: NEW, operation: settled(REGISTER, { candidates: [TWIN, YOUNGER_TWIN] }), ...NOT_HERE },
    want: 'take 8',
  },
  {
    name: 'takes what a lost create made before it deletes',
    why: 'D1: else it would be left behind',
    desired: DELETED,
    observed: { facts: NEW, operation: settled(REGISTER, { candidates: [TWIN] }), ...NOT_HERE },
    want: 'take 8',
  },
  {
    name: 'does not register again what is being deleted',
    why: 'D1',
    desired: DELETED,
    observed: { facts: NEW, operation: settled(REGISTER), ...NOT_HERE },
    want: 'clear-operation',
  },
  {
    name: 'does not register again while suspended',
    why: 'B2',
    desired: { lifecycle: 'suspended' },
    observed: { facts: NEW, operation: settled(REGISTER), ...NOT_HERE },
    want: 'clear-operation',
  },
  {
    name: 'retires what was asked for though a field cannot be brought in step',
    why: 'T3: it has leaked, whatever the provider thinks of the spec',
    desired: { requests: { ...WANTED.requests, retire: 'now' } },
    observed: { ...DRIFTED, retirement: { type: 'due', name: 'k8s-i-2', because: 'requested', room: 'left' } },
    want: 'retire k8s-i-2 requested',
  },
  {
    name: 'drops an open create while a registration is held',
    why: 'I2: a status that somebody forged would have the object registered twice',
    observed: { operation: settled(REGISTER) },
    want: 'clear-operation',
  },
  {
    name: 'takes what bears its mark before it repeats a lost create',
    why: 'R4',
    observed: { facts: NEW, operation: settled(REGISTER), ...NOT_HERE, namesakes: [TWIN], naming: 'Marked' },
    want: 'take 8',
  },
  {
    name: 'asks a person about a lost create under a final name',
    why: 'R6',
    observed: { facts: NEW, operation: settled(REGISTER, { candidates: [TWIN] }), ...NOT_HERE, naming: 'Final' },
    want: 'stalled RegistrationUncertain',
  },
  {
    name: 'gives the candidates up when told to',
    why: 'R6, R10',
    desired: ANEW_ASKED,
    observed: { facts: NEW, operation: settled(REGISTER, { candidates: [TWIN] }), ...NOT_HERE, naming: 'Final' },
    want: 'clear-operation',
  },
];

const DELETIONS: readonly Case[] = [
  {
    name: 'is done without a finalizer',
    why: 'nothing of ours is left',
    desired: DELETED,
    observed: { finalizer: 'absent' },
    want: 'released',
  },
  {
    name: 'deletes what the seal proves ours',
    why: 'D1',
    desired: DELETED,
    observed: { seal: 'valid' },
    want: 'deregister 7',
  },
  {
    name: 'deletes twins with it',
    why: 'R5: nobody would look for them later',
    desired: DELETED,
    observed: { seal: 'valid', namesakes: [TWIN, YOUNGER_TWIN] },
    want: 'deregister 7,8,9',
  },
  {
    name: 'deletes nothing under an invalid seal',
    why: 'I2',
    desired: DELETED,
    observed: { seal: 'invalid' },
    want: 'stalled DeletionBlocked',
  },
  {
    name: 'deletes nothing without a seal',
    why: 'I2',
    desired: DELETED,
    observed: { seal: 'absent' },
    want: 'stalled DeletionBlocked',
  },
  {
    name: 'deletes nothing of a later release',
    why: 'I5',
    desired: DELETED,
    observed: { seal: 'foreign-version' },
    want: 'stalled DeletionBlocked',
  },
  { name: 'lets go what is gone already', why: 'D2', desired: DELETED, observed: GONE, want: 'remove-finalizer' },
  {
    name: 'deletes the twins of what is gone',
    why: 'D1: the temporary name is ours',
    desired: DELETED,
    observed: { ...GONE, namesakes: [TWIN] },
    want: 'deregister 8',
  },
  {
    name: 'leaves alone what another object holds',
    why: 'D1: held by no other object',
    desired: DELETED,
    observed: { seal: 'valid', registration: { type: 'held-by-another', holder: 'store/other' } },
    want: 'remove-finalizer',
  },
  {
    name: 'lets go what was never registered',
    why: 'nothing was called',
    desired: DELETED,
    observed: { facts: NEW, ...NOT_HERE },
    want: 'remove-finalizer',
  },
  {
    name: 'deletes what bears the temporary name of one never delivered',
    why: 'D1',
    desired: DELETED,
    observed: { facts: NEW, ...NOT_HERE, namesakes: [TWIN] },
    want: 'deregister 8',
  },
  {
    name: 'asks the provider once more while many are gone',
    why: 'D2: the deletion has two witnesses of its own',
    desired: DELETED,
    observed: { seal: 'valid', registration: { type: 'mass-gone' } },
    want: 'deregister 7',
  },
  {
    name: 'takes back by a sealed Secret what a lost status knew',
    why: 'D1, R9: else the registration would be left behind',
    desired: DELETED,
    observed: { facts: {}, secret: ours('valid') },
    want: 'take-back',
  },
  {
    name: 'believes no Secret without a seal, and says that it does not know',
    why: 'I2, D1: a tenant can write it',
    desired: DELETED,
    observed: { facts: {}, registration: { type: 'none' }, secret: ours('invalid') },
    want: 'stalled DeletionBlocked',
  },
  {
    name: 'lets go what a lost status knew and what is proved gone',
    why: 'D2',
    desired: DELETED,
    observed: { facts: {}, ...GONE, secret: ours('valid') },
    want: 'remove-finalizer',
  },
  {
    name: 'deletes whatever was asked for before',
    why: 'a request of a deleted object is void',
    desired: { ...DELETED, ...ANEW_ASKED },
    observed: { seal: 'valid' },
    want: 'deregister 7',
  },
];

const LOST_STATUS: readonly Case[] = [
  {
    name: 'takes back by a sealed Secret',
    why: 'R9',
    observed: { facts: {}, secret: ours('valid') },
    want: 'take-back',
  },
  {
    name: 'creates nothing on a guess',
    why: 'O2: finalizer with empty status is never a new object',
    observed: { facts: {}, ...NOT_HERE },
    want: 'stalled StatusLost',
  },
  {
    name: 'believes no Secret without a seal',
    why: 'I2',
    observed: { facts: {}, registration: { type: 'none' }, secret: ours('invalid') },
    want: 'stalled StatusLost',
  },
  {
    name: 'registers a second time when told to',
    why: 'R10',
    desired: ANEW_ASKED,
    observed: { facts: {}, ...NOT_HERE },
    want: 'register',
  },
];

const FRESH = { finalizer: 'absent', facts: {}, ...NOT_HERE } as const;
const ADOPTION = { applicationId: '7', secret: 'Keep', source: undefined } as const;
const ADOPTABLE = { type: 'ready', registration: OURS, credentials: undefined, takenOver: undefined } as const;

const ADOPTIONS: readonly Case[] = [
  {
    name: 'takes over what the provider object lets it have',
    why: 'A1',
    desired: { adopt: ADOPTION },
    observed: { ...FRESH, adoption: ADOPTABLE },
    want: 'adopt 7',
  },
  {
    name: 'is refused with the reason that was found',
    why: 'A1',
    desired: { adopt: ADOPTION },
    observed: {
      ...FRESH,
      adoption: { type: 'refused', standing: { type: 'stalled', reason: 'AccessDenied', message: 'No.' } },
    },
    want: 'stalled AccessDenied',
  },
  {
    name: 'does not write over somebody’s Secret',
    why: 'S1',
    desired: { adopt: ADOPTION },
    observed: { ...FRESH, adoption: ADOPTABLE, secret: { type: 'foreign', madeBy: 'somebody' } },
    want: 'stalled SecretNotOurs',
  },
  {
    name: 'takes over the very Secret that it was told to',
    why: 'A1: secretRef.name = secret.name',
    desired: { adopt: ADOPTION },
    observed: {
      ...FRESH,
      adoption: { ...ADOPTABLE, takenOver: STORED },
      secret: { type: 'foreign', madeBy: 'somebody' },
    },
    want: 'adopt 7',
  },
  {
    name: 'is a way out of a lost status',
    why: 'R9: a person names the registration',
    desired: { adopt: ADOPTION },
    observed: { facts: {}, ...NOT_HERE, adoption: ADOPTABLE },
    want: 'adopt 7',
  },
  {
    name: 'names no other registration than the one that is held',
    why: 'A1',
    desired: { adopt: { ...ADOPTION, applicationId: '8' } },
    want: 'stalled AdoptionConflict',
  },
  {
    name: 'may go on standing in the spec',
    why: 'A1',
    desired: { adopt: ADOPTION },
    want: 'in-sync',
  },
];

const RETAIN = { lifecycle: 'deleted', deletionPolicy: 'Retain' } as const;
const FOUND = {
  registration: { type: 'found', registration: OURS, differences: [], enforced: [], ...MARKED },
} as const;

const RETAINED: readonly Case[] = [
  { name: 'lets the object go and nothing else', why: 'D4', desired: RETAIN, want: 'retain' },
  {
    name: 'first takes the owner off the Secret',
    why: 'S9: the garbage collector would take it along',
    desired: RETAIN,
    observed: { secret: { type: 'outdated', stored: STORED } },
    want: 'write-secret',
  },
  {
    name: 'takes the value along to a new name first',
    why: 'S9: the former Secret has an owner',
    desired: RETAIN,
    observed: { secret: { type: 'elsewhere', stored: STORED, over: undefined } },
    want: 'move-secret',
  },
  {
    name: 'finishes an open operation first',
    why: 'O7',
    desired: RETAIN,
    observed: { operation: { type: 'settling', remainingMs: 40 } },
    want: 'settling 40',
  },
  {
    name: 'removes what a lost answer left behind all the same',
    why: 'R5',
    desired: RETAIN,
    observed: { namesakes: [TWIN] },
    want: 'remove-twins 8',
  },
  {
    name: 'is taken back by the seal on its Secret',
    why: 'R9',
    observed: { ...FRESH, ...FOUND, secret: ours('valid') },
    want: 'take-back',
  },
  {
    name: 'is not taken back from another’s hands',
    why: 'R12',
    observed: { ...FRESH, registration: { type: 'held-by-another', holder: 'an application' }, secret: ours('valid') },
    want: 'stalled NameTaken',
  },
  {
    name: 'is registered anew when it is proved gone',
    why: 'D2',
    observed: { ...FRESH, ...GONE, secret: ours('valid') },
    want: 'register',
  },
  {
    name: 'is not taken back from a namespace of the same name that is gone',
    why: 'R4: the present one may be somebody else’s',
    observed: { ...FRESH, secret: ours('former-namespace') },
    want: 'stalled RetainedRegistrationFound',
  },
  {
    name: 'is taken back from there when a person lets it',
    why: 'R10',
    observed: { ...FRESH, ...FOUND, secret: ours('released') },
    want: 'take-back',
  },
  {
    name: 'is not taken back at another provider',
    why: 'I3',
    observed: { ...FRESH, secret: ours('other-provider') },
    want: 'stalled RetainedRegistrationFound',
  },
  {
    name: 'is given up for a new one when a person asks for it',
    why: 'R10',
    desired: ANEW_ASKED,
    observed: { ...FRESH, ...FOUND, secret: ours('valid') },
    want: 'register',
  },
  {
    name: 'is not taken back by an object that gave it up',
    why: 'R10: the provider stands in the status',
    observed: { facts: NEW, ...NOT_HERE, secret: ours('valid') },
    want: 'register',
  },
];

const MARKED_BY_US = { naming: 'Marked' } as const;
const FIRST_ISSUED: IssuedView = {
  current: {
    name: 'Default secret',
    value: new Redacted('first'),
    createdAtMs: undefined,
    expiresAtMs: undefined,
    serial: 1,
  },
  isDelivered: true,
  highest: 1,
  superseded: [],
  replaceable: ['Default secret'],
  previous: undefined,
};
const NEWER: IssuedView = { ...FIRST_ISSUED, isDelivered: false };
const NONE_ISSUED: IssuedView = { ...FIRST_ISSUED, current: undefined, isDelivered: false };
const LEFT: OwnerMark = {
  v: 1,
  installation: 'i',
  cluster: 'c',
  namespaceUid: 'u-ns',
  uid: 'u-former',
  namespace: 'shop',
  name: 'web',
  operation: 'op',
  retained: false,
  proof: 'p',
};
const WITHHELD_MARK = { type: 'withheld', id: '6', by: 'another cluster', namespaceUid: 'u-theirs' } as const;
const LEFT_MARK = { type: 'takeable', of: 'former', registration: TWIN } as const;
const RETIRE_ASKED = { requests: { ...WANTED.requests, retire: 'now' } };

function marked(mark: FoundRegistration['mark'], rest: Partial<FoundRegistration> = {}): Partial<Observed> {
  const found = {
    type: 'found',
    registration: OURS,
    differences: [],
    enforced: [],
    inspected: 'not-now',
    mark,
  } as const;
  return { ...MARKED_BY_US, registration: { ...found, ...rest } };
}

const MARKED_ONES: readonly Case[] = [
  {
    name: 'takes the oldest that bears its mark',
    why: 'R4',
    observed: { ...MARKED_BY_US, facts: {}, ...NOT_HERE, namesakes: [TWIN, YOUNGER_TWIN] },
    want: 'take 8',
  },
  {
    name: 'takes what an earlier object of the name left',
    why: 'R4',
    observed: { ...MARKED_BY_US, facts: {}, ...NOT_HERE, inherited: LEFT_MARK },
    want: 'take 8',
  },
  {
    name: 'takes its own before what an earlier one left',
    why: 'R4: ours by uid first',
    observed: {
      ...MARKED_BY_US,
      facts: {},
      ...NOT_HERE,
      namesakes: [YOUNGER_TWIN],
      inherited: LEFT_MARK,
    },
    want: 'take 9',
  },
  {
    name: 'registers with a finalizer and an empty status, where no mark says that there is one',
    why: 'R4: a lost status is no riddle',
    observed: { ...MARKED_BY_US, facts: {}, ...NOT_HERE },
    want: 'register',
  },
  {
    name: 'takes nothing that a person has to release',
    why: 'R4',
    observed: { ...MARKED_BY_US, ...FRESH, inherited: WITHHELD_MARK },
    want: 'stalled RetainedRegistrationFound',
  },
  {
    name: 'registers beside it when a person asks for that',
    why: 'R10',
    desired: ANEW_ASKED,
    observed: { ...MARKED_BY_US, ...FRESH, inherited: WITHHELD_MARK },
    want: 'register',
  },
  {
    name: 'registers beside what an earlier object left when a person asks for that',
    why: 'R10',
    desired: ANEW_ASKED,
    observed: { ...MARKED_BY_US, ...FRESH, inherited: LEFT_MARK },
    want: 'register',
  },
  {
    name: 'takes nothing while the Secret is in the way',
    why: 'S1',
    observed: { ...MARKED_BY_US, ...FRESH, inherited: LEFT_MARK, secret: { type: 'foreign', madeBy: 'somebody' } },
    want: 'stalled SecretNotOurs',
  },
  { name: 'marks what does not say yet that it is ours', why: 'I5', observed: marked('due'), want: 'mark' },
  {
    name: 'marks before anything else',
    why: 'I5: nothing is done to what does not say whose it is',
    desired: ROTATE_ASKED,
    observed: { ...marked('due', { differences: ['displayName'] }), namesakes: [TWIN] },
    want: 'mark',
  },
  {
    name: 'does nothing to what bears the mark of another object',
    why: 'I5',
    desired: ROTATE_ASKED,
    observed: marked('foreign', { differences: ['displayName'] }),
    want: 'stalled NameTaken',
  },
  {
    name: 'does nothing to what a later release marked',
    why: 'I5',
    desired: ROTATE_ASKED,
    observed: marked('foreign-version'),
    want: 'stalled ForeignVersion',
  },
  {
    name: 'deletes what an earlier object left and was not told to leave, where its own status is lost',
    why: 'D1: nothing comes after it',
    desired: DELETED,
    observed: {
      ...MARKED_BY_US,
      facts: {},
      ...NOT_HERE,
      inherited: { type: 'takeable', of: 'former', registration: { ...TWIN, mark: { type: 'mark', mark: LEFT } } },
    },
    want: 'deregister 8',
  },
  {
    name: 'leaves what an earlier object retained',
    why: 'D4',
    desired: DELETED,
    observed: {
      ...MARKED_BY_US,
      facts: {},
      ...NOT_HERE,
      inherited: {
        type: 'takeable',
        of: 'former',
        registration: { ...TWIN, mark: { type: 'mark', mark: { ...LEFT, retained: true } } },
      },
    },
    want: 'remove-finalizer',
  },
];

const READABLE: readonly Case[] = [
  {
    name: 'reads back what is missing',
    why: 'S7',
    observed: { secret: { type: 'absent' }, issued: FIRST_ISSUED },
    want: 'read-back 1',
  },
  {
    name: 'reads back what was changed',
    why: 'S7',
    observed: { secret: replaced('bad'), issued: FIRST_ISSUED },
    want: 'read-back 1',
  },
  {
    name: 'reads back what was never delivered',
    why: 'R8',
    observed: { facts: UNDELIVERED, secret: { type: 'absent' }, issued: FIRST_ISSUED },
    want: 'read-back 1',
  },
  {
    name: 'reads back what was withheld before',
    why: 'R8',
    observed: { facts: WITHHELD, secret: { type: 'absent' }, issued: FIRST_ISSUED },
    want: 'read-back 1',
  },
  {
    name: 'reads back though losses are to wait, and though there were some',
    why: 'S7: nothing is issued',
    desired: { onSecretLoss: 'Wait' },
    observed: { secret: { type: 'absent' }, issued: FIRST_ISSUED, losses: 3 },
    want: 'read-back 1',
  },
  {
    name: 'issues another for an adoption that says so, though there is one',
    why: 'A1',
    desired: { adopt: { ...ADOPTION, secret: 'Rotate' } },
    observed: { facts: UNDELIVERED, secret: { type: 'absent' }, issued: FIRST_ISSUED },
    want: 'rotate undelivered',
  },
  {
    name: 'reads back what it issued for such an adoption',
    why: 'A1: once',
    desired: { adopt: { ...ADOPTION, secret: 'Rotate' } },
    observed: { facts: DROPPED, secret: { type: 'absent' }, issued: FIRST_ISSUED },
    want: 'read-back 1',
  },
  {
    name: 'issues another when asked, though one can be read back',
    why: 'T1',
    desired: ROTATE_ASKED,
    observed: { secret: { type: 'absent' }, issued: FIRST_ISSUED },
    want: 'rotate requested',
  },
  {
    name: 'replaces what the provider no longer takes',
    why: 'S7',
    observed: { issued: NONE_ISSUED },
    want: 'rotate withdrawn',
  },
  {
    name: 'blames the provider, and not the Secret, for what it no longer takes',
    why: 'S7: whatever stands in the Secret could not be used',
    observed: { secret: { type: 'absent' }, issued: NONE_ISSUED },
    want: 'rotate withdrawn',
  },
  {
    name: 'does so, too, where a login has shown it before',
    why: 'S10: without a fingerprint the value counts as none of ours',
    observed: { secret: { type: 'ours', stored: STORED, seal: 'valid' }, issued: NONE_ISSUED },
    want: 'rotate withdrawn',
  },
  {
    name: 'waits with it when told to',
    why: 'S7',
    desired: { onSecretLoss: 'Wait' },
    observed: { issued: NONE_ISSUED },
    want: 'stalled SecretLost',
  },
  {
    name: 'replaces it once a day',
    why: 'S7',
    observed: { issued: NONE_ISSUED, losses: 1 },
    want: 'stalled SecretContested',
  },
  {
    name: 'takes up a later one of ours',
    why: 'T2: the highest is current',
    observed: { issued: NEWER },
    want: 'read-back 1',
  },
  {
    name: 'takes note of a look that found everything as it should be',
    why: 'the next one is a deep resync away',
    observed: { ...marked('as-it-should', { inspected: 'now' }), issued: FIRST_ISSUED },
    want: 'note-inspection',
  },
  {
    name: 'brings in step what a look found before it takes note of it',
    why: 'else the drift would wait for the next one',
    observed: { ...marked('as-it-should', { inspected: 'now', differences: ['logto.roles'] }), issued: FIRST_ISSUED },
    want: 'update logto.roles',
  },
];

const DUE = { type: 'due', name: 'k8s-i-1', because: 'unused', room: 'left' } as const;

const RETIREMENTS: readonly Case[] = [
  { name: 'retires what is due', why: 'T3', observed: { retirement: DUE }, want: 'retire k8s-i-1 unused' },
  {
    name: 'rotates before it retires',
    why: 'T3: it never delays a rotation',
    desired: ROTATE_ASKED,
    observed: { retirement: DUE },
    want: 'rotate requested',
  },
  {
    name: 'rolls before it retires',
    why: 'T3: after a pause',
    observed: { facts: { ...FACTS, rotation: { rolling: 2 } }, retirement: DUE },
    want: 'roll',
  },
  {
    name: 'retires nothing while the Secret cannot be written',
    why: 'the former value may be all that works',
    observed: { secret: { type: 'foreign', madeBy: 'somebody' }, retirement: DUE },
    want: 'stalled SecretNotOurs',
  },
  {
    name: 'serves a request with nothing to retire',
    why: 'T3',
    desired: RETIRE_ASKED,
    want: 'serve-retire',
  },
  {
    name: 'stands while it waits',
    why: 'T3',
    observed: {
      retirement: {
        type: 'waiting',
        retiring: [{ name: 'k8s-i-1', supersededAt: '2026-01-01T00:00:00Z', notBefore: '2026-01-02T00:00:00Z' }],
        againMs: 1000,
      },
    },
    want: 'in-sync',
  },
  {
    name: 'retires nothing while suspended',
    why: 'B2',
    desired: { lifecycle: 'suspended', ...RETIRE_ASKED },
    observed: { retirement: DUE },
    want: 'suspended',
  },
];

const SCHEDULED: readonly Case[] = [
  {
    name: 'retires before it rotates where there is room for no other superseded secret',
    why: 'T3',
    desired: ROTATE_ASKED,
    observed: { retirement: { type: 'due', name: 'k8s-i-2', because: 'unused', room: 'none' } },
    want: 'retire k8s-i-2 unused',
  },
  {
    name: 'rotates when it is due',
    why: 'T1',
    observed: { schedule: { type: 'due', because: 'scheduled' } },
    want: 'rotate scheduled',
  },
  {
    name: 'rotates ahead of an end',
    why: 'T1',
    observed: { schedule: { type: 'due', because: 'ending' } },
    want: 'rotate ending',
  },
  {
    name: 'rotates after an end that was known of, as if it had come in time',
    why: 'T1: it is no loss, of which a second one in a day needs a person',
    desired: { onSecretLoss: 'Wait' },
    observed: { schedule: { type: 'due', because: 'ended' }, issued: NONE_ISSUED, losses: 1 },
    want: 'rotate ended',
  },
  {
    name: 'goes on with everything else while the successor to a secret that has ended is held back',
    why: 'T5: the limit holds up nothing else',
    desired: { onSecretLoss: 'Wait' },
    observed: { schedule: { type: 'later', atMs: 7, punctuality: 'held-past-end' }, issued: NONE_ISSUED, ...DRIFTED },
    want: 'update displayName',
  },
  {
    name: 'takes a secret for lost that the provider holds no longer, though it was to end later',
    why: 'S7: somebody deleted it',
    observed: { schedule: { type: 'later', atMs: 7, punctuality: 'held-before-end' }, issued: NONE_ISSUED },
    want: 'rotate withdrawn',
  },
  {
    name: 'waits until then',
    why: 'T1',
    observed: { schedule: { type: 'later', atMs: 7, punctuality: 'on-time' } },
    want: 'in-sync',
  },
  {
    name: 'gives the workloads their new Pods before anything is updated',
    why: 'T4: what they run with does not work',
    observed: { facts: { ...FACTS, rotation: { rolling: 2 } }, ...DRIFTED },
    want: 'roll',
  },
  {
    name: 'rotates first what is lost again after a roll that is still to come',
    why: 'S7',
    observed: { facts: { ...FACTS, rotation: { rolling: 2 } }, secret: { type: 'absent' } },
    want: 'rotate secret-lost',
  },
  {
    name: 'replaces no value for the second time in a day',
    why: 'S7: two hands write one Secret',
    observed: { secret: { type: 'absent' }, losses: 1 },
    want: 'stalled SecretContested',
  },
  {
    name: 'rotates a contested Secret when asked',
    why: 'S7: only a token goes on',
    desired: ROTATE_ASKED,
    observed: { secret: { type: 'absent' }, losses: 1 },
    want: 'rotate requested',
  },
];

const FORMER = { name: 'old-oauth', uid: 'u-old', removeAfter: '2026-01-01T00:00:00Z' };

const RENAMED: readonly Case[] = [
  {
    name: 'takes the value along',
    why: 'S8',
    observed: { secret: { type: 'elsewhere', stored: STORED, over: undefined } },
    want: 'move-secret',
  },
  {
    name: 'does the same for a public client',
    why: 'S8',
    desired: PUBLIC,
    observed: { secret: { type: 'elsewhere', stored: STORED, over: undefined } },
    want: 'move-secret',
  },
  {
    name: 'ends with the Secret of the former name',
    why: 'S8',
    observed: { former: FORMER },
    want: 'remove-former-secret old-oauth',
  },
];

const TABLE = {
  idle: IDLE,
  'the registration': REGISTRATIONS,
  'the Secret': SECRETS,
  'a public client': PUBLIC_CLIENTS,
  'an open operation': OPEN,
  deletion: DELETIONS,
  'a lost status': LOST_STATUS,
  adoption: ADOPTIONS,
  'what is retained': RETAINED,
  'the owner mark': MARKED_ONES,
  'a secret that can be read': READABLE,
  'a superseded secret': RETIREMENTS,
  'the schedule and the workloads': SCHEDULED,
  'a new name of the Secret': RENAMED,
};

for (const [topic, cases] of Object.entries(TABLE)) {
  test.each(cases)(`${topic}: $name`, ({ desired, observed, want, why }) => {
    expect(spoken(plan({ ...WANTED, ...desired }, { ...IN_SYNC, ...observed })), why).toBe(want);
  });
}

/** A step in the words of the table. */
function spoken(step: Step): string {
  return step.type === 'act' ? spokenAction(step.action) : spokenStanding(step.standing);
}

function spokenAction(action: (Step & { type: 'act' })['action']): string {
  switch (action.type) {
    case 'finish':
      return `finish ${action.record.type}`;
    case 'take':
      return `take ${action.registration.id}`;
    case 'remove-twins':
    case 'deregister':
      return `${action.type} ${action.ids.join()}`;
    case 'rotate':
      return `rotate ${action.because}`;
    case 'accept-secret':
      return `accept-secret ${action.stored === undefined ? 'as-it-was' : 'with-value'}`;
    case 'update':
      return `update ${action.fields.join()}`;
    case 'adopt':
      return `adopt ${action.adoption.registration.id}`;
    case 'remove-former-secret':
      return `remove-former-secret ${action.former.name}`;
    case 'read-back':
      return `read-back ${action.current.serial}`;
    case 'retire':
      return `retire ${action.name} ${action.because}`;
    case 'mark':
    case 'serve-retire':
    case 'disown-secret':
    case 'note-inspection':
    case 'clear-operation':
    case 'register':
    case 'take-back':
    case 'forget':
    case 'write-secret':
    case 'give-up-rotation':
    case 'move-secret':
    case 'roll':
    case 'retain':
    case 'recheck':
    case 'add-finalizer':
    case 'remove-finalizer':
      return action.type;
  }
}

function spokenStanding(standing: (Step & { type: 'stand' })['standing']): string {
  switch (standing.type) {
    case 'settling':
      return `settling ${standing.afterMs}`;
    case 'waiting':
    case 'stalled':
      return `${standing.type} ${standing.reason}`;
    case 'in-sync':
    case 'suspended':
    case 'watched':
    case 'released':
    case 'undisturbed':
      return standing.type;
  }
}
