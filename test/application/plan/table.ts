import { expect, test } from 'vitest';
import type { Desired } from '../../../src/application/desired.ts';
import type {
  FoundRegistration,
  IssuedView,
  Observed,
  SecretSeal,
  SecretView,
} from '../../../src/application/observed.ts';
import { plan } from '../../../src/application/plan/plan.ts';
import type { Facts } from '../../../src/application/ports/applications.ts';
import type { SecretNotes, StoredSecret, WholeSecret } from '../../../src/application/ports/secrets.ts';
import type { Step } from '../../../src/application/step.ts';
import { Redacted } from '../../../src/credentials.ts';
import { registrationNamed } from '../../support/registrations.ts';

export const OURS = registrationNamed('Shop', { id: '7', clientId: 'c7' });
export const TWIN = registrationNamed('Shop [k8s 0123456789ab]', { id: '8' });
export const YOUNGER_TWIN = registrationNamed('Shop [k8s 0123456789ab]', { id: '9' });

export const STORED: StoredSecret = {
  name: 'shop-oauth',
  uid: 'u-secret',
  resourceVersion: '5',
  state: 'live',
  ownerUid: 'u-shop',
  soleOwner: 'shop',
  label: 'u-shop',
  previous: undefined,
  writtenBy: undefined,
  notes: undefined,
  credentials: { clientId: 'c7', clientSecret: new Redacted('s3cret-of-the-shop') },
};

export const NOTES: SecretNotes = {
  seal: 'v1:x',
  serial: 1,
  operation: 'op',
  birth: undefined,
  applicationId: '7',
  clientId: 'c7',
  identity: 'logi|https://api.example.com',
  namespaceUid: 'u-store',
  layout: 'l',
  keys: {},
};

export const WHOLE: WholeSecret = {
  ...STORED,
  notes: NOTES,
  credentials: { clientId: 'c7', clientSecret: new Redacted('s3cret-of-the-shop') },
};

export const WANTED: Desired = {
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
export const FACTS: Facts = { provider: PROVIDER, applicationId: '7', clientId: 'c7', seal: 'v1:x', secret: DELIVERED };
export const NEW: Facts = { provider: PROVIDER };

const MARKED = { mark: 'as-it-should', inspected: 'not-now' } as const;

const IN_SYNC: Observed = {
  finalizer: 'present',
  facts: FACTS,
  operation: undefined,
  seal: 'unasked',
  registration: { type: 'found', registration: OURS, differences: [], enforced: [], ...MARKED },
  secret: { type: 'intact' },
  adoption: undefined,
  schedule: { type: 'none' },
  againMs: undefined,
  remarks: [],
  losses: 'few',
  former: undefined,
  unrecordedFormer: undefined,
  unrecorded: [],
  access: 'granted',
  givenUp: [],
  inherited: { type: 'none' },
  lossMs: 0,
  unsettledMs: 0,
  unrecordedBirth: undefined,
  naming: 'Temporary',
  issued: undefined,
  retirement: { type: 'none' },
  roll: 'none',
};

export const ROTATE_ASKED = { requests: { ...WANTED.requests, rotate: 'now' } };
export const ANEW_ASKED = { requests: { ...WANTED.requests, registerAnew: 'now' } };
export const DELETED = { lifecycle: 'deleted' } as const;
export const NOT_HERE = { registration: { type: 'none' }, secret: { type: 'absent' } } as const;
export const FRESH = { finalizer: 'absent', facts: {}, ...NOT_HERE } as const;
export const REGISTER = {
  v: 1,
  id: 'op',
  type: 'register',
  holder: 'h',
  deadlineSeconds: 10,
  serial: 1,
  secretName: 'shop-oauth',
} as const;
export const GONE = { registration: { type: 'gone' } } as const;
export const DRIFTED = {
  registration: { type: 'found', registration: OURS, differences: ['displayName'], enforced: [], ...MARKED },
} as const;
export const ADOPTION = { applicationId: '7', secret: 'Keep', source: undefined } as const;
export const MARKED_BY_US = { naming: 'Marked' } as const;

export function marked(mark: FoundRegistration['mark'], rest: Partial<FoundRegistration> = {}): Partial<Observed> {
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

export function ours(seal: SecretSeal): SecretView {
  return { type: 'ours', stored: STORED, seal };
}

export const FIRST_ISSUED: IssuedView = {
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
  replaceable: [{ name: 'Default secret', fingerprint: 'f' }],
  leftAlone: [],
  previous: undefined,
};
export const NONE_ISSUED: IssuedView = { ...FIRST_ISSUED, current: undefined, isDelivered: false };

/** Each case says only how it differs from a confidential application that is in sync. */
export interface Case {
  readonly name: string;
  readonly why: string;
  readonly desired?: Partial<Desired>;
  readonly observed?: Partial<Observed>;
  /** An action and what it is about, with what is done beside it; or a standing and its reason, or `rest`. */
  readonly want: string;
}

/** One test for each case: what is decided, in words. */
export function decides(topic: string, cases: readonly Case[]): void {
  test.each(cases)(`${topic}: $name`, ({ desired, observed, want, why }) => {
    expect(spoken(plan({ ...WANTED, ...desired }, { ...IN_SYNC, ...observed })), why).toBe(want);
  });
}

/** A step in the words of the table. */
function spoken(step: Step): string {
  switch (step.type) {
    case 'act':
      return step.beside === undefined
        ? spokenAction(step.action)
        : `${spokenAction(step.action)}, beside it ${step.beside.map(spokenAction).join(' and ')}`;
    case 'stand':
      return spokenStanding(step.standing);
    case 'rest':
      return step.type;
  }
}

function spokenAction(action: (Step & { type: 'act' })['action']): string {
  switch (action.type) {
    case 'finish':
      return `finish ${action.record.type}`;
    case 'take':
      return `take ${action.registration.id}`;
    case 'disclaim':
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
    case 'record-former-secret':
      return `${action.type} ${action.former.name}`;
    case 'remove-left-secret':
      return `remove-left-secret ${action.head.name}`;
    case 'read-back':
      return `read-back ${action.current.serial} ${action.because}`;
    case 'retire':
      return `retire ${action.name} ${action.because}`;
    case 'give-way':
      return `give-way ${action.applicationId}`;
    case 'record-birth':
      return `record-birth ${action.birth.applicationId}`;
    case 'note-loss':
    case 'mark':
    case 'serve-retire':
    case 'note-inspection':
    case 'clear-operation':
    case 'register':
    case 'take-back':
    case 'forget':
    case 'write-secret':
    case 'give-up-rotation':
    case 'decline-rotation':
    case 'move-secret':
    case 'roll':
    case 'retain':
    case 'recheck':
    case 'add-finalizer':
    case 'release':
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
    case 'previewed':
    case 'released':
    case 'undisturbed':
      return standing.type;
  }
}
