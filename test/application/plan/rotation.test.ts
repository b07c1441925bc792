import {
  type Case,
  DRIFTED,
  decides,
  FACTS,
  GONE,
  marked,
  NONE_ISSUED,
  ROTATE_ASKED,
  STORED,
  WANTED,
} from './table.ts';

const RETIRE_ASKED = { requests: { ...WANTED.requests, retire: 'now' } };

const DUE = { type: 'due', name: 'k8s-i-1', because: 'unused', room: 'left' } as const;

const LEFT_OVER = {
  type: 'waiting',
  retiring: [{ name: 'k8s-i-1', supersededAt: '2026-01-01T00:00:00Z', notBefore: '2026-01-02T00:00:00Z' }],
  againMs: 1000,
} as const;

const UNDELIVERED = { name: 'shop-oauth', serial: 0, delivered: false } as const;

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
    observed: { roll: 'due', retirement: DUE },
    want: 'roll',
  },
  {
    name: 'retires what was asked for before it rolls',
    why: 'T3: it has leaked, and no workload may hold that up',
    desired: RETIRE_ASKED,
    observed: { roll: 'due', retirement: DUE },
    want: 'retire k8s-i-1 unused, beside it roll',
  },
  {
    name: 'retires what was asked for before it writes a Secret that may be refused',
    why: 'T3: it has leaked',
    desired: RETIRE_ASKED,
    observed: { secret: { type: 'outdated', stored: STORED }, retirement: DUE },
    want: 'retire k8s-i-1 unused',
  },
  {
    name: 'retires what was asked for before it rotates',
    why: 'T3',
    desired: { requests: { ...RETIRE_ASKED.requests, rotate: 'now' } },
    observed: { retirement: DUE },
    want: 'retire k8s-i-1 unused',
  },
  {
    name: 'writes back a Secret that is missing before it retires what was asked for',
    why: 'S7: workloads wait for it',
    desired: RETIRE_ASKED,
    observed: { secret: { type: 'absent' }, retirement: DUE },
    want: 'rotate secret-lost',
  },
  {
    name: 'issues a secret that never reached its Secret before it retires what was asked for',
    why: 'T3: what is to be retired may be the last that anybody has',
    desired: RETIRE_ASKED,
    observed: { facts: { ...FACTS, secret: UNDELIVERED }, retirement: DUE },
    want: 'rotate undelivered',
  },
  {
    name: 'rolls before it serves a request with nothing to retire',
    why: 'T4: what the workloads run with does not work',
    desired: RETIRE_ASKED,
    observed: { roll: 'due' },
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
    name: 'serves no such request before the rotation that was asked for along with it',
    why: 'T3: what has leaked is superseded by that',
    desired: { requests: { ...RETIRE_ASKED.requests, rotate: 'now' } },
    observed: { secret: { type: 'foreign', madeBy: 'somebody' } },
    want: 'stalled SecretNotOurs',
  },
  {
    name: 'serves none either while that rotation waits for a spec that can be honoured',
    why: 'T3: what has leaked is superseded by that',
    desired: { lifecycle: 'spec-refused', requests: { ...RETIRE_ASKED.requests, rotate: 'now' } },
    want: 'rest',
  },
  {
    name: 'serves one of a public client, which has no secret to rotate',
    why: 'T1: such a rotation never comes',
    desired: { clientKind: 'public', lifecycle: 'spec-refused', requests: { ...RETIRE_ASKED.requests, rotate: 'now' } },
    want: 'serve-retire',
  },
  {
    name: 'stands while it waits',
    why: 'T3',
    observed: { retirement: LEFT_OVER },
    want: 'in-sync',
  },
  {
    name: 'retires nothing while suspended',
    why: 'B2',
    desired: { lifecycle: 'suspended', ...RETIRE_ASKED },
    observed: { retirement: DUE },
    want: 'rest',
  },
  {
    name: 'retires what was asked for though the spec cannot be honoured',
    why: 'T3: it has leaked',
    desired: { lifecycle: 'spec-refused', ...RETIRE_ASKED },
    observed: { retirement: DUE },
    want: 'retire k8s-i-1 unused',
  },
  {
    name: 'retires what was asked for though a field is not granted',
    why: 'T3: it has leaked',
    desired: { lifecycle: 'not-granted', ...RETIRE_ASKED },
    observed: { retirement: DUE },
    want: 'retire k8s-i-1 unused',
  },
  {
    name: 'serves no request while one is left that could not be deleted',
    why: 'T3: it has leaked, and works still',
    desired: RETIRE_ASKED,
    observed: { retirement: LEFT_OVER },
    want: 'in-sync',
  },
  {
    name: 'serves none either where the spec cannot be honoured',
    why: 'T3: it has leaked, and works still',
    desired: { lifecycle: 'spec-refused', ...RETIRE_ASKED },
    observed: { retirement: LEFT_OVER },
    want: 'rest',
  },
  {
    name: 'serves a request with nothing to retire though the spec cannot be honoured',
    why: 'T3',
    desired: { lifecycle: 'spec-refused', ...RETIRE_ASKED },
    want: 'serve-retire',
  },
  {
    name: 'retires nothing unasked while the spec cannot be honoured',
    why: 'nothing is begun',
    desired: { lifecycle: 'spec-refused' },
    observed: { retirement: DUE },
    want: 'rest',
  },
  {
    name: 'begins nothing else while the spec cannot be honoured',
    why: 'nothing is begun',
    desired: { lifecycle: 'spec-refused', ...ROTATE_ASKED },
    observed: DRIFTED,
    want: 'rest',
  },
  {
    name: 'retires nothing of what bears another mark while the spec cannot be honoured',
    why: 'I5',
    desired: { lifecycle: 'spec-refused', ...RETIRE_ASKED },
    observed: { ...marked('foreign'), retirement: DUE },
    want: 'rest',
  },
  {
    name: 'retires nothing of what is gone while the spec cannot be honoured',
    why: 'D2',
    desired: { lifecycle: 'spec-refused', ...RETIRE_ASKED },
    observed: { ...GONE, retirement: DUE },
    want: 'rest',
  },
];

const RETAINED = { lifecycle: 'deleted', deletionPolicy: 'Retain' } as const;

const ROLLS: readonly Case[] = [
  {
    name: 'are rolled before a suspended object rests',
    why: 'T4, B2: what was begun is finished, and takes no call',
    desired: { lifecycle: 'suspended' },
    observed: { roll: 'due', secret: { type: 'unseen' } },
    want: 'roll',
  },
  {
    name: 'are rolled though the spec cannot be honoured',
    why: 'T4',
    desired: { lifecycle: 'spec-refused' },
    observed: { roll: 'due', secret: { type: 'unseen' } },
    want: 'roll',
  },
  {
    name: 'are rolled though a field is not granted',
    why: 'T4',
    desired: { lifecycle: 'not-granted' },
    observed: { roll: 'due', secret: { type: 'unseen' } },
    want: 'roll',
  },
  {
    name: 'are rolled before it is said that another Secret is in the way',
    why: 'T4: that of the former name holds the value',
    observed: { roll: 'due', secret: { type: 'foreign', madeBy: 'somebody' } },
    want: 'roll',
  },
  {
    name: 'are rolled beside a Secret that may be refused',
    why: 'T4: what stands in it already works',
    observed: { roll: 'due', secret: { type: 'outdated', stored: STORED }, ...DRIFTED },
    want: 'write-secret, beside it roll and update displayName',
  },
  {
    name: 'are rolled before an object goes and its Secret stays',
    why: 'D4: nobody would roll them afterwards',
    desired: RETAINED,
    observed: { roll: 'due' },
    want: 'roll',
  },
  {
    name: 'are not rolled for a registration that goes',
    why: 'D1: the Secret goes as well',
    desired: { lifecycle: 'deleted' },
    observed: { roll: 'due', seal: 'valid' },
    want: 'deregister 7',
  },
  {
    name: 'are not rolled before it is known what became of the next rotation',
    why: 'O7: the value in the Secret may be dead',
    desired: { lifecycle: 'suspended' },
    observed: { roll: 'due', operation: { type: 'settling', remainingMs: 5 } },
    want: 'settling 5',
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
    observed: { schedule: { type: 'due', because: 'ended' }, issued: NONE_ISSUED, losses: 'too-many' },
    want: 'rotate ended',
  },
  {
    name: 'goes on with everything else while the successor to a secret that has ended is held back',
    why: 'T5: the limit holds up nothing else',
    desired: { onSecretLoss: 'Wait' },
    observed: {
      schedule: { type: 'later', atMs: 7, punctuality: 'delayed-past-end' },
      issued: NONE_ISSUED,
      ...DRIFTED,
    },
    want: 'update displayName',
  },
  {
    name: 'takes a secret for lost that the provider holds no longer, though it was to end later',
    why: 'S7: somebody deleted it',
    observed: { schedule: { type: 'later', atMs: 7, punctuality: 'delayed-before-end' }, issued: NONE_ISSUED },
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
    observed: { roll: 'due', ...DRIFTED },
    want: 'roll',
  },
  {
    name: 'rotates first what is lost again after a roll that is still to come',
    why: 'S7',
    observed: { roll: 'due', secret: { type: 'absent' } },
    want: 'rotate secret-lost',
  },
  {
    name: 'replaces no value for the second time in a day',
    why: 'S7: two hands write one Secret',
    observed: { secret: { type: 'absent' }, losses: 'too-many' },
    want: 'stalled SecretContested',
  },
  {
    name: 'rotates a contested Secret when asked',
    why: 'S7: only a token goes on',
    desired: ROTATE_ASKED,
    observed: { secret: { type: 'absent' }, losses: 'too-many' },
    want: 'rotate requested',
  },
];

decides('a superseded secret', RETIREMENTS);
decides('workloads that wait for the value in use', ROLLS);
decides('the schedule and the workloads', SCHEDULED);
