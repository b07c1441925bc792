import { factsOf } from '../facts.ts';
import { done, warning } from '../happenings.ts';
import type { RetirementCause } from '../observed.ts';
import { claimantOf, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import type { Happening } from '../ports/ports.ts';
import { proveOurs } from '../proof.ts';
import type { Retiring } from '../rotation/retiring.ts';

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
  const outcome = await provider.retireSecret(applicationId, name, claimantOf(pass), signal);
  const entry = rotation?.retiring?.find((retiring) => retiring.name === name);
  const told = outcome === 'deleted' ? deleted(name, because) : await missing({ name, ...entry }, applicationId, pass);
  const retiring = (rotation?.retiring ?? []).filter((other) => other.name !== name);
  subject.note({
    rotation: { ...rotation, retiring: retiring.length === 0 ? undefined : retiring },
    ...(secret?.previous === name ? { secret: { ...secret, previous: undefined } } : {}),
    ...(because === 'requested' && retiring.length === 0 ? servedRetire(pass) : {}),
  });
  subject.tell(told);
}

function deleted(name: string, because: RetirementCause): Happening {
  const happening = because === 'overdue' ? warning : done;
  return happening('SecretRetired', 'Retire', `Deleted superseded secret ${name}: ${RETIRED[because]}`);
}

/** Nobody deletes what bears another name now: a person gave it that, and may use it. */
async function missing(
  { name, fingerprint }: Pick<Retiring, 'name' | 'fingerprint'>,
  applicationId: string,
  pass: Pass,
): Promise<Happening> {
  const { provider, ports, subject, signal } = pass;
  const { clientId = '' } = factsOf(subject.application());
  const gone = done('SecretRetired', 'Retire', `The provider has no secret ${name} any more, which was superseded`);
  if (fingerprint === undefined) return gone;
  const { secrets } = await provider.getWithSecrets(applicationId, claimantOf(pass), signal);
  const renamed = secrets.find(
    ({ value }) => ports.seals.fingerprint({ clientId, clientSecret: value }) === fingerprint,
  );
  return renamed === undefined
    ? gone
    : warning(
        'SecretRenamed',
        'Retire',
        `Superseded secret ${name} is called ${renamed.name} at the provider now, is left alone and goes on working`,
      );
}

/** There was nothing to retire. */
export async function serveRetire(pass: Pass): Promise<void> {
  pass.subject.note(servedRetire(pass));
}

function servedRetire({ subject, desired }: Pass): { readonly served: Facts['served'] } {
  const { served } = factsOf(subject.application());
  const { retire: token } = desired.requests;
  return { served: { ...served, ...(token === undefined ? {} : { retire: token }) } };
}
