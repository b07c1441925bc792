import { durationMs } from '../api/duration.ts';
import type { OAuthProvider, OAuthProviderStatus } from '../api/provider.ts';
import type { IdentityProvider } from '../idp/provider.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { claim } from './claim.ts';
import { servedAfter } from './confirmations.ts';
import { holdInUse, isLeaving, release } from './in-use.ts';
import { logIn } from './log-in.ts';
import { type LookedOver, lookOver } from './look-over.ts';
import type { ProviderKey, ProviderPorts } from './ports.ts';
import { objectionTo } from './refusals.ts';
import type { Listing, Session } from './session.ts';
import { type Attempt, textOf } from './sessions.ts';
import type { StatusWriter } from './status-writer.ts';
import { judgeError, type Silence, statusAfter, Unfit, type Verdict } from './verdict.ts';

/** What a pass over a provider object needs. */
export interface ProviderPass {
  readonly key: ProviderKey;
  readonly provider: OAuthProvider;
  readonly ports: ProviderPorts;
  readonly writer: StatusWriter;
  readonly signal: AbortSignal;
}

/** Makes a session for a provider object; the composition root knows budget, clock and lease. */
export type OpenSession = (pass: ProviderPass, adapter: IdentityProvider) => Session;

/**
 * Brings one provider object into service: look, decide, act, report.
 *
 * The listing is the check of the credentials, the inventory that finds drift and disappearance, and the knowledge
 * that lets a settled application cost no call (design section 7). Safe to run at any time and twice: a pass between
 * two listings makes no call at the provider.
 */
export async function reconcileProvider(pass: ProviderPass, open: OpenSession): Promise<Outcome> {
  const { provider, ports, writer } = pass;
  const judge = (error: unknown): Verdict | Silence => judgeError(error, ports.clusterTime());
  writer.see(provider);

  const verdict = await serve(pass, open).catch(judge);
  if (verdict.type === 'silent') return verdict.next;
  return report(verdict, pass).catch((error: unknown) => judge(error).next);
}

async function serve(pass: ProviderPass, open: OpenSession): Promise<Verdict | Silence> {
  const { provider } = pass;
  if (isLeaving(provider) && (await release(pass)) === 'released') {
    return { type: 'silent', next: { type: 'await-change' } };
  }
  const objection = objectionTo(provider.spec);
  if (objection !== undefined) throw new Unfit(objection.reason, objection.message, { type: 'await-change' });

  await claim(pass);
  const attempt = await logIn(pass, open);
  const listing = await look(pass, attempt.session);
  const found = lookOver(pass, attempt.session, listing, attempt.credentials);
  await holdInUse(pass);
  await record(pass, attempt, listing, found);
  letIn(pass, attempt.session, found);
  return found.verdict;
}

/** The last listing, as long as it is not due anew and nothing was wrong with it. */
async function look({ key, provider, ports, signal }: ProviderPass, session: Session): Promise<Listing> {
  const now = ports.monotonicMs();
  const standing = ports.sessions.standing(key);
  const isTrusted = standing?.type === 'open' && standing.listing === 'trusted';
  const since = isTrusted ? now - durationMs(provider.spec.resyncInterval) + 1 : now;
  return session.inventory(since, { key: textOf(key), namespace: key.namespace ?? '', urgency: 'requested' }, signal);
}

/** What later passes, another process and people stand on. Written before any application may act on it. */
async function record(
  { key, provider, ports, writer, signal }: ProviderPass,
  { session, credentials }: Attempt,
  listing: Listing,
  { open }: LookedOver,
): Promise<void> {
  const facts: OAuthProviderStatus = {
    identity: session.identity,
    credentials: { fingerprint: credentials },
    capabilities: Object.entries(session.manners).map(([manner, word]) => `${manner}:${word}`),
    applications: ports.providers.applications(key).length,
    lastInventory: { at: listing.at, registrations: listing.registrations.length },
    budget: session.spent(),
  };
  await writer.write((status) => ({ ...status, ...facts, served: servedAfter(open, provider, status.served) }), signal);
}

/** From now on applications may work with the provider. */
function letIn(pass: ProviderPass, session: Session, { differing, open }: LookedOver): void {
  const { key, ports } = pass;
  const before = ports.sessions.standing(key);
  ports.sessions.stand(key, { type: 'open', session, listing: open.size === 0 ? 'trusted' : 'doubted' });
  ports.queue(before?.type === 'open' ? differing : everyApplication(pass));
}

/** From now on they may not, and those that wait for it are told why. */
function shut(pass: ProviderPass, message: string): void {
  const { key, ports } = pass;
  const before = ports.sessions.standing(key);
  ports.sessions.stand(key, { type: 'shut', message });
  if (before?.type !== 'shut' || before.message !== message) ports.queue(everyApplication(pass));
}

function everyApplication({ key, ports }: ProviderPass): readonly string[] {
  return ports.providers.applications(key).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

async function report(verdict: Verdict, pass: ProviderPass): Promise<Outcome> {
  const { provider, ports, writer, signal } = pass;
  if (verdict.ready === 'False' && !STAYS_OPEN.has(verdict.reason)) shut(pass, verdict.message);
  await writer.write((status) => statusAfter(verdict, provider, status, ports.clusterTime()), signal);
  return verdict.next;
}

/** Not ready, and yet applications go on with what is there. */
const STAYS_OPEN: ReadonlySet<Verdict['reason']> = new Set(['MassDisappearance', 'InUse']);
