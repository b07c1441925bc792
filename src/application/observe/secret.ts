import { effectiveSecretName, type OAuthApplication } from '../../api/application.ts';
import type { Verification } from '../../idp/provider.ts';
import { isNotedVersion } from '../facts.ts';
import type { SecretSeal, SecretView } from '../observed.ts';
import { claimantOf, isOlder, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import type { SecretHead, StoredSecret } from '../ports/secrets.ts';
import { render } from '../secret/content.ts';
import { isInForm } from '../secret/form.ts';
import { isLeftBehind, mayOverwrite, sealOn } from '../secret/ownership.ts';

/**
 * Looks at the Secret that the spec names, and where that name is new, at the one of the former name. In a settled
 * application its metadata say enough; what looks missing or changed is read live before anything follows from it
 * (protocol S6, S8).
 */
export async function observeSecret(facts: Facts, pass: Pass): Promise<SecretView> {
  const { ports, desired, signal, subject } = pass;
  const application = subject.application();
  const { namespace } = application.metadata;
  const { secretName } = desired;

  const holder = contender(application, secretName, pass);
  if (holder !== undefined) {
    const kept = await keptFrom(holder, facts, pass);
    return kept ?? { type: 'contended', holder: holder.metadata.name };
  }

  const head = ports.secrets.head(namespace, secretName);
  if (head !== undefined && isAsNoted(head, facts.secret, pass)) return { type: 'intact' };

  const stored = await ports.secrets.read(namespace, secretName, signal);
  const view = stored === undefined ? ({ type: 'absent' } as const) : await viewOf(stored, facts, pass);
  const former = facts.secret?.delivered === true && facts.secret.name !== secretName ? facts.secret.name : undefined;
  const isNothing = view.type === 'absent' || view.type === 'foreign';
  if (isNothing && facts.provider === undefined) return (await underAnotherName(facts, pass)) ?? view;
  if (former === undefined || (view.type !== 'absent' && view.type !== 'replaced')) return view;

  const source = await ports.secrets.read(namespace, former, signal);
  const holdsValue = source !== undefined && isOfFingerprint(source, facts, pass);
  return holdsValue ? { type: 'elsewhere', stored: source, over: stored } : { type: 'absent' };
}

/** Protocol R12, R1: what a lost status held says the Secret itself, against who has only asked for its name. */
async function keptFrom(holder: OAuthApplication, facts: Facts, pass: Pass): Promise<SecretView | undefined> {
  const { ports, desired, signal, subject } = pass;
  const { secretName } = desired;
  if (facts.provider !== undefined || claimOn(secretName, holder) < CLAIMS.left) return undefined;
  const stored = await ports.secrets.read(subject.application().metadata.namespace, secretName, signal);
  const view = stored && (await viewOf(stored, facts, pass));
  return view?.type === 'ours' && view.seal === 'valid' ? view : undefined;
}

/**
 * Protocol R1: an object whose status is lost may have been given another name for its Secret, which may be taken. The Secret
 * of the former name goes in time, and so it is not a copy that a person made of it (S1).
 */
async function underAnotherName(facts: Facts, pass: Pass): Promise<SecretView | undefined> {
  const { ports, subject, signal } = pass;
  const application = subject.application();
  const { namespace } = application.metadata;
  const latestFirst = ports.secrets.labelled(application).toSorted((a, b) => serialOf(b) - serialOf(a));
  let found: Extract<SecretView, { type: 'ours' }> | undefined;
  for (const head of latestFirst) {
    if (found !== undefined && serialOf(head) < serialOf(found.stored)) break;
    const stored = await ports.secrets.read(namespace, head.name, signal);
    const view = stored && (await viewOf(stored, facts, pass));
    if (view?.type !== 'ours') continue;
    if (view.stored.writtenBy === undefined) return view;
    found ??= view;
  }
  return found;
}

/** What a former name holds may have been superseded since. */
function serialOf({ notes }: SecretHead): number {
  return notes?.serial ?? 0;
}

/**
 * By its metadata alone: the version that we wrote, in the layout and with the owner that it is to have. Where no
 * fingerprint is noted, its value is none of ours.
 */
function isAsNoted(head: SecretHead, noted: Facts['secret'], pass: Pass): boolean {
  return (
    head.state === 'live' &&
    noted?.delivered === true &&
    noted.fingerprint !== undefined &&
    isNotedVersion(head, noted) &&
    isInForm(head, pass)
  );
}

async function viewOf(stored: StoredSecret, facts: Facts, pass: Pass): Promise<SecretView> {
  if (stored.state === 'deleting') return { type: 'deleting' };
  if (await isLeftBehind(stored, pass)) return { type: 'left-behind', head: stored };
  const seal = await sealOn(stored, pass);
  // What a later release sealed is looked at and never touched (protocol I5).
  if (seal === 'foreign-version' || !mayOverwrite(stored, seal, pass)) {
    const madeBy = stored.notes === undefined || stored.ownerUid !== undefined ? 'somebody' : 'another-installation';
    return { type: 'foreign', madeBy };
  }
  return compareSecret(stored, seal, facts, pass);
}

async function compareSecret(stored: StoredSecret, seal: SecretSeal, facts: Facts, pass: Pass): Promise<SecretView> {
  const noted = facts.secret;
  if (noted?.fingerprint === undefined) return { type: 'ours', stored, seal };
  if (!isOfFingerprint(stored, facts, pass)) {
    return { type: 'replaced', stored, verification: await tryOut(stored, facts, pass) };
  }
  if (!isInForm(stored, pass)) return { type: 'outdated', stored };
  if (isNotedVersion(stored, noted)) return { type: 'intact' };
  return isFilled(stored, facts, pass) ? { type: 'rewritten', head: stored } : { type: 'outdated', stored };
}

/** The fingerprint speaks of the credentials alone: somebody may have changed what else we wrote. */
function isFilled(stored: StoredSecret, { secret }: Facts, { desired, provider, ports }: Pass): boolean {
  const { credentials } = stored;
  if (credentials === undefined || (secret?.previous !== undefined && stored.previous === undefined)) return false;
  const { labels, annotations } = desired.content;
  const values = { credentials, issuer: provider.issuer, previousClientSecret: stored.previous };
  return ports.secrets.holds(stored, { data: render(desired.content, values), metadata: { labels, annotations } });
}

/** Whether it holds the value that was delivered last. */
export function isOfFingerprint({ credentials }: StoredSecret, { secret }: Facts, { ports }: Pass): boolean {
  return credentials !== undefined && ports.seals.fingerprint(credentials) === secret?.fingerprint;
}

/** Protocol S7: a changed value is tried before it counts as a loss. */
async function tryOut({ credentials }: StoredSecret, facts: Facts, pass: Pass): Promise<Verification | 'unanswered'> {
  const { desired, provider, signal } = pass;
  if (desired.clientKind === 'public' || credentials?.clientSecret === undefined) return 'bad';
  if (provider.manners.secrets === 'readable') return 'bad';
  if (credentials.clientId !== facts.clientId || desired.requests.rotate !== undefined) return 'bad';
  return provider.verify(credentials, claimantOf(pass), signal);
}

/**
 * Protocol R12: who holds a Secret name keeps it; else the holder of an open operation; else whose Secret of that name may
 * be there still; else the older object.
 */
function contender(application: OAuthApplication, secretName: string, { ports }: Pass): OAuthApplication | undefined {
  return ports.applications
    .withSecretName(application.metadata.namespace, secretName)
    .filter((other) => other.metadata.uid !== application.metadata.uid)
    .find(
      (other) => compareClaims(claimOn(secretName, other), claimOn(secretName, application), other, application) < 0,
    );
}

/** What an object can say for itself of a Secret name, the strongest first. */
const CLAIMS = { held: 0, writing: 1, left: 2, asked: 3, none: 4 } as const;

function claimOn(secretName: string, application: OAuthApplication): number {
  const { status } = application;
  if (status?.secret?.name === secretName) return CLAIMS.held;
  if (status?.operation?.secretName === secretName) return CLAIMS.writing;
  if (effectiveSecretName(application) !== secretName || application.metadata.deletionTimestamp !== undefined) {
    return CLAIMS.none;
  }
  // It lost its registration, or is named back: nobody else could write over what it left under the name.
  return status?.formerSecrets?.some(({ name }) => name === secretName) === true ? CLAIMS.left : CLAIMS.asked;
}

function compareClaims(a: number, b: number, one: OAuthApplication, other: OAuthApplication): number {
  if (a !== b) return a - b;
  return isOlder(one, other) ? -1 : 1;
}
