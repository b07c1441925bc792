import type { SecretView } from '../../../src/application/observed.ts';
import type { OwnerMark } from '../../../src/idp/owner-mark.ts';
import {
  ADOPTION,
  ANEW_ASKED,
  type Case,
  DELETED,
  decides,
  FACTS,
  FRESH,
  GONE,
  MARKED_BY_US,
  marked,
  NEW,
  NOT_HERE,
  NOTES,
  OURS,
  ours,
  ROTATE_ASKED,
  STORED,
  TWIN,
  YOUNGER_TWIN,
} from './table.ts';

const ADOPTABLE = { type: 'ready', registration: OURS, credentials: undefined, takenOver: undefined } as const;
const BIRTH = { operation: 'o1', applicationId: '7' } as const;
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
const UNRELEASED_MARK = { type: 'unreleased', id: '6', by: 'another cluster', namespaceUid: 'u-theirs' } as const;
/** A status that was lost, which was seen. */
const LOSS_NOTED = { served: {} } as const;
const LEFT_MARK = { type: 'takeable', of: 'former', registration: TWIN } as const;

const LOST_STATUS: readonly Case[] = [
  {
    name: 'is written down before anything is judged',
    why: 'R10: a request for another registration may have been served before',
    desired: ANEW_ASKED,
    observed: { facts: {}, ...NOT_HERE },
    want: 'note-loss',
  },
  {
    name: 'takes back by a sealed Secret',
    why: 'R9',
    observed: { facts: LOSS_NOTED, secret: ours('valid') },
    want: 'take-back',
  },
  {
    name: 'takes back by a sealed Secret once what was under way has settled',
    why: 'O4: a rotation that comes late would make its value worthless',
    observed: { facts: LOSS_NOTED, secret: ours('valid'), lossMs: 40_000 },
    want: 'settling 40000',
  },
  {
    name: 'takes back at once where every secret goes on working',
    why: 'R9, T3',
    observed: { facts: LOSS_NOTED, secret: ours('valid'), lossMs: 40_000, naming: 'Marked' },
    want: 'take-back',
  },
  {
    name: 'takes back by a sealed Secret though register-anew is set',
    why: 'R10: whether it was served is lost with the status',
    desired: ANEW_ASKED,
    observed: { facts: LOSS_NOTED, secret: ours('valid') },
    want: 'take-back',
  },
  {
    name: 'is no way out of another’s Secret',
    why: 'R10: register-anew is',
    desired: ANEW_ASKED,
    observed: { ...FRESH, secret: ours('other-provider') },
    want: 'register',
  },
  {
    name: 'asks for the former provider also where register-anew stands there',
    why: 'O2, R10: whether it was served is lost with the status',
    desired: ANEW_ASKED,
    observed: { facts: LOSS_NOTED, ...NOT_HERE, secret: ours('other-provider') },
    want: 'stalled StatusLost',
  },
  {
    name: 'asks for the former provider where the Secret is from another one',
    why: 'O2: the registration is there',
    observed: { facts: LOSS_NOTED, ...NOT_HERE, secret: ours('other-provider') },
    want: 'stalled StatusLost',
  },
  {
    name: 'is registered when what its Secret proves is gone, and not before what was under way has settled',
    why: 'O4: no operation says what was',
    observed: { facts: LOSS_NOTED, ...GONE, secret: ours('valid'), lossMs: 40_000 },
    want: 'settling 40000',
  },
  {
    name: 'creates nothing on a guess',
    why: 'O2: finalizer with empty status is never a new object',
    observed: { facts: LOSS_NOTED, ...NOT_HERE },
    want: 'stalled StatusLost',
  },
  {
    name: 'believes no Secret without a seal',
    why: 'I2',
    observed: { facts: LOSS_NOTED, registration: { type: 'none' }, secret: ours('invalid') },
    want: 'stalled StatusLost',
  },
  {
    name: 'registers a second time when told to',
    why: 'R10',
    desired: ANEW_ASKED,
    observed: { facts: LOSS_NOTED, ...NOT_HERE },
    want: 'register',
  },
];

const REFUSED = {
  type: 'refused',
  holder: 'none',
  standing: { type: 'stalled', reason: 'AccessDenied', message: 'No.' },
} as const;
const TAKEN = {
  type: 'refused',
  holder: 'another',
  standing: { type: 'stalled', reason: 'NameTaken', message: 'No.' },
} as const;
const HELD = { registration: { type: 'held-by-another', holder: 'an application' } } as const;

function sealedFor(applicationId: string): SecretView {
  return { type: 'ours', seal: 'valid', stored: { ...STORED, notes: { ...NOTES, applicationId } } };
}

const ADOPTIONS: readonly Case[] = [
  {
    name: 'goes on by the Secret where it was interrupted and is not asked for any more',
    why: 'S1: the Secret has the one copy of the value, which a new registration would write over',
    observed: { facts: NEW, secret: ours('valid') },
    want: 'take-back',
  },
  {
    name: 'that was interrupted waits while its registration is among many that are gone',
    why: 'B1: it may all come back',
    observed: { facts: NEW, secret: ours('valid'), registration: { type: 'mass-gone' } },
    want: 'stalled MassDisappearance',
  },
  {
    name: 'that was interrupted is begun again where it is asked for',
    why: 'A1',
    desired: { adopt: ADOPTION },
    observed: { facts: NEW, secret: ours('valid'), adoption: ADOPTABLE },
    want: 'adopt 7',
  },
  {
    name: 'that was interrupted is given up for a new registration when a person asks for it',
    why: 'R10',
    desired: ANEW_ASKED,
    observed: { facts: NEW, secret: ours('valid') },
    want: 'register',
  },
  {
    name: 'does not go on by the Secret of what was given up, or gone',
    why: 'R10, D2',
    observed: { facts: { ...NEW, anew: 1 }, registration: { type: 'none' }, secret: ours('valid') },
    want: 'register',
  },
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
      adoption: REFUSED,
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
    observed: { facts: LOSS_NOTED, ...NOT_HERE, adoption: ADOPTABLE },
    want: 'adopt 7',
  },
  {
    name: 'is given up to another that adopted it at the same moment',
    why: 'R12',
    desired: { adopt: ADOPTION },
    observed: HELD,
    want: 'give-way 7',
  },
  {
    name: 'is not given up by one that has worked with it',
    why: 'R12: a person says which of the two is to go',
    desired: { adopt: ADOPTION },
    observed: { ...HELD, facts: { ...FACTS, registration: {} } },
    want: 'stalled NameTaken',
  },
  {
    name: 'is given up to one whose mark it bears by now',
    why: 'R12: of another cluster nothing but the mark is to be seen',
    desired: { adopt: ADOPTION },
    observed: marked('foreign'),
    want: 'give-way 7',
  },
  {
    name: 'is not given up for its mark by one that has worked with it',
    why: 'R12: a person says which of the two is to go',
    desired: { adopt: ADOPTION },
    observed: { ...marked('foreign'), facts: { ...FACTS, registration: {} } },
    want: 'stalled NameTaken',
  },
  {
    name: 'leaves no credentials with one that died before it learned of the other',
    why: 'R12',
    desired: { adopt: ADOPTION },
    observed: { facts: NEW, ...NOT_HERE, secret: sealedFor('7'), adoption: TAKEN },
    want: 'give-way 7',
  },
  {
    name: 'leaves alone the Secret that the user put there himself',
    why: 'A1: it gave him nothing',
    desired: { adopt: { ...ADOPTION, source: { name: 'shop-oauth', clientId: 'id', clientSecret: 'secret' } } },
    observed: { facts: NEW, ...NOT_HERE, secret: sealedFor('7'), adoption: TAKEN },
    want: 'stalled NameTaken',
  },
  {
    name: 'leaves alone a Secret with the credentials of another registration',
    why: 'R12',
    desired: { adopt: ADOPTION },
    observed: { facts: NEW, ...NOT_HERE, secret: sealedFor('8'), adoption: TAKEN },
    want: 'stalled NameTaken',
  },
  {
    name: 'leaves its Secret where it is refused for another reason',
    why: 'nobody else has the registration',
    desired: { adopt: ADOPTION },
    observed: { facts: NEW, ...NOT_HERE, secret: sealedFor('7'), adoption: REFUSED },
    want: 'stalled AccessDenied',
  },
  {
    name: 'names no other registration than the one that is held',
    why: 'A1',
    desired: { adopt: { ...ADOPTION, applicationId: '8' } },
    want: 'stalled AdoptionConflict',
  },
  {
    name: 'does not go on standing in the spec for another registration',
    why: 'R10: the same one would be adopted once more',
    desired: { ...ANEW_ASKED, adopt: ADOPTION },
    want: 'stalled AdoptionConflict',
  },
  {
    name: 'may go on standing in the spec',
    why: 'A1',
    desired: { adopt: ADOPTION },
    want: 'in-sync',
  },
];

const MARKED_ONES: readonly Case[] = [
  {
    name: 'takes the oldest that bears its mark',
    why: 'R4',
    observed: { ...MARKED_BY_US, facts: LOSS_NOTED, ...NOT_HERE, unrecorded: [TWIN, YOUNGER_TWIN] },
    want: 'take 8',
  },
  {
    name: 'takes what an earlier object of the name left',
    why: 'R4',
    observed: { ...MARKED_BY_US, facts: LOSS_NOTED, ...NOT_HERE, inherited: LEFT_MARK },
    want: 'take 8',
  },
  {
    name: 'takes its own before what an earlier one left',
    why: 'R4: ours by uid first',
    observed: {
      ...MARKED_BY_US,
      facts: LOSS_NOTED,
      ...NOT_HERE,
      unrecorded: [YOUNGER_TWIN],
      inherited: LEFT_MARK,
    },
    want: 'take 9',
  },
  {
    name: 'registers with a finalizer and an empty status, where no mark says that there is one',
    why: 'R4: a lost status is no riddle',
    observed: { ...MARKED_BY_US, facts: LOSS_NOTED, ...NOT_HERE },
    want: 'register',
  },
  {
    name: 'registers not before what was under way has settled, where a status is lost',
    why: 'O4: no operation says what was',
    observed: { ...MARKED_BY_US, facts: LOSS_NOTED, ...NOT_HERE, lossMs: 40_000 },
    want: 'settling 40000',
  },
  {
    name: 'takes what bears its mark without waiting for more',
    why: 'R4',
    observed: { ...MARKED_BY_US, facts: LOSS_NOTED, ...NOT_HERE, lossMs: 40_000, unrecorded: [TWIN] },
    want: 'take 8',
  },
  {
    name: 'nor where a person asks for another',
    why: 'R10, O4: a status that is lost does not say whether that was served',
    desired: ANEW_ASKED,
    observed: { ...MARKED_BY_US, facts: LOSS_NOTED, ...NOT_HERE, lossMs: 40_000 },
    want: 'settling 40000',
  },
  {
    name: 'nor under a temporary name',
    why: 'R10, O4',
    desired: ANEW_ASKED,
    observed: { facts: LOSS_NOTED, ...NOT_HERE, lossMs: 40_000 },
    want: 'settling 40000',
  },
  {
    name: 'takes nothing by a temporary name before that',
    why: 'R5, O4: what is under way may be what the object has',
    desired: ANEW_ASKED,
    observed: { facts: LOSS_NOTED, ...NOT_HERE, lossMs: 40_000, unrecorded: [TWIN] },
    want: 'settling 40000',
  },
  {
    name: 'takes nothing that a person has to release',
    why: 'R4',
    observed: { ...MARKED_BY_US, ...FRESH, inherited: UNRELEASED_MARK },
    want: 'stalled RetainedRegistrationFound',
  },
  {
    name: 'registers beside it when a person asks for that',
    why: 'R10',
    desired: ANEW_ASKED,
    observed: { ...MARKED_BY_US, ...FRESH, inherited: UNRELEASED_MARK },
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
    name: 'notes which operation made it before anything else',
    why: 'R4: it may be gone tomorrow, and a copy of it there',
    desired: ROTATE_ASKED,
    observed: { ...marked('as-it-should'), unrecordedBirth: BIRTH, unrecorded: [TWIN] },
    want: 'record-birth 7',
  },
  {
    name: 'notes what only its Secret tells of before it registers',
    why: 'R4: the Secret is written over',
    observed: {
      ...MARKED_BY_US,
      facts: LOSS_NOTED,
      ...NOT_HERE,
      ...GONE,
      secret: ours('valid'),
      unrecordedBirth: BIRTH,
    },
    want: 'record-birth 7',
  },
  {
    name: 'takes back before it notes',
    why: 'R9',
    observed: { facts: LOSS_NOTED, secret: ours('valid'), unrecordedBirth: BIRTH },
    want: 'take-back',
  },
  {
    name: 'marks before it notes',
    why: 'I5',
    observed: { ...marked('due'), unrecordedBirth: BIRTH },
    want: 'mark',
  },
  {
    name: 'marks before anything else',
    why: 'I5: nothing is done to what does not say whose it is',
    desired: ROTATE_ASKED,
    observed: { ...marked('due', { differences: ['displayName'] }), unrecorded: [TWIN] },
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
    name: 'does nothing to what bears a mark that is damaged',
    why: 'I5: it may be anybody’s',
    desired: ROTATE_ASKED,
    observed: marked('damaged'),
    want: 'stalled MarkDamaged',
  },
  {
    name: 'deletes what an earlier object left and was not told to leave, where its own status is lost',
    why: 'D1: nothing comes after it',
    desired: DELETED,
    observed: {
      ...MARKED_BY_US,
      facts: LOSS_NOTED,
      ...NOT_HERE,
      inherited: { type: 'takeable', of: 'former', registration: { ...TWIN, mark: { type: 'mark', mark: LEFT } } },
    },
    want: 'deregister 8',
  },
  {
    name: 'deletes what an earlier object left and was not told to leave, where it has registered nothing itself',
    why: 'D1: it would have taken it',
    desired: DELETED,
    observed: {
      ...MARKED_BY_US,
      facts: NEW,
      ...NOT_HERE,
      inherited: { type: 'takeable', of: 'former', registration: { ...TWIN, mark: { type: 'mark', mark: LEFT } } },
    },
    want: 'deregister 8',
  },
  {
    name: 'lets an object whose status is lost go not before what was under way has settled',
    why: 'D1, O4: nothing comes after it',
    desired: DELETED,
    observed: { ...MARKED_BY_US, facts: LOSS_NOTED, ...NOT_HERE, lossMs: 40_000 },
    want: 'settling 40000',
  },
  {
    name: 'nor where it is to be retained: it has to say so',
    why: 'D4, O4',
    desired: { ...DELETED, deletionPolicy: 'Retain' },
    observed: { ...MARKED_BY_US, facts: LOSS_NOTED, ...NOT_HERE, lossMs: 40_000 },
    want: 'settling 40000',
  },
  {
    name: 'leaves what an earlier object retained',
    why: 'D4',
    desired: DELETED,
    observed: {
      ...MARKED_BY_US,
      facts: LOSS_NOTED,
      ...NOT_HERE,
      inherited: {
        type: 'takeable',
        of: 'former',
        registration: { ...TWIN, mark: { type: 'mark', mark: { ...LEFT, retained: true } } },
      },
    },
    want: 'release',
  },
];

decides('a lost status', LOST_STATUS);
decides('adoption', ADOPTIONS);
decides('the owner mark', MARKED_ONES);
