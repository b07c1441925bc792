import type { OAuthApplication, OAuthApplicationStatus } from '../api/application.ts';
import { type Reason, setConditions, type WantedCondition } from '../api/conditions.ts';
import type { Registration } from '../idp/provider.ts';
import { factsOf } from './pass.ts';
import type { Facts } from './ports.ts';
import type { Verdict } from './verdict.ts';

type Told = Extract<Verdict, { type: 'told' }>;

type Part = Pick<WantedCondition, 'type' | 'status' | 'reason' | 'message'>;

/** Reasons that speak of the Secret: while one holds, the Secret is not in sync whatever was delivered before. */
const SECRET_REASONS: ReadonlySet<Reason> = new Set([
  'SecretNotOurs',
  'SecretNameConflict',
  'SecretRefused',
  'SecretLost',
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
export function statusAfter(verdict: Told, application: OAuthApplication, nowMs: number): OAuthApplicationStatus {
  const { waiting: _, ...facts } = { ...application.status, ...registrationFacts(verdict, factsOf(application)) };
  const { generation: observedGeneration } = application.metadata;
  const wanted = conditionsOf(verdict, facts).map((part) => ({ ...part, observedGeneration }));
  return {
    ...facts,
    observedGeneration,
    conditions: [...setConditions(application.status?.conditions, wanted, new Date(nowMs).toISOString())],
    ...(verdict.waiting === undefined ? {} : { waiting: verdict.waiting }),
  };
}

/** What stands in a status that says nothing yet: tools that judge by conditions take an object without any for healthy. */
export function firstConditions({ metadata, status }: OAuthApplication, nowMs: number): OAuthApplicationStatus {
  if (status?.conditions !== undefined) return {};
  const observedGeneration = metadata.generation;
  const part = { reason: 'Progressing', message: 'The application is being registered', observedGeneration } as const;
  const wanted: readonly WantedCondition[] = [
    { type: 'Ready', status: 'False', ...part },
    { type: 'Reconciling', status: 'True', ...part },
  ];
  return { observedGeneration, conditions: [...setConditions(undefined, wanted, new Date(nowMs).toISOString())] };
}

function registrationFacts({ registration }: Told, { registration: before }: Facts): Pick<Facts, 'registration'> {
  if (registration === undefined) return before === undefined ? {} : { registration: before };
  const { status, environment, tier, organization, createdAt } = registration.facts;
  const { approval } = registration;
  return { registration: { ...before, status, environment, tier, organization, createdAt, approval } };
}

function conditionsOf(verdict: Told, facts: Facts): readonly Part[] {
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
  return [...parts, registered(facts), secretSynced(verdict, facts), inSync(verdict), ...approved(facts)];
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

function secretSynced({ reason, message }: Told, { secret }: Facts): Part {
  if (SECRET_REASONS.has(reason)) return { type: 'SecretSynced', status: 'False', reason, message };
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
function inSync({ registration, reason, message }: Told): Part {
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
