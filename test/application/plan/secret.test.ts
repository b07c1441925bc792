import type { IssuedView, SecretView } from '../../../src/application/observed.ts';
import {
  ADOPTION,
  type Case,
  DRIFTED,
  decides,
  FACTS,
  FIRST_ISSUED,
  marked,
  NEW,
  NONE_ISSUED,
  ours,
  ROTATE_ASKED,
  STORED,
  TWIN,
} from './table.ts';

const PUBLIC = { clientKind: 'public' } as const;
const UNDELIVERED = { ...FACTS, secret: { name: 'shop-oauth', serial: 0, delivered: false } };
const DROPPED = { ...FACTS, secret: { name: 'shop-oauth', serial: 1, delivered: false } };
const WITHHELD = { ...FACTS, secret: { name: 'shop-oauth', serial: 1, delivered: false, withheld: true } };
function replaced(verification: 'good' | 'bad' | 'unknown'): SecretView {
  return { type: 'replaced', stored: STORED, verification };
}

const NEWER: IssuedView = { ...FIRST_ISSUED, isDelivered: false };
const FORMER = { name: 'old-oauth', uid: 'u-old', removeAfter: '2026-01-01T00:00:00Z' };

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
    want: 'rotate secret-lost, beside it update displayName',
  },
  {
    name: 'leaves a foreign Secret alone',
    why: 'S1',
    observed: { secret: { type: 'foreign', madeBy: 'somebody' } },
    want: 'stalled SecretNotOurs',
  },
  {
    name: 'deletes a Secret that an earlier object of the name left behind',
    why: 'S1: nobody else may ever do so',
    observed: { secret: { type: 'left-behind', head: STORED } },
    want: 'remove-left-secret shop-oauth',
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
      unrecorded: [TWIN],
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
  {
    name: 'serves a request to rotate at once',
    why: 'T1: it has no secret, and a request that stayed open would say nothing of that',
    desired: { ...PUBLIC, ...ROTATE_ASKED },
    want: 'decline-rotation',
  },
  {
    name: 'writes its Secret before it serves a request to rotate',
    why: 'a workload waits for the Secret',
    desired: { ...PUBLIC, ...ROTATE_ASKED },
    observed: { secret: { type: 'absent' } },
    want: 'write-secret',
  },
  {
    name: 'leaves a foreign Secret alone',
    why: 'S1',
    desired: PUBLIC,
    observed: { secret: { type: 'foreign', madeBy: 'somebody' } },
    want: 'stalled SecretNotOurs',
  },
];

/** A look behind a Secret that somebody else made. */
const LOOKED_AT_BEHIND = {
  ...marked('as-it-should', { inspected: 'now' }),
  secret: { type: 'foreign', madeBy: 'somebody' },
} as const;

const READABLE: readonly Case[] = [
  {
    name: 'reads back what is missing',
    why: 'S7',
    observed: { secret: { type: 'absent' }, issued: FIRST_ISSUED },
    want: 'read-back 1 lost',
  },
  {
    name: 'reads back what was changed',
    why: 'S7',
    observed: { secret: replaced('bad'), issued: FIRST_ISSUED },
    want: 'read-back 1 lost',
  },
  {
    name: 'reads back what was never delivered',
    why: 'R8',
    observed: { facts: UNDELIVERED, secret: { type: 'absent' }, issued: FIRST_ISSUED },
    want: 'read-back 1 undelivered',
  },
  {
    name: 'reads back what was withheld before',
    why: 'R8',
    observed: { facts: WITHHELD, secret: { type: 'absent' }, issued: FIRST_ISSUED },
    want: 'read-back 1 undelivered',
  },
  {
    name: 'reads back though losses are to wait',
    why: 'S7: nothing is issued',
    desired: { onSecretLoss: 'Wait' },
    observed: { secret: { type: 'absent' }, issued: FIRST_ISSUED },
    want: 'read-back 1 lost',
  },
  {
    name: 'reads nothing back for the second time in a day',
    why: 'S7: two hands write one Secret',
    observed: { secret: replaced('bad'), issued: FIRST_ISSUED, losses: 'too-many' },
    want: 'stalled SecretContested',
  },
  {
    name: 'reads back what was never delivered, whatever was lost before',
    why: 'R8: no hand took it away',
    observed: { facts: UNDELIVERED, secret: { type: 'absent' }, issued: FIRST_ISSUED, losses: 'too-many' },
    want: 'read-back 1 undelivered',
  },
  {
    name: 'takes up no later one of ours for the second time in a day',
    why: 'S7: somebody deletes them at the provider',
    observed: { issued: NEWER, losses: 'too-many' },
    want: 'stalled SecretContested',
  },
  {
    name: 'issues another for a contested Secret when asked, though one can be read back',
    why: 'S7: only a token goes on',
    desired: ROTATE_ASKED,
    observed: { secret: replaced('bad'), issued: FIRST_ISSUED, losses: 'too-many' },
    want: 'rotate requested',
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
    want: 'read-back 1 undelivered',
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
    observed: { issued: NONE_ISSUED, losses: 'too-many' },
    want: 'stalled SecretContested',
  },
  {
    name: 'takes up a later one of ours',
    why: 'T2: the highest is current',
    observed: { issued: NEWER },
    want: 'read-back 1 lost',
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
  {
    name: 'takes note of a look though a foreign Secret is in the way',
    why: 'S1: that is looked for every minute, and the look would be taken each time',
    observed: { ...LOOKED_AT_BEHIND, issued: FIRST_ISSUED },
    want: 'note-inspection',
  },
  {
    name: 'takes no note of one that found the secret withdrawn',
    why: 'S10: the Secret may be back a moment later, with a value that is dead',
    observed: { ...LOOKED_AT_BEHIND, issued: NONE_ISSUED },
    want: 'stalled SecretNotOurs',
  },
  {
    name: 'takes no note of one that found a later secret of ours',
    why: 'T2: the Secret may be back a moment later, without it',
    observed: { ...LOOKED_AT_BEHIND, issued: NEWER },
    want: 'stalled SecretNotOurs',
  },
];

const BESIDE: readonly Case[] = [
  {
    name: 'updates beside a rotation that was asked for',
    why: 'a rotation that is refused keeps no edit from the provider',
    desired: ROTATE_ASKED,
    observed: DRIFTED,
    want: 'rotate requested, beside it update displayName',
  },
  {
    name: 'updates beside another layout',
    why: 'S4: nor does a Secret that is refused',
    observed: { ...DRIFTED, secret: { type: 'outdated', stored: STORED } },
    want: 'write-secret, beside it update displayName',
  },
  {
    name: 'updates beside another name',
    why: 'S8: nor does one of another name',
    observed: { ...DRIFTED, secret: { type: 'elsewhere', stored: STORED, over: undefined } },
    want: 'move-secret, beside it update displayName',
  },
  {
    name: 'updates beside what it reads back',
    why: 'S7: nor does one that was lost',
    observed: { ...DRIFTED, secret: { type: 'absent' }, issued: FIRST_ISSUED },
    want: 'read-back 1 lost, beside it update displayName',
  },
  {
    name: 'has nothing beside it where nothing differs',
    why: 'an update is a call',
    desired: ROTATE_ASKED,
    want: 'rotate requested',
  },
  {
    name: 'keeps its temporary name while it has not been delivered',
    why: 'R5: it is found by that until it was',
    observed: { ...DRIFTED, facts: UNDELIVERED, secret: { type: 'absent' } },
    want: 'rotate undelivered',
  },
  {
    name: 'keeps it while one that was shown had to be dropped',
    why: 'R5, S3: it never was delivered either',
    observed: { ...DRIFTED, facts: DROPPED, secret: { type: 'absent' } },
    want: 'rotate undelivered',
  },
];

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
  {
    name: 'tells of a Secret of another name that no status names',
    why: 'S8',
    observed: { unrecordedFormer: FORMER },
    want: 'record-former-secret old-oauth',
  },
];

decides('the Secret', SECRETS);
decides('a public client', PUBLIC_CLIENTS);
decides('a secret that can be read', READABLE);
decides('a Secret that may be refused', BESIDE);
decides('a new name of the Secret', RENAMED);
