import { ProviderError, type ProviderErrorCode, refusesNothing } from '../../idp/errors.ts';
import type { IssuedSecret, Retirement } from '../../idp/provider.ts';
import { factsOf } from '../facts.ts';
import { done, warning } from '../happenings.ts';
import type { RetirementCause } from '../observed.ts';
import { claimantOf, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import type { Happening } from '../ports/ports.ts';
import { proveWithSecrets } from '../proof.ts';
import { withoutRetired } from '../rotation/gone.ts';
import { withServed } from '../served.ts';

const RETIRED = {
  unused: 'no Pod runs with it any more',
  overdue: 'spec.rotation.retireAfter has passed; a Pod may run with it still',
  requested: 'as requested',
} as const satisfies Record<RetirementCause, string>;

/**
 * Deletes a superseded secret (protocol T3), if the object and its Secret are still as they were read (I7): the one may be
 * suspended by now, the other hold that value again. Gone already counts, so that a crash after the call costs nothing. One
 * that cannot be deleted is left to the next pass and the report, and holds up neither the others nor what else there is
 * to do.
 */
export async function retire(name: string, because: RetirementCause, pass: Pass): Promise<void> {
  const { subject, ports, signal } = pass;
  const { applicationId, rotation, secret } = factsOf(subject.application());
  if (applicationId === undefined || !(await isAsSeen(pass))) return;
  await ports.applications.confirm(subject.application(), signal);
  const inspection = await proveWithSecrets(applicationId, pass);
  const entry = rotation?.retiring?.find((retiring) => retiring.name === name);
  const whereabouts = inspection && whereaboutsOf(name, entry?.fingerprint, inspection.secrets, pass);
  const isThere = whereabouts === undefined || whereabouts === 'there';
  const outcome = isThere ? await deleteAt(applicationId, name, pass) : 'missing';
  if (outcome === 'refused') return;
  const retiring = (rotation?.retiring ?? []).filter((other) => other.name !== name);
  subject.note({
    rotation: withoutRetired(
      { ...rotation, retiring: retiring.length === 0 ? undefined : retiring },
      secret?.fingerprint,
    ),
    ...(secret?.previous === name ? { secret: { ...secret, previous: undefined } } : {}),
    ...(because === 'requested' && retiring.length === 0 && !isRotating(pass) ? servedRetire(pass) : {}),
  });
  subject.tell(outcome === 'deleted' ? deleted(name, because) : missing(name, whereabouts));
}

/**
 * Whether a live read shows the version that the cache does: a watch that is silent tells of nobody who puts a former value
 * back. If not, this pass remembers what was read and looks again. A version that the status does not note was read live
 * already.
 */
async function isAsSeen({ subject, ports, signal }: Pass): Promise<boolean> {
  const application = subject.application();
  const { namespace } = application.metadata;
  const { name = '', resourceVersion } = factsOf(application).secret ?? {};
  const head = ports.secrets.head(namespace, name);
  if (head === undefined || head.resourceVersion !== resourceVersion) return true;
  const live = await ports.secrets.read(namespace, name, signal);
  return live?.uid === head.uid && live.resourceVersion === resourceVersion;
}

async function deleteAt(applicationId: string, name: string, pass: Pass): Promise<Retirement | 'refused'> {
  const { provider, report, signal } = pass;
  try {
    return await provider.retireSecret(applicationId, name, claimantOf(pass), signal);
  } catch (error) {
    const isFirst = report.unretired.length === 0;
    if (!(error instanceof ProviderError && (isOfItAlone(error) || (isFirst && MAY_BE.has(error.code))))) throw error;
    report.unretired = [...report.unretired, { name, error }];
    return 'refused';
  }
}

/** Whether it is said of this one secret: by the provider, or by what stands in front of it and lets other calls pass. */
function isOfItAlone({ code, details: { status } }: ProviderError): boolean {
  return OF_IT_ALONE.has(code) || (code === 'unavailable' && status !== undefined && !refusesNothing(status));
}

const OF_IT_ALONE: ReadonlySet<ProviderErrorCode> = new Set([
  'rejected',
  'forbidden',
  'needs-person',
  'conflict',
  'quota',
  'unsupported',
  'malformed',
]);

/** Failures that may hit every call: the next secret tells. All others concern this one secret alone. */
const MAY_BE: ReadonlySet<ProviderErrorCode> = new Set(['lost', 'unavailable']);

/** What has leaked may be the one in use, which is superseded by a rotation that is still to come. */
function isRotating({ desired: { requests } }: Pass): boolean {
  return requests.rotate !== undefined;
}

/** What became of a superseded secret at the provider: a name can be given to another one. */
type Whereabouts = 'there' | 'gone' | { readonly renamedTo: string };

/** Nobody deletes what bears its name now and is another one, and may be in use. */
function whereaboutsOf(
  name: string,
  superseded: string | undefined,
  secrets: readonly IssuedSecret[],
  { ports, subject }: Pass,
): Whereabouts {
  const { clientId = '', secret } = factsOf(subject.application());
  const printOf = ({ value }: IssuedSecret): string => ports.seals.fingerprint({ clientId, clientSecret: value });
  const named = secrets.find((other) => other.name === name);
  const print = named && printOf(named);
  const isIt = superseded === undefined ? print !== secret?.fingerprint : print === superseded;
  if (named !== undefined && isIt) return 'there';
  const renamed = superseded === undefined ? undefined : secrets.find((other) => printOf(other) === superseded);
  return renamed === undefined ? 'gone' : { renamedTo: renamed.name };
}

function deleted(name: string, because: RetirementCause): Happening {
  const happening = because === 'overdue' ? warning : done;
  return happening('SecretRetired', 'Retire', `Deleted superseded secret ${name}: ${RETIRED[because]}`);
}

function missing(name: string, whereabouts: Whereabouts | undefined): Happening {
  return typeof whereabouts === 'object'
    ? warning(
        'SecretRenamed',
        'Retire',
        `Superseded secret ${name} is called ${whereabouts.renamedTo} at the provider now, is left alone and goes on working`,
      )
    : done('SecretRetired', 'Retire', `The provider has no secret ${name} any more, which was superseded`);
}

/** There was nothing to retire. */
export async function serveRetire(pass: Pass): Promise<void> {
  pass.subject.note(servedRetire(pass));
}

function servedRetire({ subject, desired }: Pass): { readonly served: Facts['served'] } {
  const { served } = factsOf(subject.application());
  const { retire: token } = desired.requests;
  return { served: withServed(served, { retire: token }) };
}
