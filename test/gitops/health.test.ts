import { describe, expect, test } from 'vitest';
import { APPLICATION_REASONS, CONDITION_TYPES, PROVIDER_REASONS } from '../../src/api/conditions.ts';
import { type ArgoHealth, argoHealthOf } from '../support/argocd.ts';
import { conditionProblems, type Health, healthOf } from '../support/kstatus.ts';
import { conditionIn, type RecordedState, recordedStates } from '../support/states.ts';

type Words = readonly ArgoHealth['status'][];

/** What each reason of Ready is to Argo CD. Two words: it depends on whether it goes on by itself. */
const APPLICATIONS: Partial<Record<keyof typeof APPLICATION_REASONS, Words>> = {
  InSync: ['Healthy'],
  Progressing: ['Progressing'],
  AwaitingApproval: ['Progressing'],
  SuspendedByProvider: ['Degraded'],
  WaitingForBudget: ['Progressing'],
  Settling: ['Progressing'],
  Throttled: ['Progressing'],
  ProviderNotFound: ['Progressing', 'Degraded'],
  ProviderNotReady: ['Progressing'],
  ProviderMismatch: ['Degraded'],
  AccessDenied: ['Degraded'],
  Rejected: ['Degraded'],
  Forbidden: ['Degraded'],
  Unauthorized: ['Degraded'],
  NeedsPerson: ['Degraded'],
  QuotaExceeded: ['Degraded'],
  ProviderUnavailable: ['Progressing'],
  MalformedAnswer: ['Progressing'],
  AnswerLost: ['Progressing'],
  InvalidSpec: ['Degraded'],
  UnsupportedByProvider: ['Degraded'],
  SecretNotOurs: ['Degraded'],
  SecretNameConflict: ['Degraded'],
  SecretRefused: ['Degraded'],
  SecretContested: ['Degraded'],
  SecretLost: ['Degraded'],
  ProviderReturnedNoSecret: ['Degraded'],
  RegistrationUncertain: ['Degraded'],
  AdoptionRefused: ['Degraded'],
  AdoptionConflict: ['Degraded'],
  RollRefused: ['Degraded'],
  RotationOverdue: ['Progressing', 'Degraded'],
  Observed: ['Suspended'],
  NameTaken: ['Degraded'],
  RegistrationGone: ['Progressing'],
  MassDisappearance: ['Degraded'],
  RetainedRegistrationFound: ['Degraded'],
  Suspended: ['Suspended'],
  DeletionBlocked: ['Degraded'],
  SealInvalid: ['Degraded'],
  ForeignVersion: ['Degraded'],
  MarkDamaged: ['Degraded'],
  StatusLost: ['Degraded'],
  ApiForbidden: ['Degraded'],
};

const PROVIDERS: Record<keyof typeof PROVIDER_REASONS, Words> = {
  Reached: ['Healthy'],
  Progressing: ['Progressing'],
  CredentialsNotFound: ['Degraded'],
  CredentialsKeyMissing: ['Degraded'],
  Unauthorized: ['Degraded'],
  Forbidden: ['Degraded'],
  NeedsPerson: ['Degraded'],
  ProviderUnavailable: ['Progressing'],
  MalformedAnswer: ['Progressing', 'Degraded'],
  QuotaExceeded: ['Degraded'],
  HostNotAllowed: ['Degraded'],
  Throttled: ['Progressing'],
  InvalidSpec: ['Degraded'],
  NotYetSupported: ['Degraded'],
  UnsupportedByInstall: ['Degraded'],
  IdentityChanged: ['Degraded'],
  ServedByAnother: ['Degraded'],
  MassDisappearance: ['Degraded'],
  CloneSuspected: ['Degraded'],
  Suspended: ['Suspended'],
  InUse: ['Progressing'],
  ApiForbidden: ['Degraded'],
};

/** What kstatus, and with it Flux, makes of the same. */
const BY_KSTATUS = {
  Healthy: 'Current',
  Progressing: 'InProgress',
  Degraded: 'Failed',
  // Not ready and nothing under way: whoever waits for it waits until somebody lets it go on.
  Suspended: 'InProgress',
} as const satisfies Record<ArgoHealth['status'], Health>;

/** An object of which nothing is said yet. */
function isUnseen({ status }: RecordedState): boolean {
  return status?.conditions === undefined;
}

const STATES = recordedStates().map((state) => ({
  state,
  title: `${state.kind} ${state.metadata.name}: ${conditionIn(state, 'Ready')?.reason ?? 'no conditions'}`,
}));

function wordsFor(state: RecordedState): Words {
  const reason = conditionIn(state, 'Ready')?.reason ?? 'Progressing';
  const table: Readonly<Record<string, Words>> = state.kind === 'OAuthApplication' ? APPLICATIONS : PROVIDERS;
  const isOld = state.status?.observedGeneration !== state.metadata.generation;
  return isOld ? ['Progressing'] : (table[reason] ?? []);
}

describe('of the states that tests of whole processes came upon', () => {
  test.each(STATES)('$title is to Argo CD what it is to a person', async ({ state }) => {
    const { status, message } = await argoHealthOf(state);
    expect(wordsFor(state)).toContain(status);
    const said = state.status?.conditions.map((condition) => condition.message) ?? [];
    if (state.status?.observedGeneration === state.metadata.generation) expect(said).toContain(message);
  });

  test.each(STATES.filter(({ state }) => !isUnseen(state)))(
    '$title is to Flux what it is to Argo CD',
    async ({ state }) => {
      expect(conditionProblems(state)).toEqual([]);
      const { status } = await argoHealthOf(state);
      // Argo CD itself judges what is being deleted, and asks no script.
      const want = state.metadata.deletionTimestamp === undefined ? BY_KSTATUS[status] : 'Terminating';
      expect(healthOf(state)).toBe(want);
    },
  );

  test.each(STATES.filter(({ state }) => isUnseen(state)))(
    '$title is Current to Flux, which takes an object that says nothing for done',
    ({ state }) => {
      expect(healthOf(state)).toBe('Current');
    },
  );

  test.each([
    { kinds: ['OAuthApplication'], reasons: APPLICATION_REASONS },
    { kinds: ['OAuthProvider', 'ClusterOAuthProvider'], reasons: PROVIDER_REASONS },
  ])('every reason is there, on $kinds', ({ kinds, reasons }) => {
    const seen = new Set(
      recordedStates()
        .filter(({ kind }) => kinds.includes(kind))
        .flatMap(({ status }) => status?.conditions.map(({ reason }) => reason) ?? []),
    );
    expect(Object.keys(reasons).filter((reason) => !seen.has(reason))).toEqual([]);
  });

  test('every type of condition is there', () => {
    const seen = new Set(recordedStates().flatMap(({ status }) => status?.conditions.map(({ type }) => type) ?? []));
    expect(Object.keys(CONDITION_TYPES).filter((type) => !seen.has(type))).toEqual([]);
  });
});

test.each([
  ['nobody has looked at', { metadata: { generation: 1 } }],
  ['has a status without conditions', { metadata: { generation: 1 }, status: {} }],
  [
    'does not say whether it is ready',
    { metadata: { generation: 1 }, status: { observedGeneration: 1, conditions: [] } },
  ],
  ['speaks of an earlier generation', { metadata: { generation: 2 }, status: of('Ready', 'True', 'InSync') }],
])('an object that %s is Progressing to Argo CD', async (_, object) => {
  expect((await argoHealthOf(object)).status).toBe('Progressing');
});

test('what is stalled is Degraded, though somebody has suspended it', async () => {
  const conditions = [of('Stalled', 'True', 'InvalidSpec'), of('Suspended', 'True', 'Suspended')].flatMap(
    (status) => status.conditions,
  );
  const object = { metadata: { generation: 1 }, status: { observedGeneration: 1, conditions } };
  expect((await argoHealthOf(object)).status).toBe('Degraded');
});

function of(type: string, status: string, reason: string) {
  return { observedGeneration: 1, conditions: [{ type, status, reason, message: 'Because.', observedGeneration: 1 }] };
}
