import { isNotedVersion } from '../facts.ts';
import type { Observed } from '../observed.ts';
import type { Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { isOfFingerprint } from './secret.ts';

/**
 * Whether workloads are to get new Pods (protocol T4): once in a pass, and not while those would find another value than the
 * one that was issued last. Nothing else has to be looked at for that, so that it is known of what rests, too.
 */
export async function observeRoll(facts: Facts, pass: Pass): Promise<Observed['roll']> {
  const { ports, report, subject, signal } = pass;
  const { rotation, secret } = facts;
  if (rotation?.rolling === undefined || report.unrolled !== undefined || secret?.delivered !== true) return 'none';
  const { namespace } = subject.application().metadata;
  const head = ports.secrets.head(namespace, secret.name);
  if (isNotedVersion(head, secret) && head?.state === 'live') return 'due';
  const stored = await ports.secrets.read(namespace, secret.name, signal);
  return stored?.state === 'live' && isOfFingerprint(stored, facts, pass) ? 'due' : 'none';
}
