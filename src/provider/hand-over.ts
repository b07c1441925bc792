import { standsOn } from './claim.ts';
import type { ProviderPass } from './pass.ts';
import { isAnyUnderWay, UNDER_WAY_MS } from './users.ts';
import type { Silence } from './verdict.ts';

/**
 * Leaves a provider object to the shard that its labels name now. From here on no pass finds a session with it, and the
 * claim is given up when no pass is under way that found one before: what it has begun is written down by then, and the
 * next shard goes on from there (protocol I6).
 */
export async function handOver(pass: ProviderPass): Promise<Silence> {
  const { key, ports, writer, signal } = pass;
  ports.sessions.drop(key);
  if (standsOn(writer.current().status?.servedBy, ports.installation) !== 'ours') {
    return { type: 'silent', next: { type: 'await-change' } };
  }
  if (isAnyUnderWay(pass)) return { type: 'silent', next: { type: 'again', afterMs: UNDER_WAY_MS } };
  await writer.write((status) => {
    const isOurs = standsOn(status.servedBy, ports.installation) === 'ours';
    return isOurs ? { ...status, servedBy: undefined } : status;
  }, signal);
  return { type: 'silent', next: { type: 'await-change' } };
}
