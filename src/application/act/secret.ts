import type { OAuthApplication } from '../../api/application.ts';
import type { Credentials } from '../../credentials.ts';
import { factsOf } from '../facts.ts';
import { done } from '../happenings.ts';
import type { IssuedView } from '../observed.ts';
import type { Pass } from '../pass.ts';
import type { Facts, FormerSecret } from '../ports/applications.ts';
import type { Ports } from '../ports/ports.ts';
import type { SecretHead, StoredSecret } from '../ports/secrets.ts';
import { proveCurrent, proveSealed } from '../proof.ts';
import { withGone } from '../rotation/gone.ts';
import { besides } from '../rotation/issued.ts';
import { withRestored } from '../rotation/losses.ts';
import { predecessorIn, type Superseded, superseding } from '../rotation/retiring.ts';
import { laterTime } from '../rotation/skew.ts';
import { refuseAltered } from '../secret/form.ts';
import { isOurs } from '../secret/ownership.ts';
import { heldIn, previousFor } from '../secret/previous.ts';
import type { Action } from '../step.ts';
import type { Subject } from '../subject.ts';
import { delivered, operationOf, toBeReadLive } from './consignment.ts';
import { deliverCopy, standingSecret } from './deliver.ts';
import { renamedTo } from './former.ts';
import { owingRoll } from './roll.ts';

/** The Secret as somebody else left it, with a value that is in use (protocol S7). */
export async function acceptSecret(
  { head, stored }: Extract<Action, { type: 'accept-secret' }>,
  pass: Pass,
): Promise<void> {
  const { subject } = pass;
  const { secret, rotation } = factsOf(subject.application());
  if (secret === undefined) return;
  const credentials = stored?.credentials;
  if (credentials === undefined) {
    const { name, uid, resourceVersion } = head;
    subject.note({ secret: { ...secret, name, uid, resourceVersion }, ...renamedTo(name, rotation, head, pass) });
    return;
  }
  const { serial } = secret;
  await subject.record({ secret: toBeReadLive(delivered(head, { serial, credentials }, pass)) });
  subject.tell(done('SecretAccepted', 'WriteSecret', 'The value put into the Secret by hand logs in and is kept'));
}

/** The same credentials in the layout that the spec asks for; nothing is issued (protocol S4). */
export async function writeSecret(
  { stored, issued }: Pick<Extract<Action, { type: 'write-secret' }>, 'stored' | 'issued'>,
  pass: Pass,
): Promise<void> {
  await copyTo(stored, stored, issued, pass);
  pass.subject.tell(done('SecretWritten', 'WriteSecret', `Wrote Secret ${pass.desired.secretName}`));
}

/** Protocol S8: the value goes along to the new name; the Secret of the former one goes later, as Pods may use it. */
export async function moveSecret(
  { stored, over, issued }: Pick<Extract<Action, { type: 'move-secret' }>, 'stored' | 'over' | 'issued'>,
  pass: Pass,
): Promise<void> {
  await copyTo(stored, over, issued, pass);
  const note = `Wrote Secret ${pass.desired.secretName} with the value of Secret ${stored.name}`;
  pass.subject.tell(done('SecretMoved', 'WriteSecret', note));
}

async function copyTo(
  from: StoredSecret | undefined,
  over: SecretHead | undefined,
  issued: IssuedView | undefined,
  pass: Pass,
): Promise<void> {
  const { subject, ports, desired } = pass;
  const facts = factsOf(subject.application());
  const { applicationId, clientId, secret } = facts;
  if (applicationId === undefined || clientId === undefined) return;
  // The new seal vouches for what the status says, and an owner that is gone by now would have the Secret collected.
  await (isToBeOwned(over, pass) ? proveCurrent(pass) : proveSealed(pass));
  const credentials = desired.clientKind === 'public' ? { clientId, clientSecret: undefined } : from?.credentials;
  if (credentials === undefined) return;
  const operation = from?.notes?.operation ?? ports.operationId();
  const serial = secret?.serial ?? 1;
  const expiresAtMs = secret?.expiresAt === undefined ? undefined : Date.parse(secret.expiresAt);
  const rotation = rotationSeen(issued, pass);
  const name = predecessorIn(rotation)?.name;
  const previous = previousFor(desired, name, { shown: issued?.previous, held: heldIn(from, name, facts) });
  const consignment = { operation, serial, applicationId, credentials, previous, expiresAtMs };
  const written = await deliverCopy(consignment, over, 'The API server does not accept the Secret', pass);
  subject.note({ secret: written, ...renamedTo(written.name, rotation, over, pass) });
  refuseAltered(written.name, pass);
}

/** It is there, and does not belong to the object yet. */
function isToBeOwned(over: SecretHead | undefined, { desired, subject }: Pass): boolean {
  return (
    over !== undefined && desired.deletionPolicy === 'Delete' && over.ownerUid !== subject.application().metadata.uid
  );
}

/** Protocol S7: the Secret lacks a value that the provider still shows, so that none is issued. */
export async function readBack(
  { issued, current, because }: Pick<Extract<Action, { type: 'read-back' }>, 'issued' | 'current' | 'because'>,
  pass: Pass,
): Promise<void> {
  const { subject, ports, desired } = pass;
  const { applicationId, clientId } = factsOf(subject.application());
  if (applicationId === undefined || clientId === undefined) return;
  // The mark was read with the value. By a status that is behind, a value that was written since looks lost.
  await (because === 'lost' ? proveCurrent(pass) : proveSealed(pass));
  const over = await standingSecret(pass);
  const credentials: Credentials = { clientId, clientSecret: current.value };
  const { serial, expiresAtMs } = current;
  const name = predecessorIn(rotationSeen(issued, pass))?.name;
  const previous = previousFor(desired, name, { shown: issued.previous });
  const operation = operationOf(over, { applicationId, serial }, pass);
  const consignment = { operation, serial, applicationId, credentials, previous, expiresAtMs };
  const secret = await deliverCopy(consignment, over, 'The API server does not accept the Secret', pass);
  // The overlap counts from the write (protocol T3).
  const after = rotationSeen(issued, pass);
  const counted = because === 'lost' ? withRestored(after, ports.clusterTime()) : after;
  const rotation = withRollFor(secret, counted, over, pass);
  await subject.record({ secret, ...renamedTo(secret.name, rotation, over, pass) });
  const note = `Wrote Secret ${secret.name} with the value read at the provider${besides(issued.leftAlone, current)}`;
  subject.tell(done('SecretRestored', 'WriteSecret', note));
}

/**
 * Where it is another value than the one that was in use, as after an etcd was put back, that is what workloads run with. Of
 * a lost status what was in the Secret may be (protocol T4).
 */
function withRollFor(
  { serial, fingerprint }: NonNullable<Facts['secret']>,
  rotation: Facts['rotation'],
  over: SecretHead | StoredSecret | undefined,
  pass: Pass,
): Facts['rotation'] {
  const { subject, ports } = pass;
  const found = over !== undefined && 'credentials' in over ? over.credentials : undefined;
  const former = factsOf(subject.application()).secret?.fingerprint ?? (found && ports.seals.fingerprint(found));
  const isNew = former === undefined ? over !== undefined : former !== fingerprint;
  return isNew ? owingRoll(serial, rotation, pass) : rotation;
}

/** The record with what is seen to be superseded now, each with the time at which it was seen first. */
export function rotationSeen(issued: IssuedView | undefined, { subject, desired, ports }: Pass): Facts['rotation'] {
  const { rotation } = factsOf(subject.application());
  const isNoted = ({ name }: Superseded): boolean => rotation?.retiring?.some((entry) => entry.name === name) === true;
  const seen = (issued?.superseded ?? []).filter((secret) => !isNoted(secret));
  return superseding(rotation, seen, desired.overlap, laterTime(ports));
}

/**
 * Takes the owner off every Secret that is to be retained (protocol S9), also off one of which no status tells, as the
 * process died that wrote it. It needs no provider, so that no trouble with one holds it up.
 */
export async function disownRetained(subject: Subject, { secrets }: Ports, signal: AbortSignal): Promise<void> {
  const application = subject.application();
  const { namespace, uid } = application.metadata;
  if (application.spec.deletionPolicy !== 'Retain') return;
  for (const name of namesOfOwn(application, secrets)) {
    // The cache may show the owner still that this process, or this pass, has taken off.
    if (secrets.head(namespace, name)?.ownerUid === uid) await secrets.disown(application, name, signal);
  }
}

/** Under which names there may be a Secret of ours, whatever somebody made of its label. */
function namesOfOwn(application: OAuthApplication, secrets: Ports['secrets']): ReadonlySet<string> {
  const { secret, operation } = factsOf(application);
  const labelled = secrets.labelled(application).map(({ name }) => name);
  const noted = [secret?.name, operation?.secretName].filter((name) => name !== undefined);
  return new Set([...noted, ...labelled]);
}

/**
 * A Secret that was made anew under the former name is somebody else's, and one that has our name again is in use: its uid
 * is the same, so that a cache that lags would not tell (protocol I7).
 */
export async function removeFormerSecret(former: FormerSecret, pass: Pass): Promise<void> {
  const { subject, ports, desired, provider, signal } = pass;
  const { namespace } = subject.application().metadata;
  const { formerSecrets = [], rotation, secret } = factsOf(subject.application());
  const live = await ports.secrets.read(namespace, former.name, signal);
  const isFormer = live?.uid === former.uid && former.name !== desired.secretName;
  if (isFormer && (await isOurs(live, pass))) {
    await ports.applications.confirm(subject.application(), signal);
    await ports.secrets.remove(namespace, live, signal);
    subject.tell(
      done('FormerSecretRemoved', 'RemoveSecret', `Deleted Secret ${former.name}, which the spec names no longer`),
    );
  }
  const left = formerSecrets.filter(({ name }) => name !== former.name);
  const isMissed = provider.manners.rotation === 'overlapping' && former.name !== desired.secretName;
  await subject.record({
    formerSecrets: left.length === 0 ? undefined : left,
    ...(isMissed ? { rotation: withGone(rotation, former, secret?.fingerprint) } : {}),
  });
}

/** As the garbage collector should have done. What takes its place has another uid, which the collector leaves alone. */
export async function removeLeftSecret(head: SecretHead, { subject, ports, signal }: Pass): Promise<void> {
  await ports.secrets.remove(subject.application().metadata.namespace, head, signal);
  subject.tell(
    done('FormerSecretRemoved', 'RemoveSecret', `Deleted Secret ${head.name}, left by an earlier object of this name`),
  );
}
