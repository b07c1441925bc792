import type { OAuthApplication, OAuthApplicationStatus } from '../api/application.ts';
import { type Reason, setConditions, type WantedCondition } from '../api/conditions.ts';
import type { Registration } from '../idp/provider.ts';
import type { Facts } from './ports/applications.ts';
import { isAhead } from './rotation/skew.ts';
import { shownOf } from './shown.ts';
import { LATENESS } from './standing.ts';
import { coarse, type Verdict } from './verdict.ts';

type Told = Extract<Verdict, { type: 'told' }>;

type Part = Pick<WantedCondition, 'type' | 'status' | 'reason' | 'message'>;

/** Reasons that speak of the Secret: while one holds, the Secret is not in sync whatever was delivered before. */
const SECRET_REASONS: ReadonlySet<Reason> = new Set([
  'SecretNotOurs',
  'SecretNameConflict',
  'SecretRefused',
  'SecretLost',
  'SecretContested',
  'ProviderReturnedNoSecret',
]);

const APPROVALS = {
  usable: { status: 'True', reason: 'Approved', message: 'The provider lets the client be used' },
  pending: {
    status: 'False',
    reason: 'AwaitingApproval',
    message: 'Somebody at the provider has to approve the client',
  },
  suspended: { status: 'False', reason: 'SuspendedByProvider', message: 'The provider has suspended the client' },
  unknown: {
    status: 'Unknown',
    reason: 'ApprovalUnknown',
    message: 'The provider describes the client by an unknown word',
  },
} as const satisfies Record<Registration['approval'], Omit<Part, 'type'>>;

/** The whole status after a verdict; equal to the one that stands there when there is nothing new. Pure. */
export function statusAfter(
  verdict: Told,
  application: OAuthApplication,
  secret: 'there' | 'missing',
  nowMs: number,
): OAuthApplicationStatus {
  const { waiting: _, plan: __, ...before } = { ...application.status };
  const facts = { ...before, ...registrationFacts(verdict), ...rotationFacts(verdict, application, nowMs) };
  const { generation: observedGeneration } = application.metadata;
  const wanted = conditionsOf(verdict, facts, secret).map((part) => ({ ...part, observedGeneration }));
  return {
    ...facts,
    observedGeneration,
    conditions: [...setConditions(application.status?.conditions, wanted, new Date(nowMs).toISOString())],
    ...(verdict.waiting === undefined ? {} : { waiting: verdict.waiting }),
    ...(verdict.plan === undefined ? {} : { plan: verdict.plan }),
  };
}

function registrationFacts({ registration, enforced }: Told): Pick<Facts, 'registration' | 'enforced'> {
  if (registration === undefined) return {};
  return {
    registration: shownOf(registration),
    enforced: enforced.length === 0 ? undefined : enforced,
  };
}

/** The next rotation, rounded up so that a status that says the same is the same. */
function rotationFacts(
  { schedule, registration, retiring }: Told,
  { metadata, status }: OAuthApplication,
  nowMs: number,
): Pick<Facts, 'rotation'> {
  if (registration === undefined) return {};
  const { rotation } = status ?? {};
  const { nextRotationAt: _, retiring: __, ...rest } = rotation ?? {};
  const nextMs = schedule.type === 'later' ? schedule.atMs : undefined;
  const next = nextMs === undefined ? {} : { nextRotationAt: coarse(nextMs) };
  // A schedule that counts from a time that is still to come would never be due: it counts from the first look (protocol T6).
  const issuedAt = rotation?.lastRotatedAt ?? metadata.creationTimestamp;
  const isToCome = schedule.type === 'later' && isAhead(Date.parse(issuedAt), nowMs);
  const last = isToCome ? { lastRotatedAt: new Date(nowMs).toISOString() } : {};
  const facts = { ...rest, ...last, ...next, ...(retiring.length === 0 ? {} : { retiring }) };
  return { rotation: Object.keys(facts).length === 0 ? undefined : facts };
}

function conditionsOf(verdict: Told, facts: Facts, secret: 'there' | 'missing'): readonly Part[] {
  const { ready, progress, reason, message } = verdict;
  const parts: Part[] = [{ type: 'Ready', status: ready, reason, message }];
  switch (progress) {
    case 'retrying':
      parts.push({ type: 'Reconciling', status: 'True', reason, message });
      break;
    case 'stalled':
      parts.push({ type: 'Stalled', status: 'True', reason, message });
      break;
    case 'suspended':
      parts.push({ type: 'Suspended', status: 'True', reason, message });
      break;
    case 'settled':
      break;
  }
  return [
    ...parts,
    registered(facts),
    secretSynced(verdict, facts, secret),
    inSync(verdict),
    ...approved(facts),
    ...overdue(verdict),
  ];
}

function overdue({ schedule }: Told): readonly Part[] {
  const message = schedule.type === 'later' ? LATENESS[schedule.punctuality] : undefined;
  return message === undefined ? [] : [{ type: 'RotationOverdue', status: 'True', reason: 'RotationOverdue', message }];
}

function registered({ applicationId }: Facts): Part {
  return applicationId === undefined
    ? {
        type: 'Registered',
        status: 'False',
        reason: 'NotRegistered',
        message: 'The provider holds no registration yet',
      }
    : {
        type: 'Registered',
        status: 'True',
        reason: 'Registered',
        message: `The provider holds registration ${applicationId}`,
      };
}

/** A pass that ended well has seen the Secret; after another one it counts whether it is there. */
function secretSynced({ ready, reason, message }: Told, { secret }: Facts, seen: 'there' | 'missing'): Part {
  if (SECRET_REASONS.has(reason)) return { type: 'SecretSynced', status: 'False', reason, message };
  if (secret?.delivered === true && ready === 'False' && seen === 'missing') {
    return {
      type: 'SecretSynced',
      status: 'False',
      reason: 'SecretLost',
      message: `Secret ${secret.name} is not there`,
    };
  }
  return secret?.delivered === true
    ? {
        type: 'SecretSynced',
        status: 'True',
        reason: 'SecretWritten',
        message: `Secret ${secret.name} holds the credentials`,
      }
    : {
        type: 'SecretSynced',
        status: 'False',
        reason: 'SecretPending',
        message: 'The credentials are not in a Secret yet',
      };
}

/** `Unknown` where the pass ended before the registration was held against the spec. */
function inSync({ registration, plan, reason, message }: Told): Part {
  if (plan !== undefined) {
    const status = plan.length === 0 ? 'True' : 'False';
    return { type: 'InSync', status, reason: plan.length === 0 ? 'InSync' : 'Drifted', message };
  }
  if (registration !== undefined) {
    return { type: 'InSync', status: 'True', reason: 'InSync', message: 'The registration says what the spec says' };
  }
  if (reason === 'Rejected') return { type: 'InSync', status: 'False', reason: 'Drifted', message };
  return { type: 'InSync', status: 'Unknown', reason, message };
}

function approved({ registration, applicationId }: Facts): readonly Part[] {
  const approval = registration?.approval;
  return approval === undefined || applicationId === undefined ? [] : [{ type: 'Approved', ...APPROVALS[approval] }];
}
