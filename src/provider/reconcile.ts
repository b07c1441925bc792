import { durationMs } from '../api/duration.ts';
import type { OAuthProviderStatus } from '../api/provider.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { claim } from './claim.ts';
import { isListingRequested, servedAfter, servedStill } from './confirmations.ts';
import { handOver } from './hand-over.ts';
import { holdInUse, isLeaving, release, settleSecrets } from './in-use.ts';
import { textOf } from './key.ts';
import type { Listing } from './listings.ts';
import { logIn } from './log-in.ts';
import { type LookedOver, lookOver } from './look-over.ts';
import type { OpenSession, ProviderPass } from './pass.ts';
import { objectionTo } from './refusals.ts';
import type { Session } from './session.ts';
import type { Attempt, OpenStanding } from './sessions.ts';
import { dutyOf } from './suspension.ts';
import { UNDER_WAY_MS, usersOf } from './users.ts';
import { judgeError, leaving, type Silence, statusAfter, suspended, Unfit, type Verdict } from './verdict.ts';

/**
 * Brings one provider object into service: look, decide, act, report.
 *
 * The listing is the check of the credentials, the inventory that finds drift and disappearance, and the knowledge
 * that lets a settled application cost no call (design section 7). Safe to run at any time and twice: a pass between
 * two listings makes no call at the provider.
 */
export async function reconcileProvider(pass: ProviderPass, open: OpenSession): Promise<Outcome> {
  const { provider, ports, writer } = pass;
  const judge = (error: unknown): Verdict | Silence => judgeError(error, provider, addressOf(pass));
  writer.see(provider);

  const isServed = ports.shard.serves(provider);
  const verdict = await (isServed ? serve(pass, open) : handOver(pass)).catch(judge);
  if (verdict.type === 'silent') return verdict.next;
  return report(verdict, pass).catch((error: unknown) => judge(error).next);
}

/** Whether the provider was found at the address that the spec names now. */
function addressOf({ key, provider, ports }: ProviderPass): 'proved' | 'untried' {
  const attempt = ports.sessions.attempt(key);
  const isSame = attempt?.generation === provider.metadata.generation;
  return isSame && attempt.session.snapshot.isFilled() ? 'proved' : 'untried';
}

async function serve(pass: ProviderPass, open: OpenSession): Promise<Verdict | Silence> {
  const { provider } = pass;
  if (isLeaving(provider)) {
    const left = await release(pass);
    if (left === 'released') {
      // The finalizer of somebody else may keep it for as long as he likes.
      shut(pass, { reason: 'InUse', message: 'it is being deleted and takes no new application' });
      return { type: 'silent', next: { type: 'await-change' } };
    }
    if (left === 'under-way') return { type: 'silent', next: { type: 'again', afterMs: UNDER_WAY_MS } };
  }
  const claimed = await claim(pass);
  if (claimed.type === 'with-a-sibling') {
    pass.ports.sessions.drop(pass.key);
    return { type: 'silent', next: claimed.next };
  }
  const secrets = await settleSecrets(pass);
  const objection = objectionTo(provider.spec, pass.ports.reach);
  if (objection !== undefined) throw new Unfit(objection.reason, objection.message, { type: 'await-change' });

  const attempt = await logIn(pass, open);
  switch (dutyOf(pass, attempt)) {
    case 'list':
      break;
    case 'stand-by':
      await holdInUse(pass, secrets);
      return standBy(pass, attempt);
    case 'keep-shut':
      shut(pass, {
        reason: 'Suspended',
        message: 'spec.suspend is set, and what leads to the provider has changed since',
      });
      return suspended({ type: 'again', afterMs: SHUT_MS });
  }
  const listing = await look(pass, attempt.session);
  const found = await lookOver(pass, attempt.session, listing, attempt.credentials);
  await holdInUse(pass, secrets);
  await record(pass, attempt, listing, found);
  letIn(pass, {
    type: 'open',
    session: attempt.session,
    listing: found.open.has('disappearance') ? 'doubted' : 'trusted',
    seen: { startedAtMs: listing.startedAtMs, differing: new Set(found.differing) },
  });
  return found.verdict;
}

/** Protocol B2. What the provider holds by now is looked at when it is no longer suspended. */
async function standBy(pass: ProviderPass, { session }: Attempt): Promise<Verdict> {
  const { provider, writer, signal } = pass;
  const facts = factsOf(pass, session);
  await writer.write((status) => ({ ...status, ...facts }), signal);
  letIn(pass, { type: 'open', session, listing: 'none' });
  const next: Outcome = { type: 'await-change' };
  return isLeaving(provider) ? leaving(next) : suspended(next);
}

/** The last listing, as long as it is not due anew, nothing was wrong with it, and nobody asks for another. */
async function look({ key, provider, ports, writer, signal }: ProviderPass, session: Session): Promise<Listing> {
  const now = ports.monotonicMs();
  const standing = ports.sessions.standing(key);
  const isRequested = isListingRequested({ metadata: provider.metadata, status: writer.current().status });
  const isTrusted = standing?.type === 'open' && standing.listing === 'trusted' && !isRequested;
  const since = isTrusted ? now - durationMs(provider.spec.resyncInterval) + 1 : now;
  return session.inventory(since, { key: textOf(key), namespace: key.namespace ?? '', urgency: 'provider' }, signal);
}

/** What later passes, another process and people stand on. Written before any application may act on it. */
async function record(
  pass: ProviderPass,
  { session, credentials }: Attempt,
  listing: Listing,
  { open, missing, orphans }: LookedOver,
): Promise<void> {
  const { provider, writer, signal } = pass;
  const [first] = orphans;
  const facts: OAuthProviderStatus = {
    ...factsOf(pass, session),
    credentials: { fingerprint: credentials },
    lastInventory: { at: listing.at, registrations: listing.registrations.length },
    orphans: first === undefined ? undefined : { count: orphans.length, first },
  };
  const servedNow = ({ served }: OAuthProviderStatus) => servedAfter({ open, missing }, provider, served);
  await writer.write((status) => ({ ...status, ...facts, served: servedNow(status) }), signal);
}

/** What can be said without a call. */
function factsOf({ key, ports }: ProviderPass, session: Session): OAuthProviderStatus {
  return {
    identity: session.identity,
    capabilities: Object.entries(session.manners).map(([manner, word]) => `${manner}:${word}`),
    applications: ports.providers.applications(key).length,
    budget: session.spent(),
  };
}

/**
 * From now on applications may work with the provider. All are queued where it was shut, and where a listing is trusted
 * again: one that was held back while its registration was missing is not among those that differ. Else those that
 * differ, once for each listing.
 */
function letIn(pass: ProviderPass, now: OpenStanding): void {
  const { key, ports } = pass;
  const before = ports.sessions.standing(key);
  const goesOn = before?.type === 'open' && before.session === now.session;
  const isWellAgain = goesOn && before.listing !== 'trusted' && now.listing === 'trusted';
  if (before?.type !== 'open') now.session.letIn();
  ports.sessions.stand(key, now);
  if (goesOn && !isWellAgain) ports.queue(newlyDiffering(before, now));
  else ports.renew(usersOf(pass));
}

/**
 * Those that did not differ in the same listing before. A pass over the others may have failed, and goes by pauses of its
 * own, which end with no other application that comes or goes.
 */
function newlyDiffering(before: OpenStanding, { seen }: OpenStanding): readonly string[] {
  const differing = [...(seen?.differing ?? [])];
  const isSameListing = before.listing === 'trusted' && before.seen?.startedAtMs === seen?.startedAtMs;
  return isSameListing ? differing.filter((each) => before.seen?.differing.has(each) !== true) : differing;
}

/** From now on they may not, and those that wait for it are told why. */
function shut(pass: ProviderPass, { reason, message }: Pick<Verdict, 'reason' | 'message'>): void {
  const { key, ports } = pass;
  const before = ports.sessions.standing(key);
  ports.sessions.stand(key, { type: 'shut', reason, message });
  if (before?.type !== 'shut' || before.message !== message) ports.queue(usersOf(pass));
}

async function report(verdict: Verdict, pass: ProviderPass): Promise<Outcome> {
  const { provider, ports, writer, signal } = pass;
  if (verdict.ready === 'False' && !STAYS_OPEN.has(verdict.reason)) shut(pass, verdict);
  await writer.write((status) => {
    const served = servedStill(provider, status.served);
    return { ...statusAfter(verdict, provider, status, ports.clusterTime()), served };
  }, signal);
  return verdict.next;
}

/** Not ready, and yet applications go on with what is there. */
const STAYS_OPEN: ReadonlySet<Verdict['reason']> = new Set(['MassDisappearance', 'InUse', 'Suspended']);

/** While credentials that nobody has tried wait for somebody who needs them, ms. */
const SHUT_MS = 60_000;
