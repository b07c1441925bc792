import type { OpenOperation } from '../../../src/application/observed.ts';
import {
  ANEW_ASKED,
  type Case,
  DELETED,
  DRIFTED,
  decides,
  GONE,
  marked,
  NEW,
  NOT_HERE,
  REGISTER,
  STORED,
  TWIN,
  WANTED,
  WHOLE,
  YOUNGER_TWIN,
} from './table.ts';

const ROTATION = { ...REGISTER, type: 'rotate', applicationId: '7', serial: 2 } as const;
function settled(record: typeof REGISTER | typeof ROTATION, rest: Partial<OpenOperation & { type: 'settled' }> = {}) {
  return { type: 'settled', record, stored: undefined, candidates: [], candidatesBy: 'proof', ...rest } as const;
}

const RETAINED = { ...DELETED, deletionPolicy: 'Retain' } as const;
const PROVED = { operation: settled(ROTATION), seal: 'valid' } as const;

const BY_NAME = { candidates: [TWIN], candidatesBy: 'name' } as const;

const OPEN: readonly Case[] = [
  {
    name: 'repeats a lost rotation before a Secret is retained',
    why: 'O4, D4: what stays is to log in',
    desired: RETAINED,
    observed: PROVED,
    want: 'rotate answer-lost',
  },
  {
    name: 'issues nothing to a namespace without access, though its Secret is retained',
    why: 'the value would go on working there',
    desired: RETAINED,
    observed: { ...PROVED, access: 'denied' },
    want: 'clear-operation',
  },
  {
    name: 'issues nothing where the Secret has gone with its namespace',
    why: 'D4: it could not be written, and the object would never go',
    desired: RETAINED,
    observed: { ...PROVED, secret: { type: 'absent' } },
    want: 'clear-operation',
  },
  {
    name: 'issues nothing for a deletion that proves nothing',
    why: 'I2',
    desired: RETAINED,
    observed: { ...PROVED, seal: 'invalid' },
    want: 'clear-operation',
  },
  {
    name: 'does not repeat a lost rotation where access was withdrawn',
    why: 'whoever can write a status would have secrets issued for ever',
    desired: { lifecycle: 'not-granted' },
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
    name: 'deletes a Secret that was left behind before it repeats a lost create',
    why: 'S1: the create would be in vain',
    observed: {
      facts: NEW,
      ...NOT_HERE,
      operation: settled(REGISTER),
      secret: { type: 'left-behind', head: STORED },
    },
    want: 'remove-left-secret shop-oauth',
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
    observed: { facts: NEW, operation: settled(REGISTER, { stored: WHOLE, candidates: [TWIN] }) },
    want: 'finish register',
  },
  {
    name: 'finishes a rotation by the Secret',
    why: 'R2',
    observed: { operation: settled(ROTATION, { stored: WHOLE }) },
    want: 'finish rotate',
  },
  ...[REGISTER, ROTATION].flatMap((record): readonly Case[] => [
    {
      name: `closes what the Secret would finish and is gone: ${record.type}`,
      why: 'D2: nothing is left to finish, and what comes next would wait for ever',
      observed: { operation: settled(record, { stored: WHOLE }), ...GONE },
      want: 'clear-operation',
    },
    {
      name: `closes it while suspended, too: ${record.type}`,
      why: 'O7',
      desired: { lifecycle: 'suspended' },
      observed: { operation: settled(record, { stored: WHOLE }), ...GONE },
      want: 'clear-operation',
    },
    {
      name: `closes it before it deletes: ${record.type}`,
      why: 'O7',
      desired: DELETED,
      observed: { operation: settled(record, { stored: WHOLE }), ...GONE },
      want: 'clear-operation',
    },
    {
      name: `closes it before it retains: ${record.type}`,
      why: 'O7',
      desired: { ...DELETED, deletionPolicy: 'Retain' },
      observed: { operation: settled(record, { stored: WHOLE }), ...GONE },
      want: 'clear-operation',
    },
    {
      name: `keeps what the Secret would finish open while many are gone: ${record.type}`,
      why: 'B1: it may all come back',
      observed: { operation: settled(record, { stored: WHOLE }), registration: { type: 'mass-gone' } },
      want: 'stalled MassDisappearance',
    },
  ]),
  {
    name: 'keeps a lost rotation open while many are gone',
    why: 'B1: when it comes back, the value in the Secret may be dead',
    observed: { operation: settled(ROTATION), registration: { type: 'mass-gone' } },
    want: 'stalled MassDisappearance',
  },
  {
    name: 'finishes by the Secret before it deletes',
    why: 'D1: what is not in the status would be left behind',
    desired: DELETED,
    observed: { facts: NEW, operation: settled(REGISTER, { stored: WHOLE }) },
    want: 'finish register',
  },
  {
    name: 'rotates again when the answer was lost',
    why: 'T4',
    observed: { operation: settled(ROTATION) },
    want: 'rotate answer-lost',
  },
  {
    name: 'marks what has lost its mark before it rotates again',
    why: 'I5: a provider was put back',
    observed: { ...marked('due'), operation: settled(ROTATION) },
    want: 'mark',
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
    observed: { facts: NEW, operation: settled(REGISTER), ...NOT_HERE, unrecorded: [TWIN], naming: 'Marked' },
    want: 'take 8',
  },
  {
    name: 'puts a lost create aside for what another object of its name has been given since',
    why: 'R4',
    observed: {
      facts: NEW,
      operation: settled(REGISTER),
      ...NOT_HERE,
      inherited: { type: 'takeable', of: 'former', registration: TWIN },
      naming: 'Marked',
    },
    want: 'clear-operation',
  },
  {
    name: 'asks a person about a lost create under a final name',
    why: 'R6',
    observed: { facts: NEW, operation: settled(REGISTER, BY_NAME), ...NOT_HERE, naming: 'Final' },
    want: 'stalled RegistrationUncertain',
  },
  {
    name: 'asks a person about it though names are temporary by now',
    why: 'R6: the create gave what anybody may have given',
    observed: { facts: NEW, operation: settled(REGISTER, BY_NAME), ...NOT_HERE },
    want: 'stalled RegistrationUncertain',
  },
  {
    name: 'takes what bears its tag though names are final by now',
    why: 'R5: the tag proves it',
    observed: { facts: NEW, operation: settled(REGISTER, { candidates: [TWIN] }), ...NOT_HERE, naming: 'Final' },
    want: 'take 8',
  },
  {
    name: 'gives the candidates up when told to',
    why: 'R6, R10',
    desired: ANEW_ASKED,
    observed: { facts: NEW, operation: settled(REGISTER, BY_NAME), ...NOT_HERE, naming: 'Final' },
    want: 'clear-operation',
  },
];

decides('an open operation', OPEN);
