import { factsOf } from '../facts.ts';
import { done } from '../happenings.ts';
import type { Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { ClusterError } from '../ports/errors.ts';
import type { Workload } from '../ports/workloads.ts';
import { FIRST_SERIAL } from '../rotation/issued.ts';
import { rolledInPart, rolledNow } from '../rotation/retiring.ts';
import { type Unrolled, unrolledFor } from '../undone.ts';

/** What came of asking every workload once. */
interface Attempt {
  readonly rolled: number;
  readonly unrolled: Unrolled | undefined;
}

const NOTHING_TO_DO: Attempt = { rolled: 0, unrolled: undefined };

/** With a roll owed for the value with this serial, or a later one, where the spec has workloads rolled (protocol T4). */
export function owingRoll(serial: number, rotation: Facts['rotation'], { desired }: Pass): Facts['rotation'] {
  if (desired.restart !== 'Referencing') return rotation;
  return { ...rotation, rolling: Math.max(rotation?.rolling ?? FIRST_SERIAL, serial) };
}

/**
 * Gives the workloads that use the Secret new Pods, with the value that was issued last (protocol T4). A repeat after a
 * crash rolls nothing twice: the mark is that of the value.
 *
 * What the API server refuses is left for the next pass, and holds up neither the other workloads nor what else is to be
 * done in this one.
 *
 * @throws ClusterError where a workload was out of reach, once all others were asked
 */
export async function roll(pass: Pass): Promise<void> {
  const { subject, ports, desired, report } = pass;
  const { rolled, unrolled } = desired.restart === 'Referencing' ? await askAll(pass) : NOTHING_TO_DO;
  const { rolling, retiring, ...rotation } = factsOf(subject.application()).rotation ?? {};
  const nowMs = ports.clusterTime();
  report.unrolled = unrolled;
  if (unrolled === undefined) {
    subject.note({
      rotation: { ...rotation, ...(retiring === undefined ? {} : { retiring: rolledNow(retiring, nowMs) }) },
    });
  } else if (rolled > 0 && retiring !== undefined) {
    subject.note({ rotation: { ...rotation, rolling, retiring: rolledInPart(retiring, nowMs) } });
  }
}

async function askAll(pass: Pass): Promise<Attempt> {
  const { secret } = factsOf(pass.subject.application());
  if (secret?.fingerprint === undefined) return NOTHING_TO_DO;
  try {
    return await askEach(await workloadsOn(secret, pass), secret.fingerprint, pass);
  } catch (error) {
    if (isRefusal(error)) return { rolled: 0, unrolled: unrolledFor('Workloads', error) };
    throw error;
  }
}

/**
 * Those that find the value in use when they start anew, each once: also those that read it from a Secret of a former name,
 * since a rename may come between a rotation and its roll.
 */
async function workloadsOn(
  { name, fingerprint }: NonNullable<Facts['secret']>,
  { subject, ports, signal }: Pass,
): Promise<readonly Workload[]> {
  const application = subject.application();
  const { formerSecrets = [] } = factsOf(application);
  const former = formerSecrets.filter((each) => each.fingerprint === fingerprint);
  const sinceMs = ports.monotonicMs();
  const found = await Promise.all(
    [{ name }, ...former].map((secret) =>
      ports.workloads.using(application.metadata.namespace, secret.name, sinceMs, signal),
    ),
  );
  return found.flat().filter(({ uid }, at, all) => all.findIndex((each) => each.uid === uid) === at);
}

async function askEach(
  workloads: readonly Workload[],
  mark: string,
  { subject, ports, signal }: Pass,
): Promise<Attempt> {
  let rolled = 0;
  const failures: { readonly what: string; readonly error: ClusterError }[] = [];
  for (const workload of workloads) {
    const what = `${workload.kind} ${workload.name}`;
    try {
      if ((await ports.workloads.roll(workload, mark, signal)) !== 'rolled') continue;
      rolled += 1;
      subject.tell(done('Rolled', 'Roll', `Gave ${what} new Pods, with the new secret`));
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      failures.push({ what, error });
    }
  }
  // Another pass may reach it, and has to before the secret is retired that it still runs with.
  const outOfReach = failures.find(({ error }) => !isRefusal(error));
  if (outOfReach !== undefined) {
    await subject.flush();
    throw outOfReach.error;
  }
  const [first, ...others] = failures;
  if (first === undefined) return { rolled, unrolled: undefined };
  const what = others.length === 0 ? first.what : `${first.what} and ${others.length} more`;
  return { rolled, unrolled: unrolledFor(what, first.error) };
}

/** Nothing but a change of rights or policies helps. */
function isRefusal(error: unknown): error is ClusterError {
  return error instanceof ClusterError && (error.code === 'forbidden' || error.code === 'refused');
}
