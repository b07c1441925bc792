import { durationMs } from '../api/duration.ts';
import { FINALIZERS } from '../api/names.ts';
import { blockOf, credentialsRefOf } from '../api/provider/block.ts';
import type { OAuthProvider } from '../api/provider.ts';
import type { IdentityProvider } from '../idp/provider.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { claim } from './claim.ts';
import { lookOver } from './look-over.ts';
import type { FoundCredentials, ProviderKey, ProviderPorts } from './ports.ts';
import { objectionTo } from './refusals.ts';
import type { Session } from './session.ts';
import { type Standing, textOf } from './sessions.ts';
import type { StatusWriter } from './status-writer.ts';
import { judgeError, reached, statusAfter, Unfit, type Verdict } from './verdict.ts';

type Found = Extract<FoundCredentials, { type: 'found' }>;

/** What a pass over a provider object needs beside the ports. */
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
 * Brings one provider object into service: refuse, claim, log in, list, report.
 *
 * The listing is the check of the credentials, the inventory that finds drift and disappearance, and the knowledge
 * that lets a settled application cost no call (design section 7).
 */
export async function reconcileProvider(pass: ProviderPass, open: OpenSession): Promise<Outcome> {
  const { provider, ports, writer, signal } = pass;
  const leaving = provider.metadata.deletionTimestamp !== undefined;
  if (leaving && (await release(pass)) === 'released') return { type: 'await-change' };
  const verdict = await serve(pass, open).catch((error: unknown) => judgeError(error, ports.clusterTime()));
  if ('type' in verdict) return verdict;
  if (verdict.ready === 'False') shut(pass, verdict);
  await writer.write((status) => statusAfter(verdict, provider, status, ports.clusterTime()), signal);
  return verdict.next;
}

async function serve(pass: ProviderPass, open: OpenSession): Promise<Verdict> {
  const { key, provider, ports, writer, signal } = pass;
  const objection = objectionTo(provider.spec);
  if (objection !== undefined) throw new Unfit(objection.reason, objection.message, { type: 'await-change' });

  const credentials = await findCredentials(pass);
  await holdInUse(pass);
  await claim(pass);
  const session = sessionFor(pass, credentials, open);
  const registrations = await session.listing(
    ports.monotonicMs(),
    { key: textOf(key), namespace: key.namespace ?? '', urgency: 'requested' },
    signal,
  );
  const before = ports.sessions.standing(key);
  ports.sessions.set(key, opened(session, credentials, provider));
  const findings = lookOver(pass, session, registrations);
  ports.queue(before?.type === 'open' ? findings.differing : everyApplication(pass));

  await writer.write(
    (status) => ({
      ...status,
      identity: session.identity,
      credentials: { fingerprint: credentials.fingerprint },
      applications: ports.providers.applications(key).length,
      lastInventory: { at: new Date(ports.clusterTime()).toISOString(), registrations: registrations.length },
    }),
    signal,
  );
  if (findings.verdict !== undefined) return findings.verdict;
  return reached(durationMs(provider.spec.resyncInterval));
}

async function findCredentials({ provider, ports, signal }: ProviderPass): Promise<Found> {
  const ref = credentialsRefOf(provider.spec);
  const namespace = ref?.namespace ?? provider.metadata.namespace;
  if (ref === undefined || namespace === undefined) throw noAdapter(provider);
  const found = await ports.credentials.read(namespace, ref.name, ref.key, signal);
  switch (found.type) {
    case 'no-secret':
      throw new Unfit('CredentialsNotFound', `${ref.path}: there is no Secret ${ref.name}`);
    case 'no-key':
      throw new Unfit('CredentialsKeyMissing', `${ref.path}: Secret ${ref.name} has no value under ${ref.key}`);
    case 'found':
      return found;
  }
}

/** The session of the last pass while credentials and spec are the same, so that its budget and knowledge live on. */
function sessionFor(pass: ProviderPass, credentials: Found, open: OpenSession): Session {
  const { key, provider, ports } = pass;
  const standing = ports.sessions.standing(key);
  const last = standing?.type === 'shut' ? standing.last : standing;
  const same = last?.credentials === credentials.fingerprint && last.generation === provider.metadata.generation;
  if (last !== undefined && same) return last.session;

  const adapter = ports.adapter(provider.spec, credentials.value);
  if (adapter === undefined) throw noAdapter(provider);
  const identity = provider.status?.identity;
  if (identity !== undefined && identity !== adapter.identity && isBound(pass, identity)) {
    throw new Unfit(
      'IdentityChanged',
      'spec: the object now leads elsewhere than to where its applications are registered',
    );
  }
  return open(pass, adapter);
}

function noAdapter({ spec }: OAuthProvider): Unfit {
  return new Unfit('NotYetSupported', `spec.${blockOf(spec)}: this release does not support it yet`);
}

function isBound({ key, ports }: ProviderPass, identity: string): boolean {
  return ports.providers.applications(key).some(({ status }) => status?.provider?.identity === identity);
}

/** Protocol D5: before the first application. */
async function holdInUse({ provider, ports, signal }: ProviderPass): Promise<void> {
  const { deletionTimestamp, finalizers } = provider.metadata;
  if (deletionTimestamp !== undefined || finalizers?.includes(FINALIZERS.inUse) === true) return;
  await ports.providers.addFinalizer(provider, signal);
}

/** Protocol D5: lets the object go when a live list shows no application that still needs it. */
async function release({ key, provider, ports, signal }: ProviderPass): Promise<'released' | 'in-use'> {
  if (provider.metadata.finalizers?.includes(FINALIZERS.inUse) !== true) return 'released';
  if ((await ports.providers.countInUse(key, signal)) > 0) return 'in-use';
  const live = await ports.providers.read(provider, signal);
  if (live !== undefined) await ports.providers.removeFinalizer(live, signal);
  ports.sessions.drop(key);
  return 'released';
}

function opened(session: Session, { fingerprint }: Found, { metadata }: OAuthProvider): Standing {
  return { type: 'open', session, credentials: fingerprint, generation: metadata.generation };
}

function shut({ key, ports }: ProviderPass, { reason, message }: Verdict): void {
  if (reason === 'MassDisappearance') return;
  const standing = ports.sessions.standing(key);
  const last = standing?.type === 'shut' ? standing.last : standing;
  ports.sessions.set(key, { type: 'shut', message, last });
}

function everyApplication({ key, ports }: ProviderPass): readonly string[] {
  return ports.providers.applications(key).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}
