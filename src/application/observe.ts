import type { OAuthApplication } from '../api/application.ts';
import { ProviderError } from '../idp/errors.ts';
import type { Registration } from '../idp/provider.ts';
import { isTemporaryNameOf } from './naming.ts';
import { holdsValueOf, observeSecret } from './observe-secret.ts';
import { claimantOf, claimsOf, factsOf, hasFinalizer, isOlder, keyOf, type Pass } from './pass.ts';
import { type Facts, type OperationRecord, RECORD_VERSION } from './ports.ts';
import { rivalsFor } from './proof.ts';
import type { Observed, OpenOperation, RegistrationView } from './step.ts';

/** Protocol D2: a listing no older than this still says what is missing, ms. */
const RECENT_MS = 60_000;

/**
 * Looks at the three witnesses: status, live Secret, provider (protocol R1).
 *
 * A settled application costs no call: the Secret is known by its version from the metadata cache, the registration
 * from the last listing. What looks missing is confirmed by a live read before anything follows from it (S6, D2).
 */
export async function observe(pass: Pass): Promise<Observed> {
  const application = pass.subject.application();
  const facts = factsOf(application);
  const operation = await observeOperation(pass, application, facts);
  const resting = operation === undefined && pass.desired.lifecycle === 'suspended';
  const looking = !resting && (operation === undefined || operation.type === 'settled');
  return {
    finalizer: hasFinalizer(application) ? 'present' : 'absent',
    facts,
    operation,
    seal: looking ? await observeSeal(pass, facts) : 'absent',
    registration: looking ? await observeRegistration(pass, application, facts) : { type: 'none' },
    secret: looking && concernsSecret(pass, facts) ? await observeSecret(pass, facts) : { type: 'absent' },
    namesakes: await namesakesOf(pass, facts),
    naming: pass.provider.naming,
  };
}

/** A deletion asks the Secret only where the status is lost: its seal then says what there is to delete (protocol D1, R9). */
function concernsSecret({ desired }: Pass, facts: Facts): boolean {
  return desired.lifecycle === 'present' || facts.provider === undefined;
}

async function observeOperation(
  pass: Pass,
  application: OAuthApplication,
  facts: Facts,
): Promise<OpenOperation | undefined> {
  const { operation: record } = facts;
  if (record === undefined) return undefined;
  if (record.v !== RECORD_VERSION) return { type: 'foreign-version' };
  if (!hasFinalizer(application)) return { type: 'never-called' };

  const { ports, provider, signal } = pass;
  const remainingMs = ports.settling.remainingMs(record.id, record.deadlineSeconds);
  if (remainingMs > 0) return { type: 'settling', remainingMs };

  const live = await ports.secrets.read(application.metadata.namespace, record.secretName, signal);
  const stored = live !== undefined && (await holdsValueOf(record, live, pass)) ? live : undefined;
  if (stored !== undefined || record.type === 'rotate') return { type: 'settled', record, stored, candidates: [] };

  const settledAtMs = ports.settling.settledAtMs(record.id, record.deadlineSeconds);
  const listed = await provider.listing(settledAtMs, claimantOf(pass), signal);
  const before = new Set(record.knownIds);
  const named = listed.filter(({ id, name }) => name === nameIn(record, pass) && !before.has(id));
  return { type: 'settled', record, stored, candidates: await freeOf(named, pass) };
}

/** The name that the lost create gave. A temporary one counts only if it is ours by its tag (protocol R5). */
function nameIn({ temporaryName }: OperationRecord, pass: Pass): string | undefined {
  if (pass.provider.naming === 'Final') return temporaryName ?? pass.desired.metadata.name;
  return ownName(temporaryName, pass);
}

async function observeSeal(pass: Pass, facts: Facts): Promise<Observed['seal']> {
  const { ports, desired } = pass;
  const { applicationId, provider, seal } = facts;
  if (desired.lifecycle !== 'deleted' || applicationId === undefined || provider === undefined) return 'absent';
  return ports.seals.verify(seal, await claimsOf(pass, provider.identity, applicationId));
}

async function observeRegistration(pass: Pass, application: OAuthApplication, facts: Facts): Promise<RegistrationView> {
  const { provider, desired } = pass;
  const { applicationId } = facts;
  if (applicationId === undefined) return { type: 'none' };

  const [rival] = await rivalsFor(applicationId, pass);
  if (rival !== undefined && isOlder(rival, application)) return { type: 'held-by-another', holder: keyOf(rival) };

  const registration = provider.known(applicationId);
  if (registration !== undefined) {
    return { type: 'found', registration, differences: provider.differences(desired.metadata, registration) };
  }
  return confirmGone(applicationId, pass);
}

/**
 * Protocol D2: the provider's own answer, and a complete listing that lacks the id. One that began within the last
 * minute serves all who look, or each of many missing registrations would cost a listing of its own.
 */
async function confirmGone(id: string, pass: Pass): Promise<RegistrationView> {
  const { ports, provider, desired, signal } = pass;
  if (provider.brake === 'mass-disappearance') return { type: 'mass-gone' };
  const claimant = claimantOf(pass);
  const answered = await provider.get(id, claimant, signal).catch(missing);
  const listed =
    answered === undefined ? await provider.listing(ports.monotonicMs() - RECENT_MS, claimant, signal) : [];
  const found = answered ?? listed.find((registration) => registration.id === id);
  if (found === undefined) return { type: provider.brake === 'off' ? 'gone' : 'mass-gone' };
  return { type: 'found', registration: found, differences: provider.differences(desired.metadata, found) };
}

function missing(error: unknown): undefined {
  if (error instanceof ProviderError && error.code === 'not-found') return undefined;
  throw error;
}

async function namesakesOf(pass: Pass, { temporaryName, applicationId }: Facts): Promise<readonly Registration[]> {
  const name = ownName(temporaryName, pass);
  if (name === undefined) return [];
  return freeOf(
    pass.provider.named(name).filter(({ id }) => id !== applicationId),
    pass,
  );
}

function ownName(name: string | undefined, { subject, ports }: Pass): string | undefined {
  const { metadata, status } = subject.application();
  return name !== undefined && isTemporaryNameOf(name, metadata.uid, status?.anew ?? 0, ports.seals) ? name : undefined;
}

/** Protocol R7: what another application holds is never taken. Oldest first. */
async function freeOf(found: readonly Registration[], pass: Pass): Promise<readonly Registration[]> {
  const free: Registration[] = [];
  for (const registration of found) if ((await rivalsFor(registration.id, pass)).length === 0) free.push(registration);
  return oldestFirst(free);
}

function oldestFirst(registrations: readonly Registration[]): readonly Registration[] {
  const age = ({ facts, id }: Registration): string => `${facts.createdAt ?? ''} ${id.padStart(32, '0')}`;
  return registrations.toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
}
