import {
  ANEW_ASKED,
  type Case,
  DRIFTED,
  decides,
  GONE,
  NEW,
  NOT_HERE,
  ROTATE_ASKED,
  TWIN,
  WANTED,
  YOUNGER_TWIN,
} from './table.ts';

const RECHECK_ASKED = { requests: { ...WANTED.requests, reconcile: 'now' } };

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
    want: 'rest',
  },
  {
    name: 'does not register while suspended',
    why: 'B2',
    desired: { lifecycle: 'suspended' },
    observed: { finalizer: 'absent', facts: {}, ...NOT_HERE },
    want: 'rest',
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
    name: 'removes the twins of what is gone first',
    why: 'R5: the next one bears another name',
    observed: { ...GONE, unrecorded: [TWIN], seal: 'valid' },
    want: 'remove-twins 8',
  },
  {
    name: 'removes the twins of what is given up first',
    why: 'R5: the next one bears another name',
    desired: ANEW_ASKED,
    observed: { unrecorded: [TWIN], seal: 'valid' },
    want: 'remove-twins 8',
  },
  {
    name: 'removes nothing on the word of a status that proves nothing',
    why: 'I2, and R10 is the way out of it',
    desired: ANEW_ASKED,
    observed: { unrecorded: [TWIN], seal: 'invalid' },
    want: 'forget',
  },
  {
    name: 'gives up one with a mark as it is',
    why: 'R4: its twin is found by its mark at any time',
    desired: ANEW_ASKED,
    observed: { naming: 'Marked', unrecorded: [TWIN], seal: 'valid' },
    want: 'forget',
  },
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
  {
    name: 'takes the mark off what was given up, before twins go',
    why: 'R10',
    observed: { naming: 'Marked', givenUp: ['7'], unrecorded: [TWIN] },
    want: 'disclaim 7',
  },
  { name: 'removes twins', why: 'R5', observed: { unrecorded: [TWIN, YOUNGER_TWIN] }, want: 'remove-twins 8,9' },
  {
    name: 'removes twins before it updates or rotates',
    why: 'a rename would free no name while a twin bears it',
    desired: ROTATE_ASKED,
    observed: { ...DRIFTED, unrecorded: [TWIN] },
    want: 'remove-twins 8',
  },
  {
    name: 'removes no twins of a registration that is gone',
    why: 'the twin may be the one to take',
    observed: { ...GONE, unrecorded: [TWIN] },
    want: 'forget',
  },
  {
    name: 'takes the oldest that bears the temporary name',
    why: 'R5: the name is ours alone',
    observed: { facts: NEW, ...NOT_HERE, unrecorded: [TWIN, YOUNGER_TWIN] },
    want: 'take 8',
  },
  {
    name: 'takes nothing by a final name',
    why: 'R6: anybody may use it',
    observed: { facts: NEW, ...NOT_HERE, unrecorded: [TWIN], naming: 'Final' },
    want: 'register',
  },
];

decides('idle', IDLE);
decides('the registration', REGISTRATIONS);
