import type { Reason } from '../../api/conditions.ts';
import type { Credentials } from '../../credentials.ts';
import type { IssuedSecret, Registration } from '../../idp/provider.ts';
import { mayAdopt } from '../access/grant.ts';
import type { Adoption, Desired } from '../desired.ts';
import { misfitOf } from '../misfit.ts';
import { bearsTemporaryName } from '../naming.ts';
import type { AdoptionView, RefusedAdoption } from '../observed.ts';
import { ownName } from '../own-registrations.ts';
import { claimantOf, nameFor, type Pass } from '../pass.ts';
import type { SecretNotes } from '../ports/secrets.ts';
import { markSight, rivalsFor } from '../proof.ts';
import { sealOn } from '../secret/ownership.ts';
import { damageOn, type Standing, stalledAs } from '../standing.ts';
import { inARow } from '../wording.ts';
import { registrationOrGone } from './registration.ts';

/** What there is to adopt. */
type CandidateView = { readonly type: 'found'; readonly registration: Registration } | RefusedAdoption;

type Kept = Pick<Extract<AdoptionView, { type: 'ready' }>, 'credentials' | 'expiresAtMs' | 'takenOver'>;

/** An adoption ends here. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly standing: Standing;
  readonly holder: RefusedAdoption['holder'];

  constructor(standing: Standing, holder: RefusedAdoption['holder'] = 'none') {
    super(standing.type);
    this.standing = standing;
    this.holder = holder;
  }
}

/** Looks at a registration that is to be adopted, and at the credentials that are in use with it. Changes nothing. */
export function observeAdoption(adopt: Adoption, pass: Pass): Promise<AdoptionView> {
  return unlessRefused(async () => {
    const registration = await adoptable(adopt, pass);
    return { type: 'ready', registration, ...(await keptCredentials(adopt, registration, pass)) };
  });
}

/** The registration alone, through the same gate: who may not adopt it is not shown it either (protocol A3). */
export function observeCandidate(adopt: Adoption, pass: Pass): Promise<CandidateView> {
  return unlessRefused(async () => ({ type: 'found', registration: await adoptable(adopt, pass) }));
}

async function unlessRefused<T>(look: () => Promise<T>): Promise<T | RefusedAdoption> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Refused) return { type: 'refused', holder: error.holder, standing: error.standing };
    throw error;
  }
}

async function adoptable({ applicationId }: Adoption, pass: Pass): Promise<Registration> {
  const { access, provider, signal } = pass;
  const path = 'spec.adopt.applicationId';
  if (!mayAdopt(access, applicationId)) {
    throw refusal('AccessDenied', `${path}: the provider object does not list it under access.adoptable`);
  }
  const [rival] = await rivalsFor(applicationId, pass);
  if (rival !== undefined) {
    const message = `${path}: the registration belongs to ${nameFor(rival, pass)}`;
    throw new Refused(stalledAs('NameTaken', message), 'another');
  }
  const found =
    provider.known(applicationId) ?? (await registrationOrGone(applicationId, claimantOf(pass), provider, signal));
  if (found === undefined) throw refusal('AdoptionRefused', `${path}: the provider holds no such registration`);
  if (found.name !== undefined && bearsTemporaryName(found.name) && ownName(found.name, pass) === undefined) {
    throw refusal('NameTaken', `${path}: another object is just registering it`);
  }
  if (applicationId === provider.self) {
    throw refusal('AdoptionRefused', `${path}: it is the registration that the operator itself logs in with`);
  }
  await refuseMarked(found, path, pass);
  const misfit = misfitOf(found, pass);
  if (misfit !== undefined) throw refusal('AdoptionRefused', misfit);
  return found;
}

/** Protocol A1: what bears a live mark of another object is his, wherever he is. What was left behind may be taken. */
async function refuseMarked(found: Registration, path: string, pass: Pass): Promise<void> {
  if (pass.provider.naming !== 'Marked') return;
  const { kinship, isFree } = await markSight(found, pass);
  if (isFree) return;
  if (kinship === 'damaged') throw refusal('MarkDamaged', `${path}: ${damageOn(found.id)}`);
  if (kinship === 'foreign-version') {
    throw refusal('ForeignVersion', `${path}: a later release of the operator marked the registration`);
  }
  const message = `${path}: the registration bears the owner mark of another object`;
  throw new Refused(stalledAs('NameTaken', message), 'another');
}

/**
 * A value out of a Secret is believed only where it logs in: a person may have copied another one. One that is read at
 * the provider itself is not tried.
 */
async function keptCredentials(adopt: Adoption, { clientId }: Registration, pass: Pass): Promise<Kept> {
  const { desired, ports, provider, signal } = pass;
  const { source } = adopt;
  if (desired.clientKind === 'public' || adopt.secret === 'Rotate') return NONE_KEPT;
  if (source === undefined && provider.manners.secrets === 'readable') {
    const { secrets } = await provider.getWithSecrets(adopt.applicationId, claimantOf(pass), signal);
    const newest = newestOf(secrets, ports.clusterTime());
    const credentials = newest && { clientId, clientSecret: newest.value };
    return { credentials, expiresAtMs: newest?.expiresAtMs, takenOver: undefined };
  }
  if (source === undefined) {
    throw refusal('InvalidSpec', 'spec.adopt.secretRef is needed to keep a secret that the provider shows only once');
  }
  return credentialsIn(source, clientId, pass);
}

/** What the user put into a Secret, or what an adoption that was interrupted made of it. */
async function credentialsIn(source: NonNullable<Adoption['source']>, clientId: string, pass: Pass): Promise<Kept> {
  const { desired, ports, subject, signal } = pass;
  const { namespace, uid } = subject.application().metadata;
  const path = 'spec.adopt.secretRef';
  const takesOver = source.name === desired.secretName;
  const begun = takesOver ? await begunOver(source.name, clientId, pass) : undefined;
  const values = await ports.secrets.values(namespace, source.name, { ...source, ...begun?.keys }, signal);
  if (values.type === 'no-secret') throw missing(`${path}: there is no Secret ${source.name}`);
  if (values.type === 'no-key') throw missing(`${path}: Secret ${source.name} has no value under ${values.key}`);
  const { credentials, stored, others } = values;
  if (credentials.clientId !== clientId) {
    throw refusal('AdoptionRefused', `${path}: Secret ${source.name} holds another client id than the registration's`);
  }
  const isTaken = stored.state === 'deleting' || (stored.ownerUid !== undefined && stored.ownerUid !== uid);
  if (takesOver && isTaken) {
    throw refusal('AdoptionRefused', `${path}: Secret ${source.name} belongs to another object, or is being deleted`);
  }
  const lost = begun === undefined ? others : others.filter((key) => !isWritten(key, begun, desired));
  if (takesOver && lost.length > 0) {
    throw refusal('AdoptionRefused', `${path}: Secret ${source.name} would lose ${inARow(lost)}: move it elsewhere`);
  }
  await prove(credentials, path, pass);
  return { credentials, takenOver: takesOver ? stored : undefined };
}

/** What an adoption that was interrupted noted in the user's Secret, in our own layout by then (protocol S1). */
async function begunOver(name: string, clientId: string, pass: Pass): Promise<SecretNotes | undefined> {
  const { desired, ports, subject, signal } = pass;
  const stored = await ports.secrets.read(subject.application().metadata.namespace, name, signal);
  const isOf = stored?.notes?.applicationId === desired.adopt?.applicationId && stored?.notes?.clientId === clientId;
  return stored !== undefined && isOf && (await sealOn(stored, pass)) === 'valid' ? stored.notes : undefined;
}

/** By that adoption, or by the one that goes on. */
function isWritten(key: string, { keys }: SecretNotes, { content }: Desired): boolean {
  return (
    [keys, content.keys].some((named) => Object.values(named).includes(key)) || Object.hasOwn(content.templates, key)
  );
}

/** Whose users know which of several is not to be seen, so that the one made last is kept. */
function newestOf(secrets: readonly IssuedSecret[], nowMs: number): IssuedSecret | undefined {
  return secrets
    .filter(({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > nowMs)
    .toSorted((one, other) => (other.createdAtMs ?? 0) - (one.createdAtMs ?? 0))[0];
}

async function prove(credentials: Credentials, path: string, pass: Pass): Promise<void> {
  switch (await pass.provider.verify(credentials, claimantOf(pass), pass.signal)) {
    case 'good':
      return;
    case 'bad':
      throw refusal(
        'AdoptionRefused',
        `${path}: the credentials do not log in; set spec.adopt.secret to Rotate for new ones`,
      );
    case 'unknown':
    case 'unanswered':
      throw new Refused({
        type: 'waiting',
        reason: 'AdoptionRefused',
        message: `${path}: the provider cannot say now whether the credentials log in`,
      });
  }
}

const NONE_KEPT: Kept = { credentials: undefined, takenOver: undefined };

function missing(message: string): Refused {
  return new Refused({ type: 'stalled', reason: 'AdoptionRefused', message, missing: 'secret' });
}

function refusal(reason: Reason, message: string): Refused {
  return new Refused(stalledAs(reason, message));
}
