import { isNotFound } from '../../idp/errors.ts';
import { birthIn, withGivenUp } from '../births.ts';
import { Blocked } from '../blocked.ts';
import { factsOf } from '../facts.ts';
import { done, warning } from '../happenings.ts';
import { markOfNobody } from '../marks.ts';
import { bindingOf, claimantOf, markedObject, type Pass } from '../pass.ts';
import { liveWithMark, markSight, proveCurrent, proveSealed, proveUnheld } from '../proof.ts';
import { FIRST_SERIAL } from '../rotation/issued.ts';
import { sealOn } from '../secret/ownership.ts';
import { withServed } from '../served.ts';
import { formerBeside } from './former.ts';
import { mark } from './mark.ts';
import { owingRoll } from './roll.ts';

/**
 * The registration is proved gone, or a person gave it up; the next one is born under another name (protocol R5).
 *
 * @throws Blocked where the status does not prove which registration it was (I2)
 */
export async function forget(pass: Pass): Promise<void> {
  const { subject, desired, provider, ports } = pass;
  const { provider: bound, applicationId, secret, births, anew, served } = factsOf(subject.application());
  const { registerAnew } = desired.requests;
  // That what a status names is gone says nothing of what was registered, unless the seal proves that this was it.
  if (registerAnew === undefined) await proveSealed(pass);
  const given = registerAnew !== undefined && provider.naming === 'Marked' ? applicationId : undefined;
  if (given !== undefined) await disclaim([given], pass);
  const now = new Date(ports.clusterTime()).toISOString();
  await subject.record({
    // Without it the status would count as lost, and the person be asked once more.
    provider: bound ?? bindingOf(provider),
    applicationId: undefined,
    clientId: undefined,
    seal: undefined,
    secret: undefined,
    ...formerBeside(undefined, pass),
    registration: undefined,
    // What runs with credentials of this registration is to run with those of the next (protocol T4).
    rotation: secret === undefined ? undefined : owingRoll(FIRST_SERIAL, undefined, pass),
    temporaryName: undefined,
    inspected: undefined,
    births: given === undefined ? births : withGivenUp(births, given, now),
    anew: (anew ?? 0) + 1,
    served: withServed(served, { anew: registerAnew }),
  });
  const happening =
    registerAnew === undefined
      ? warning('RegistrationGone', 'Forget', `Registration ${applicationId} is gone at the provider`)
      : warning('GivenUp', 'Forget', `Gave up registration ${applicationId}, as requested; it stays at the provider`);
  subject.tell(happening);
}

/** Takes our mark off registrations that a person gave up: from now on they are nobody's (protocol R10). */
export async function disclaim(ids: readonly string[], pass: Pass): Promise<void> {
  await proveCurrent(pass);
  for (const id of ids) await disclaimOne(id, pass).catch(unlessMissing);
}

async function disclaimOne(id: string, pass: Pass): Promise<void> {
  const { provider, ports, signal } = pass;
  const live = await liveWithMark(id, 'free', pass);
  // A process that died before it wrote that down has given it up already.
  if ((await markSight(live, pass)).kinship === 'given-up') return;
  const operation = birthIn(live)?.operation ?? '';
  await provider.mark(live, markOfNobody(await markedObject(pass), operation, ports.seals), claimantOf(pass), signal);
}

/** Protocol R5: what a lost answer left behind. */
export async function removeTwins(ids: readonly string[], pass: Pass): Promise<void> {
  const { provider, subject, signal } = pass;
  await proveCurrent(pass);
  for (const id of ids) {
    await removable(id, pass).catch(unlessMissing);
    await provider.remove(id, claimantOf(pass), signal).catch(unlessMissing);
    subject.tell(done('TwinRemoved', 'Deregister', `Deleted registration ${id}, which a lost answer had left behind`));
  }
}

/**
 * Protocol D1, D2. The finalizer goes last, and only when everything that is ours is proved gone. Until then a person may
 * have it retained, and an etcd that is put back undoes the deletion.
 */
export async function deregister(ids: readonly string[], pass: Pass): Promise<void> {
  const { provider, subject, signal, ports } = pass;
  await ports.applications.confirm(subject.application(), signal);
  const listed = ids.map((id) => ({ id, clientId: provider.known(id)?.clientId }));
  for (const each of listed) {
    const answer = await removeOrMiss(each, pass);
    const how = answer === 'removed' ? `Deleted registration ${each.id}` : `Registration ${each.id} was gone already`;
    subject.tell(done('Deregistered', 'Deregister', `${how} at the provider`));
  }
  await release(pass);
}

/** Takes the finalizer off an object that leaves nothing behind at the provider. */
export async function release(pass: Pass): Promise<void> {
  const { subject, desired } = pass;
  const names = namesOfSecrets(pass);
  // The user's own Secret, with credentials that he put there.
  if (desired.adopt?.source !== undefined) names.delete(desired.adopt.source.name);
  if (desired.deletionPolicy === 'Delete') for (const name of names) await removeUnowned(name, pass);
  await subject.removeFinalizer();
}

/**
 * Those that the status names, and those labelled for this object that hold its registration, written before the status was
 * lost (protocol R1). Where it is lost still: those whose registration is not known at the provider any more.
 */
function namesOfSecrets({ subject, ports, provider }: Pass): Set<string> {
  const application = subject.application();
  const { provider: bound, applicationId, secret, formerSecrets = [] } = factsOf(application);
  const isLost = bound === undefined && applicationId === undefined;
  const written = ports.secrets.labelled(application).filter(({ notes }) => {
    if (notes === undefined) return false;
    return isLost ? provider.known(notes.applicationId) === undefined : notes.applicationId === applicationId;
  });
  const noted = secret === undefined ? formerSecrets : [secret, ...formerSecrets];
  return new Set([...noted, ...written].map(({ name }) => name));
}

/**
 * Protocol D2: what is missing is proved gone by a listing. That may also show, of the next to be deleted, that its id has
 * been given to another client.
 */
async function removeOrMiss(
  { id, clientId }: { readonly id: string; readonly clientId: string | undefined },
  pass: Pass,
): Promise<'removed' | 'missing'> {
  const { provider, signal, ports } = pass;
  const claimant = claimantOf(pass);
  const now = provider.known(id)?.clientId;
  if (clientId !== undefined && now !== undefined && now !== clientId) return 'missing';
  const answer = await removable(id, pass)
    .catch(withWayOut)
    .then(() => provider.remove(id, claimant, signal))
    .then(() => 'removed' as const, unlessMissing);
  if (answer === 'removed') return answer;
  const listed = await provider.listing(ports.monotonicMs(), claimant, signal);
  if (!listed.some((registration) => registration.id === id)) return answer;
  throw new Blocked('DeletionBlocked', `The provider lists registration ${id} and says that it does not exist`);
}

/** Nobody collects a Secret that was written under `Retain` and not since: it has no owner (protocol S9). */
async function removeUnowned(name: string, pass: Pass): Promise<void> {
  const { subject, ports, signal } = pass;
  const application = subject.application();
  const { namespace } = application.metadata;
  if (ports.secrets.head(namespace, name)?.ownerUid !== undefined) return;
  const live = await ports.secrets.read(namespace, name, signal);
  if (live === undefined || live.ownerUid !== undefined || (await sealOn(live, pass)) !== 'valid') return;
  await ports.applications.confirm(application, signal);
  await ports.secrets.remove(namespace, live, signal);
}

/** Protocol I5, R12: a last look at whose it is, before a registration is deleted. @throws Blocked */
async function removable(id: string, pass: Pass): Promise<void> {
  const isHeld = factsOf(pass.subject.application()).applicationId === id;
  if (pass.provider.naming === 'Marked') {
    // One that was adopted a moment ago bears no mark of ours yet; its seal was proved.
    await liveWithMark(id, isHeld ? 'free' : 'own-or-former', pass);
  }
  if (!isHeld) await proveUnheld(id, pass);
}

function withWayOut(error: unknown): never {
  if (!(error instanceof Blocked) || error.reason !== 'NameTaken') throw error;
  const way = 'set the annotation oauthapp.dev/abandon to "true" to let the object go without it';
  throw new Blocked('DeletionBlocked', `${error.message}: ${way}`);
}

/** Protocol D4. The last thing that we do about the registration; the seal on the Secret lets it be taken back. */
export async function retain(pass: Pass): Promise<void> {
  const { subject, ports, provider, signal } = pass;
  const application = subject.application();
  const { applicationId, secret } = factsOf(application);
  if (provider.naming === 'Marked') await mark('retained', pass).catch(unlessMissing).catch(withWayOut);
  // One whose value is not ours any more is not written again, and must not be collected either (protocol S9).
  const owned = ports.secrets.labelled(application).filter(({ ownerUid }) => ownerUid === application.metadata.uid);
  const names = new Set([...(secret === undefined ? [] : [secret]), ...owned].map(({ name }) => name));
  const left: string[] = [];
  for (const name of names) if ((await ports.secrets.disown(application, name, signal)) !== undefined) left.push(name);
  if (applicationId !== undefined) {
    const kept = left.length === 0 ? '' : ` and Secret ${left.join(', ')}`;
    subject.tell(done('Retained', 'Retain', `Left registration ${applicationId}${kept}, as spec.deletionPolicy says`));
  }
  await subject.removeFinalizer();
}

function unlessMissing(error: unknown): 'missing' {
  if (isNotFound(error)) return 'missing';
  throw error;
}
