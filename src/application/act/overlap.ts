import type { Credentials } from '../../credentials.ts';
import { done, warning } from '../happenings.ts';
import type { RetirementCause } from '../observed.ts';
import { claimantOf, factsOf, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { proveOurs, proveSealed } from '../proof.ts';
import { superseding } from '../rotation/retiring.ts';
import type { Action } from '../step.ts';
import { deliverCopy, formerAfter, standingSecret } from './deliver.ts';

/** Protocol S7: the Secret lost a value that the provider still shows, so that nothing is issued. */
export async function readBack(
  pass: Pass,
  { current, previous: shown, superseded }: Omit<Extract<Action, { type: 'read-back' }>, 'type'>,
): Promise<void> {
  const { subject, ports, desired } = pass;
  const { applicationId, clientId, rotation } = factsOf(subject.application());
  if (applicationId === undefined || clientId === undefined) return;
  // Its mark was read together with the value.
  await proveSealed(pass);
  const over = await standingSecret(pass);
  const credentials: Credentials = { clientId, clientSecret: current.value };
  const { serial, expiresAtMs } = current;
  const isWanted = desired.content.keys.previousClientSecret !== undefined;
  const previous = shown === undefined || !isWanted ? undefined : { name: shown.name, value: shown.value };
  const consignment = { operation: ports.operationId(), serial, applicationId, credentials, previous, expiresAtMs };
  const secret = await deliverCopy(pass, consignment, over, 'The API server does not accept the Secret');
  await subject.record({
    secret,
    rotation: superseding(rotation, superseded, desired.overlap, ports.clusterTime()),
    ...formerAfter(pass, secret.name),
  });
  subject.tell(
    done('SecretRestored', 'WriteSecret', `Wrote Secret ${secret.name} with the value read at the provider`),
  );
}

const RETIRED = {
  unused: 'no Pod runs with it any more',
  overdue: 'spec.rotation.retireAfter has passed; a Pod may run with it still',
  requested: 'as requested',
} as const satisfies Record<RetirementCause, string>;

/** Deletes a superseded secret (protocol T3). Gone already counts, so that a crash after the call costs nothing. */
export async function retire(pass: Pass, name: string, because: RetirementCause): Promise<void> {
  const { subject, provider, signal } = pass;
  const { applicationId, rotation, secret } = factsOf(subject.application());
  if (applicationId === undefined) return;
  await proveOurs(pass);
  await provider.retireSecret(applicationId, name, claimantOf(pass), signal);
  const retiring = (rotation?.retiring ?? []).filter((entry) => entry.name !== name);
  await subject.record({
    rotation: { ...rotation, retiring: retiring.length === 0 ? undefined : retiring },
    ...(secret?.previous === name ? { secret: { ...secret, previous: undefined } } : {}),
    ...(because === 'requested' && retiring.length === 0 ? servedRetire(pass) : {}),
  });
  const happening = because === 'overdue' ? warning : done;
  subject.tell(happening('SecretRetired', 'Retire', `Deleted superseded secret ${name}: ${RETIRED[because]}`));
}

/** There was nothing to retire. */
export async function serveRetire(pass: Pass): Promise<void> {
  await pass.subject.record(servedRetire(pass));
}

function servedRetire({ subject, desired }: Pass): { readonly served: Facts['served'] } {
  const { served } = factsOf(subject.application());
  const { retire: token } = desired.requests;
  return { served: { ...served, ...(token === undefined ? {} : { retire: token }) } };
}
