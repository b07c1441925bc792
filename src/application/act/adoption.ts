import type { Registration } from '../../idp/provider.ts';
import { type BirthRecord, birthIn, operationBehind } from '../births.ts';
import { Blocked } from '../blocked.ts';
import { factsOf } from '../facts.ts';
import { done, warning } from '../happenings.ts';
import { ADOPTED } from '../marks.ts';
import type { AdoptionView } from '../observed.ts';
import { bindingOf, nameFor, type Pass } from '../pass.ts';
import { liveRivalsFor, liveWithMark, proveUnheld, sealOf } from '../proof.ts';
import { isOurs } from '../secret/ownership.ts';
import { operationOf } from './consignment.ts';
import { deliverCopy } from './deliver.ts';
import { issuedNow, withBirthOf } from './operation.ts';
import { servedBy } from './served.ts';
import { bind } from './taking.ts';

const REFUSED = 'The API server does not accept the Secret with the credentials in use';

/**
 * Protocol A1: a registration that was there before. Its secret, where it is kept, is in our Secret before the status
 * says so (S1); until then the object holds nothing, and begins anew after a crash. The finalizer comes first, or a
 * deletion in between would take along a Secret that was the user's own.
 */
export async function adopt(adoption: Extract<AdoptionView, { type: 'ready' }>, pass: Pass): Promise<void> {
  const { subject, provider, desired, ports } = pass;
  const { credentials, expiresAtMs, takenOver } = adoption;
  const { id: applicationId, clientId } = adoption.registration;
  await proveUnheld(applicationId, pass);
  const birth = birthByAdoption(await stillFree(adoption.registration, pass), pass);
  const over = takenOver ?? ports.secrets.head(subject.application().metadata.namespace, desired.secretName);
  const kept = credentials && {
    operation: operationOf(over, { applicationId, serial: 1 }, pass),
    serial: 1,
    applicationId,
    birth,
    credentials,
    expiresAtMs,
    // An owner that was let go meanwhile would take along what is the user's own; it is given one by the plan.
    ...(takenOver === undefined ? {} : { owner: 'none' as const }),
  };
  const none = { name: desired.secretName, serial: 0, delivered: false };
  await bind(pass);
  await subject.record({
    provider: bindingOf(provider),
    applicationId,
    clientId,
    seal: await sealOf(applicationId, clientId, pass),
    ...withBirthOf(birth, pass),
    secret: kept === undefined ? none : await deliverCopy(kept, over, REFUSED, pass),
    rotation: issuedNow(pass),
    served: servedBy('taking-back', pass),
    operation: undefined,
  });
  const [rival] = await liveRivalsFor(applicationId, pass);
  if (rival !== undefined) {
    await giveWay(applicationId, pass);
    throw new Blocked('NameTaken', `The registration is being adopted by ${nameFor(rival, pass)}`);
  }
  subject.tell(done('Adopted', 'Adopt', `Adopted registration ${applicationId}`));
}

/** Another cluster, whose objects nothing here shows, may have marked it since it was listed. @throws Blocked */
async function stillFree(registration: Registration, pass: Pass): Promise<Registration> {
  return pass.provider.naming === 'Marked' ? liveWithMark(registration.id, 'free', pass) : registration;
}

/** The mark that is written next names this operation, unless there is one that names another. */
function birthByAdoption(registration: Registration, { provider, ports, subject }: Pass): BirthRecord | undefined {
  if (provider.naming !== 'Marked') return undefined;
  const { id: applicationId, facts } = registration;
  const before = operationBehind(factsOf(subject.application()).births, applicationId);
  const operation = before?.startsWith(ADOPTED) === true ? before : `${ADOPTED}${ports.operationId()}`;
  return birthIn(registration) ?? { operation, applicationId, createdAt: facts.createdAt };
}

/**
 * Two objects may adopt one registration at once, each before a cache, or its mark, shows the other. Whoever finds the
 * other after his own record lets go: of two at least one does, and nothing was changed at the provider yet (protocol R7,
 * R12). The Secret goes first, since nobody would look for it once the status says nothing of the registration.
 */
export async function giveWay(applicationId: string, pass: Pass): Promise<void> {
  const { subject } = pass;
  const removed = await removeGiven(applicationId, pass);
  const { applicationId: held, anew } = factsOf(subject.application());
  if (held !== undefined) {
    const nothing = { applicationId: undefined, clientId: undefined, seal: undefined, secret: undefined };
    // A Secret that is the user's own bears our seal still, and says nothing any more.
    await subject.record({ ...nothing, anew: (anew ?? 0) + 1 });
  }
  const note = removed === undefined ? '' : `; deleted Secret ${removed}, which held its credentials`;
  subject.tell(warning('GaveWay', 'Adopt', `Registration ${applicationId} belongs to another object${note}`));
}

/**
 * Takes back the credentials that an adoption gave. Returns the name of the Secret that was deleted for it. One that the
 * user put there himself gave him nothing: it is his again.
 */
async function removeGiven(applicationId: string, pass: Pass): Promise<string | undefined> {
  const { subject, ports, desired, signal } = pass;
  const application = subject.application();
  const { namespace } = application.metadata;
  const name = factsOf(application).secret?.name ?? desired.secretName;
  if (desired.adopt?.source?.name === name) {
    await ports.secrets.disown(application, name, signal);
    return undefined;
  }
  const live = await ports.secrets.read(namespace, name, signal);
  if (live?.notes?.applicationId !== applicationId || !(await isOurs(live, pass))) return undefined;
  // Where the other has let go since, this object may have adopted it, and what is to be deleted is in use (protocol I7).
  await ports.applications.confirm(application, signal);
  await ports.secrets.remove(namespace, live, signal);
  return name;
}
