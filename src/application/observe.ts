import type { OAuthApplication } from '../api/application.ts';
import { effectiveSecretName } from '../api/application.ts';
import { ProviderError } from '../idp/errors.ts';
import type { Registration, Verification } from '../idp/provider.ts';
import { layoutText } from './layout.ts';
import { claimantOf, claimsOf, factsOf, hasFinalizer, keyOf, type Pass } from './pass.ts';
import type { Observed, OpenOperation, RegistrationView, SecretView } from './plan.ts';
import type { Facts, StoredSecret } from './ports.ts';

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
  const idle = operation === undefined || operation.type === 'settled';
  return {
    finalizer: hasFinalizer(application) ? 'present' : 'absent',
    facts,
    operation,
    seal: idle ? await observeSeal(pass, facts) : 'absent',
    registration: idle ? await observeRegistration(pass, application, facts) : { type: 'none' },
    secret:
      idle && pass.desired.lifecycle === 'present' ? await observeSecret(pass, application, facts) : { type: 'absent' },
    namesakes: namesakesOf(pass, facts),
    naming: pass.provider.naming,
    manners: pass.provider.manners,
  };
}

async function observeOperation(
  pass: Pass,
  application: OAuthApplication,
  facts: Facts,
): Promise<OpenOperation | undefined> {
  const { operation: record } = facts;
  if (record === undefined) return undefined;
  if (!hasFinalizer(application)) return { type: 'never-called' };

  const { ports, provider, signal } = pass;
  const remainingMs = ports.settling.remainingMs(record.id, record.deadlineSeconds);
  if (remainingMs > 0) return { type: 'settling', remainingMs };

  const live = await ports.secrets.read(application.metadata.namespace, record.secretName, signal);
  const stored = live?.notes?.operation === record.id && live.notes.serial === record.serial ? live : undefined;
  if (stored !== undefined || record.type === 'rotate') return { type: 'settled', record, stored, candidates: [] };

  const settledAtMs = ports.settling.settledAtMs(record.id, record.deadlineSeconds);
  const listed = await provider.listing(settledAtMs, claimantOf(pass), signal);
  const name = record.temporaryName ?? pass.desired.metadata.name;
  const before = new Set(record.knownIds);
  const candidates = listed.filter((found) => found.name === name && !before.has(found.id) && isFree(found, pass));
  return { type: 'settled', record, stored, candidates: oldestFirst(candidates) };
}

async function observeSeal(pass: Pass, facts: Facts): Promise<Observed['seal']> {
  const { ports, desired } = pass;
  const { applicationId, provider, seal } = facts;
  if (desired.lifecycle !== 'deleted' || applicationId === undefined || provider === undefined) return 'absent';
  return ports.seals.verify(seal, await claimsOf(pass, provider.identity, applicationId));
}

async function observeRegistration(pass: Pass, application: OAuthApplication, facts: Facts): Promise<RegistrationView> {
  const { ports, provider, desired } = pass;
  const { applicationId } = facts;
  if (applicationId === undefined) return { type: 'none' };

  const rival = ports.applications
    .withApplicationId(provider.identity, applicationId)
    .find((other) => other.metadata.uid !== application.metadata.uid && isOlder(other, application));
  if (rival !== undefined) return { type: 'held-by-another', holder: keyOf(rival) };

  const registration = provider.known(applicationId);
  if (registration !== undefined) {
    return { type: 'found', registration, differences: provider.differences(desired.metadata, registration) };
  }
  return confirmGone(applicationId, pass);
}

/** Protocol D2: the provider's own answer, and a complete listing that began after it. */
async function confirmGone(id: string, pass: Pass): Promise<RegistrationView> {
  const { ports, provider, desired, signal } = pass;
  const claimant = claimantOf(pass);
  const found = await provider.get(id, claimant, signal).catch(missing);
  if (found !== undefined)
    return { type: 'found', registration: found, differences: provider.differences(desired.metadata, found) };

  const listed = await provider.listing(ports.monotonicMs(), claimant, signal);
  const listedAll = listed.find((registration) => registration.id === id);
  if (listedAll !== undefined) {
    return { type: 'found', registration: listedAll, differences: provider.differences(desired.metadata, listedAll) };
  }
  return { type: provider.brake === 'off' ? 'gone' : 'mass-gone' };
}

function missing(error: unknown): undefined {
  if (error instanceof ProviderError && error.code === 'not-found') return undefined;
  throw error;
}

async function observeSecret(pass: Pass, application: OAuthApplication, facts: Facts): Promise<SecretView> {
  const { ports, desired, signal } = pass;
  const { namespace } = application.metadata;
  const { secretName } = desired;

  const holder = contender(application, secretName, pass);
  if (holder !== undefined) return { type: 'contended', holder: holder.metadata.name };

  const head = ports.secrets.head(namespace, secretName);
  const noted = facts.secret;
  const layout = layoutDigest(pass);
  if (
    head?.state === 'live' &&
    noted?.delivered === true &&
    head.uid === noted.uid &&
    head.resourceVersion === noted.resourceVersion &&
    head.notes?.layout === layout
  ) {
    return { type: 'intact' };
  }
  const stored = await ports.secrets.read(namespace, secretName, signal);
  if (stored === undefined) return { type: 'absent' };
  if (stored.state === 'deleting') return { type: 'deleting' };
  const seal = await sealOn(stored, application, pass);
  if (seal === 'invalid' && stored.ownerUid !== application.metadata.uid) return { type: 'foreign' };
  return compareSecret(stored, seal, pass, facts, layout);
}

async function compareSecret(
  stored: StoredSecret,
  seal: 'valid' | 'invalid',
  pass: Pass,
  facts: Facts,
  layout: string,
): Promise<SecretView> {
  const noted = facts.secret;
  if (noted?.fingerprint === undefined) return { type: 'ours', stored, seal };
  const { credentials, notes } = stored;
  const same = credentials !== undefined && pass.ports.seals.fingerprint(credentials) === noted.fingerprint;
  if (same && notes?.layout === layout) {
    const seen = stored.uid === noted.uid && stored.resourceVersion === noted.resourceVersion;
    return seen ? { type: 'intact' } : { type: 'rewritten', head: stored };
  }
  if (same) return { type: 'outdated', stored };
  return { type: 'replaced', stored, verification: await tryOut(stored, pass, facts) };
}

/** Protocol S7: a changed value is tried before it counts as a loss. */
async function tryOut({ credentials }: StoredSecret, pass: Pass, facts: Facts): Promise<Verification> {
  const { desired, provider, signal } = pass;
  if (desired.clientKind === 'public' || credentials?.clientSecret === undefined) return 'bad';
  if (credentials.clientId !== facts.clientId || desired.requests.rotate !== undefined) return 'bad';
  return provider.verify(credentials, claimantOf(pass), signal);
}

/** Ours by seal, or else by owner uid (protocol S1). A Secret that another object owns is never ours. */
async function sealOn(stored: StoredSecret, application: OAuthApplication, pass: Pass): Promise<'valid' | 'invalid'> {
  const { notes, ownerUid } = stored;
  if (notes === undefined || (ownerUid !== undefined && ownerUid !== application.metadata.uid)) return 'invalid';
  const { ports, provider } = pass;
  const claims = await claimsOf(pass, provider.identity, notes.applicationId);
  return ports.seals.verify(notes.seal, claims) === 'valid' ? 'valid' : 'invalid';
}

/** Protocol R12: who holds a Secret name keeps it; else the holder of an open operation; else the older object. */
function contender(application: OAuthApplication, secretName: string, { ports }: Pass): OAuthApplication | undefined {
  return ports.applications
    .withSecretName(application.metadata.namespace, secretName)
    .filter((other) => other.metadata.uid !== application.metadata.uid)
    .find(
      (other) => compareClaims(claimOn(secretName, other), claimOn(secretName, application), other, application) < 0,
    );
}

function claimOn(secretName: string, application: OAuthApplication): number {
  const { status } = application;
  if (status?.secret?.name === secretName) return 0;
  if (status?.operation?.secretName === secretName) return 1;
  return effectiveSecretName(application) === secretName && application.metadata.deletionTimestamp === undefined
    ? 2
    : 3;
}

function compareClaims(a: number, b: number, one: OAuthApplication, other: OAuthApplication): number {
  if (a !== b) return a - b;
  return isOlder(one, other) ? -1 : 1;
}

/** A total order, so that two objects never both give way or both stay. */
function isOlder(one: OAuthApplication, other: OAuthApplication): boolean {
  const a = `${one.metadata.creationTimestamp} ${one.metadata.uid}`;
  const b = `${other.metadata.creationTimestamp} ${other.metadata.uid}`;
  return a < b;
}

function namesakesOf(pass: Pass, { temporaryName, applicationId }: Facts): readonly Registration[] {
  if (temporaryName === undefined) return [];
  const others = pass.provider
    .named(temporaryName)
    .filter((found) => found.id !== applicationId && isFree(found, pass));
  return oldestFirst(others);
}

/** Protocol R7: what another application holds is never taken. */
function isFree({ id }: Registration, { ports, provider, subject }: Pass): boolean {
  const { uid } = subject.application().metadata;
  return ports.applications.withApplicationId(provider.identity, id).every((other) => other.metadata.uid === uid);
}

function oldestFirst(registrations: readonly Registration[]): readonly Registration[] {
  const age = ({ facts, id }: Registration): string => `${facts.createdAt ?? ''} ${id.padStart(32, '0')}`;
  return registrations.toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
}

export function layoutDigest({ desired, provider, ports }: Pass): string {
  return ports.seals.digest(layoutText(desired.layout, provider.issuer));
}
