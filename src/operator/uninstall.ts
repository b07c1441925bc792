import { FINALIZERS, MANAGED_BY } from '../api/names.ts';
import type { Config } from '../config.ts';
import type { KubeClient } from '../kube/client.ts';
import { unlessNotFound } from '../kube/errors.ts';
import type { KubeObject } from '../kube/object.ts';
import { CLUSTER_OAUTH_PROVIDERS, OAUTH_APPLICATIONS, OAUTH_PROVIDERS, type Resource } from '../kube/resources.ts';
import { createClient } from '../kube/rest-client.ts';
import { retrying } from '../kube/retry.ts';
import { systemChance } from '../runtime/chance.ts';
import { deadline, systemClock } from '../runtime/clock.ts';
import type { Sockets } from './sockets.ts';

/** Longer than an API server takes to list a hundred thousand objects, and shorter than a person waits. */
const WITHIN_MS = 60_000;

const NAMED = 10;

const OURS: readonly string[] = Object.values(FINALIZERS);

/**
 * The objects that could not be deleted any more without the operator of this config, as `kind namespace/name`: they bear
 * a finalizer that nobody else takes off. Kinds that are not defined have none.
 *
 * @throws Error when the API server does not answer, or refuses
 */
export async function objectsLeft(
  { namespace: own, scope }: Config,
  fallback: string | undefined,
  sockets: Sockets,
): Promise<readonly string[]> {
  const watched = scope.type === 'cluster' ? undefined : (scope.watchNamespace ?? own ?? fallback);
  const connection = sockets.api({ clock: systemClock, connections: 1 });
  const transport = retrying(connection.api, { clock: systemClock, chance: systemChance });
  const client = createClient({ transport, clock: systemClock, fieldManager: MANAGED_BY });
  const within = deadline(systemClock, WITHIN_MS, new AbortController().signal);
  try {
    const kinds = [OAUTH_APPLICATIONS, OAUTH_PROVIDERS, ...(watched === undefined ? [CLUSTER_OAUTH_PROVIDERS] : [])];
    const lists = await Promise.all(kinds.map((kind) => withOurFinalizers(client, kind, watched, within.signal)));
    return lists.flat();
  } finally {
    within.clear();
    await connection.close();
  }
}

/** What a person reads in the log of the check. */
export function uninstallReport(left: readonly string[]): string {
  if (left.length === 0) return 'Nothing needs the operator any more.\n';
  const named = left.slice(0, NAMED).map((name) => `  ${name}\n`);
  const more = left.length > NAMED ? `  and ${left.length - NAMED} more\n` : '';
  return `Delete these first, applications before providers; without the operator nobody can:\n${named.join('')}${more}`;
}

async function withOurFinalizers(
  client: KubeClient,
  resource: Resource,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const list = await client.list(resource, { namespace, representation: 'metadata' }, signal).catch(unlessNotFound);
  return (list?.items ?? []).filter(bearsOurs).map((object) => titleOf(resource, object));
}

function bearsOurs({ metadata: { finalizers = [] } }: KubeObject): boolean {
  return finalizers.some((finalizer) => OURS.includes(finalizer));
}

function titleOf({ kind }: Resource, { metadata: { namespace, name } }: KubeObject): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
