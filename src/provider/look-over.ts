import { durationMs } from '../api/duration.ts';
import { answerTo, isGoneAsAnswered, type Question } from './confirmations.ts';
import { heldAt } from './held.ts';
import { begunElsewhere, formerIdentity } from './identity.ts';
import { isLeaving } from './in-use.ts';
import { countGone, differing, isMass } from './inventory.ts';
import type { Listing } from './listings.ts';
import { orphansByMark, orphansByName } from './orphans.ts';
import type { ProviderPass } from './pass.ts';
import { provedApplications } from './proved.ts';
import type { Session } from './session.ts';
import { isSuspended } from './suspension.ts';
import { keyOf } from './users.ts';
import { leaving, reached, suspended, Unfit, type Verdict } from './verdict.ts';

/** What a listing comes to. */
export interface LookedOver {
  readonly verdict: Verdict;
  /** `namespace/name` of the applications that have to be looked at (protocol B3). */
  readonly differing: readonly string[];
  /** Ids of registrations that the cluster began and nobody has, oldest first (protocol B4). */
  readonly orphans: readonly string[];
  /** What a person has yet to answer, or has just answered. Never `credentials`: those are taken or refused at once. */
  readonly open: ReadonlySet<Question>;
  /** How many registrations held by live objects are missing. */
  readonly missing: number;
}

/**
 * Holds what the provider has against the applications.
 *
 * @param credentials fingerprint of those that the listing was made with
 * @throws Unfit where other credentials lead where none of the registrations is (protocol I4)
 */
export async function lookOver(
  pass: ProviderPass,
  session: Session,
  listing: Listing,
  credentials: string,
): Promise<LookedOver> {
  const { key, provider, ports, writer, signal } = pass;
  const { identity } = session;
  const proved = await provedApplications(key, ports, signal);
  const held = await heldAt(identity, proved, pass);
  const seen = session.snapshot.all();
  const findings = countGone(held, seen);

  const isStrange = provider.status?.credentials?.fingerprint !== credentials && findings.known > 0;
  if (isStrange && findings.found === 0 && answerTo('credentials', provider) !== identity)
    throw strange(identity, pass);

  const open = new Set<Question>();
  if (isMass(findings)) open.add('disappearance');
  const applications = ports.providers.applications(key);
  const begun = begunElsewhere(key, applications, identity);
  if (begun.length > 0 || formerIdentity(key, proved, identity) !== undefined) open.add('identity');
  const movable = answerTo('identity', provider) === identity ? begun.map(keyOf) : [];
  const { missing } = findings;
  const isAnswered = isGoneAsAnswered(missing, { metadata: provider.metadata, status: writer.current().status });
  return {
    verdict: open.has('disappearance') && !isAnswered ? MASS_DISAPPEARANCE : settled(pass, session, listing),
    differing: [...movable, ...differing(applications, seen, { identity, seals: ports.seals, drifts: session.drifts })],
    orphans: orphansOf(pass, session),
    open,
    missing,
  };
}

function orphansOf({ provider, ports }: ProviderPass, { identity, naming, snapshot }: Session): readonly string[] {
  const applications = ports.providers.everyApplication();
  // What this release cannot read may hold any of them, and people delete what is said to be nobody's.
  if (applications === 'unreadable') return [];
  const orphans = naming === 'Marked' ? orphansByMark : orphansByName;
  return orphans(snapshot.all(), applications, { identity, uid: provider.metadata.uid }, ports.seals);
}

function strange(identity: string, { provider }: ProviderPass): Unfit {
  const since =
    provider.status?.credentials === undefined
      ? 'The status does not say with which credentials the applications were registered, and'
      : 'Since the credentials changed';
  return new Unfit(
    'IdentityChanged',
    `${since} the provider shows none of the registrations of the applications: give the former credentials back, or if these are right set the annotation oauthapp.dev/confirm-identity to ${identity} (take it away first where it stands already)`,
  );
}

/** The session stays open: what is still there can be worked with, and the brake is in the session. */
const MASS_DISAPPEARANCE: Verdict = {
  type: 'told',
  ready: 'False',
  progress: 'stalled',
  reason: 'MassDisappearance',
  message:
    'Many registrations are missing at once: if they are really gone, set the annotation oauthapp.dev/confirm-disappearance to a new value',
  next: { type: 'back-off' },
};

/** Looked at again when the listing is due, or earlier, when what the status says of the budget is over. */
function settled({ provider, ports }: ProviderPass, session: Session, { startedAtMs }: Listing): Verdict {
  const listingDueMs = startedAtMs + durationMs(provider.spec.resyncInterval) - ports.monotonicMs();
  const createDueMs = session.nextCreateInMs() ?? listingDueMs;
  const afterMs = Math.max(SOONEST_MS, Math.min(listingDueMs, createDueMs));
  if (isLeaving(provider)) return leaving({ type: 'again', afterMs });
  return isSuspended(provider) ? suspended({ type: 'await-change' }) : reached(afterMs);
}

/** The budget counts by two clocks, of which one may have been set. */
const SOONEST_MS = 1_000;
