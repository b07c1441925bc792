import { Redacted } from '../../credentials.ts';
import { Blocked } from '../blocked.ts';
import { factsOf, isNotedVersion } from '../facts.ts';
import type { Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { ClusterError } from '../ports/errors.ts';
import type { SecretHead, StoredSecret } from '../ports/secrets.ts';
import { LONGEST_VALUE } from '../secret/content.ts';
import { isOurs } from '../secret/ownership.ts';
import { DYING_SECRET, FOREIGN_SECRET } from '../standing.ts';
import { type Consignment, delivered, draftOf, holds } from './consignment.ts';

/** The value was shown and the API server will not have it: the provider's side is kept, the value is dropped (S3). */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
}

/** As long as any client id or secret that we know of, so that a rehearsal meets the same quota. */
const PLACEHOLDER = 'x'.repeat(LONGEST_VALUE);

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** What must be left of the lease for another try. */
const MARGIN_MS = 1_000;

/**
 * Writes the Secret as a server-side dry run, before a value is shown that cannot be shown again (protocol S3).
 *
 * Returns the Secret to be written over, or `undefined` where there is none.
 *
 * @throws ClusterError when the API server would not have it
 */
export async function rehearse(
  applicationId: string | undefined,
  pass: Pass,
): Promise<SecretHead | StoredSecret | undefined> {
  const { ports, desired, signal, subject } = pass;
  const owner = subject.application();
  const over = await standingSecret(pass);
  const draft = await draftOf(
    {
      operation: ports.operationId(),
      serial: 1,
      applicationId: applicationId ?? PLACEHOLDER,
      credentials: {
        clientId: PLACEHOLDER,
        clientSecret: desired.clientKind === 'public' ? undefined : new Redacted(PLACEHOLDER),
      },
    },
    pass,
  );
  await ports.secrets.write(owner, draft, over, 'rehearse', signal);
  return over;
}

/**
 * The Secret that is to be written over, if there is one. Without our label it is not in the cache, and can be ours; and
 * what somebody else wrote into it shows a live read alone.
 *
 * @throws Blocked when it is somebody else's: it may have come since the plan was made (protocol S1). And when it is being
 *   deleted: whatever is written into it goes with it, and of an open operation no plan has looked at it
 */
export async function standingSecret(pass: Pass): Promise<SecretHead | StoredSecret | undefined> {
  const { ports, desired, signal, subject } = pass;
  const { namespace } = subject.application().metadata;
  const { secret } = factsOf(subject.application());
  const head = ports.secrets.head(namespace, desired.secretName);
  const standing =
    head !== undefined && isNotedVersion(head, secret)
      ? head
      : await ports.secrets.read(namespace, desired.secretName, signal);
  if (standing !== undefined && !(await isOurs(standing, pass)))
    throw new Blocked('SecretNotOurs', FOREIGN_SECRET.somebody);
  if (standing?.state === 'deleting') throw new Blocked('SecretRefused', DYING_SECRET);
  return standing;
}

/**
 * Writes the Secret, and goes on trying while the lease and the pass last: the one retry inside a pass (protocol S3).
 *
 * @throws Undeliverable when the API server definitely refuses it, or the Secret is somebody else's or being deleted by then
 */
export async function deliver(
  consignment: Consignment,
  over: SecretHead | undefined,
  pass: Pass,
): Promise<NonNullable<Facts['secret']>> {
  const { ports, subject, signal } = pass;
  const draft = await draftOf(consignment, pass);
  let target = over;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    let refusal: Undeliverable | undefined;
    try {
      const head = await ports.secrets.write(subject.application(), draft, target, 'commit', signal);
      return delivered(head, consignment, pass);
    } catch (error) {
      refusal = refusalIn(error, target);
      if (ports.leaseRemainingMs() <= pauseMs + MARGIN_MS) throw refusal ?? error;
    }
    await ports.pause(pauseMs, signal);
    const live = await ports.secrets.read(subject.application().metadata.namespace, draft.name, signal).catch(ignored);
    if (live === 'unknown') continue;
    if (live !== undefined && holds(live, draft, pass)) return delivered(live, consignment, pass);
    // What was refused may have been the repetition of a write whose answer was lost: only a look tells.
    if (refusal !== undefined) throw refusal;
    if (live !== undefined && !(await isOurs(live, pass))) throw new Undeliverable('foreign');
    // What is written into it would count as delivered, and goes with it.
    if (live?.state === 'deleting') throw new Undeliverable('deleting');
    target = live;
  }
}

/** {@link deliver} for a value that is still elsewhere, so that nothing is lost where it can't be written. @throws Blocked */
export async function deliverCopy(
  consignment: Consignment,
  over: SecretHead | undefined,
  refusal: string,
  pass: Pass,
): Promise<NonNullable<Facts['secret']>> {
  try {
    return await deliver(consignment, over, pass);
  } catch (error) {
    if (!(error instanceof Undeliverable)) throw error;
    throw new Blocked('SecretRefused', refusal);
  }
}

/**
 * Set where the API server will never have it; `undefined` where another try can help. Of what is `gone`, a Secret that was
 * to be written over is created instead, and one that was to be created has no namespace any more.
 *
 * @throws what is no {@link ClusterError}
 */
function refusalIn(error: unknown, over: SecretHead | undefined): Undeliverable | undefined {
  if (!(error instanceof ClusterError)) throw error;
  switch (error.code) {
    case 'forbidden':
    case 'refused':
      return new Undeliverable('refused', { cause: error });
    case 'gone':
      return over === undefined ? new Undeliverable('refused', { cause: error }) : undefined;
    case 'conflict':
    case 'unavailable':
      return undefined;
  }
}

/** Where the live Secret can't be read either, the write is tried again as it was. */
function ignored(error: unknown): 'unknown' {
  if (error instanceof ClusterError) return 'unknown';
  throw error;
}
