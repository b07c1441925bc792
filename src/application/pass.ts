import type { OAuthApplication } from '../api/application.ts';
import { type Desired, tokensOf } from './desired.ts';
import type { MarkedObject } from './marks.ts';
import type { Facts } from './ports/applications.ts';
import type { Ports } from './ports/ports.ts';
import type { Access, Applicant, Claimant, ReadyProvider } from './ports/provider.ts';
import type { SealClaims } from './ports/seals.ts';
import type { Subject } from './subject.ts';
import type { Unretired, Unrolled } from './undone.ts';

/**
 * What the steps of a pass leave to its report, even where it ends in an error, and to its later steps. Beside the
 * {@link Subject}, the one thing that they share and change.
 */
export interface PassReport {
  secret: 'there' | 'missing' | undefined;
  /** Workloads are rolled once in a pass: what is refused now is refused a moment later. */
  unrolled: Unrolled | undefined;
  /** Nor is one that the provider would not delete asked for twice; the others are. */
  unretired: readonly Unretired[];
  /** What is to be retained was refused its last write, and stays as it is (protocol D4). */
  lastWrite: 'refused' | undefined;
}

/** One look at one object with a provider that can be worked with. */
export interface Pass {
  readonly subject: Subject;
  readonly desired: Desired;
  readonly provider: ReadyProvider;
  readonly access: Access;
  readonly ports: Ports;
  /** Read at most once in a pass, and in most passes not at all. */
  readonly namespaceUid: () => Promise<string>;
  readonly report: PassReport;
  readonly signal: AbortSignal;
}

function keyOf({ metadata }: OAuthApplication): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** How another application is named to the readers of this one: by name in its own namespace, and else not at all. */
export function nameFor({ metadata }: OAuthApplication, { subject }: Pick<Pass, 'subject'>): string {
  const { namespace } = subject.application().metadata;
  return metadata.namespace === namespace ? `OAuthApplication ${metadata.name}` : 'an application of another namespace';
}

/** Who calls, and how urgently (design section 7). */
export function claimantOf({ subject, desired, report }: Pass, urgency?: Claimant['urgency']): Claimant {
  const application = subject.application();
  return {
    key: keyOf(application),
    namespace: application.metadata.namespace,
    urgency: urgency ?? urgencyOf(application, desired),
    pass: report,
  };
}

/** Who wants to register, and by which spec and requests. */
export function applicantOf(pass: Pass): Applicant {
  const application = pass.subject.application();
  const { uid, generation } = application.metadata;
  return { ...claimantOf(pass), asked: JSON.stringify([uid, generation, tokensOf(application)]) };
}

function urgencyOf({ status }: OAuthApplication, { lifecycle, requests }: Desired): Claimant['urgency'] {
  if (lifecycle === 'deleted') return 'deletion';
  const { rotate, reconcile, retire } = requests;
  if (rotate !== undefined || reconcile !== undefined || retire !== undefined) return 'requested';
  return status?.applicationId === undefined ? 'new' : 'drift';
}

/** What binds an application to where it is registered (protocol I3). */
export function bindingOf({ ref, identity }: ReadyProvider): NonNullable<Facts['provider']> {
  const { kind, name, uid } = ref;
  return { kind, name, uid, identity };
}

/** What the seal of this object's registration vouches for (protocol I2). */
export async function claimsOf(
  identity: string,
  applicationId: string,
  { subject, namespaceUid }: Pass,
): Promise<SealClaims> {
  const { namespace, name } = subject.application().metadata;
  return { namespaceUid: await namespaceUid(), namespace, name, identity, applicationId };
}

/** The object as owner marks speak of it. */
export async function markedObject({ subject, namespaceUid }: Pass): Promise<MarkedObject> {
  const { uid, namespace, name } = subject.application().metadata;
  return { namespaceUid: await namespaceUid(), uid, namespace, name };
}

/** A total order, so that two objects never both give way or both stay. */
export function isOlder(one: OAuthApplication, other: OAuthApplication): boolean {
  const { creationTimestamp, uid } = one.metadata;
  const { creationTimestamp: othersTimestamp, uid: othersUid } = other.metadata;
  return creationTimestamp === othersTimestamp ? uid < othersUid : creationTimestamp < othersTimestamp;
}
