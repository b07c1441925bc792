import { effectiveSecretName, type OAuthApplication } from '../api/application.ts';
import type { Verification } from '../idp/provider.ts';
import { layoutText } from './layout.ts';
import { claimantOf, claimsOf, isOlder, type Pass } from './pass.ts';
import type { Facts, Seals, StoredSecret } from './ports.ts';
import type { SecretView } from './step.ts';

/**
 * Looks at the Secret that the spec names. In a settled application its metadata say enough; what looks missing or
 * changed is read live before anything follows from it (protocol S6).
 */
export async function observeSecret(pass: Pass, facts: Facts): Promise<SecretView> {
  const { ports, desired, signal, subject } = pass;
  const application = subject.application();
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
  const seal = await sealOn(stored, pass);
  // What a later release sealed is looked at and never touched (protocol I5).
  if (seal === 'foreign-version') return { type: 'foreign' };
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
async function sealOn(stored: StoredSecret, pass: Pass): Promise<ReturnType<Seals['verify']>> {
  const { ports, provider, subject } = pass;
  const { notes, ownerUid } = stored;
  const { uid } = subject.application().metadata;
  if (notes === undefined || (ownerUid !== undefined && ownerUid !== uid)) return 'invalid';
  const claims = await claimsOf(pass, provider.identity, notes.applicationId);
  return ports.seals.verify(notes.seal, claims);
}

/**
 * Protocol R2: whether the Secret holds the value that an operation was to bring. The operation's id stands in the
 * status for every tenant to read, so that only the seal tells our Secret from a forged one.
 */
export async function holdsValueOf(
  { id, serial }: NonNullable<Facts['operation']>,
  stored: StoredSecret,
  pass: Pass,
): Promise<boolean> {
  if (stored.notes?.operation !== id || stored.notes.serial !== serial) return false;
  return (await sealOn(stored, pass)) === 'valid';
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

/** Equal exactly when a Secret need not be written again for its layout. */
export function layoutDigest({ desired, provider, ports }: Pass): string {
  return ports.seals.digest(layoutText(desired.layout, provider.issuer));
}
