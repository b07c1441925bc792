import { z } from 'zod';
import { createSharedReads } from '../runtime/shared-reads.ts';
import type { KubeClient } from './client.ts';
import type { KubeObject } from './object.ts';
import { OAUTH_APPLICATIONS } from './resources.ts';

/** Of a status whatever else is in it. */
const HELD = z
  .object({ provider: z.object({ identity: z.string() }).optional(), applicationId: z.string().optional() })
  .optional();

/** Asks which applications hold a registration, of the API server itself. */
export interface Holders {
  /** Those that hold it, and those that say what they hold in words that we do not know. */
  of(identity: string, applicationId: string, signal: AbortSignal): Promise<readonly KubeObject[]>;
}

/**
 * Who asks while a list is under way shares the next one with all who do. A list serves none but those who had asked
 * before it began, so that it need not keep more than the few objects that these ask for.
 */
export function liveHolders(client: KubeClient, namespace: string | undefined): Holders {
  // Counted, not timed: a list may begin and a question be asked at one reading of a clock.
  let turn = 0;
  const next = (): number => {
    turn += 1;
    return turn;
  };
  const lists = createSharedReads({ monotonic: next }, list);
  let asked = new Set<string>();

  return {
    async of(identity, applicationId, signal) {
      asked.add(applicationId);
      const listed = await lists.read('', next(), signal);
      return listed.filter((item) => mayHold(item, (id, at) => id === applicationId && at === identity));
    },
  };

  function list(): Promise<readonly KubeObject[]> {
    const ids = asked;
    asked = new Set();
    const keep = (item: KubeObject) => (mayHold(item, (id) => ids.has(id)) ? [item] : []);
    // Shared: it ends by the deadlines of its calls, not with one of those who wait for it.
    const { signal } = new AbortController();
    return client.collect(OAUTH_APPLICATIONS, { namespace }, keep, signal);
  }
}

/** An object that says it in words that we do not know may hold any registration. */
function mayHold({ status }: KubeObject, isAsked: (applicationId: string, identity: string) => boolean): boolean {
  const { success, data } = HELD.safeParse(status);
  if (!success) return true;
  const { provider, applicationId } = data ?? {};
  return provider !== undefined && applicationId !== undefined && isAsked(applicationId, provider.identity);
}
