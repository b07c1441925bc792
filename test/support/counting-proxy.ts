import type { IncomingMessage } from 'node:http';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { startRelay } from '../../dev/plane/relay.ts';
import { divertedKubeconfig } from './diverted.ts';

/** Stands between one client and the API server, and counts what the client asks for. */
export interface CountingProxy extends AsyncDisposable {
  /** Writes that were made so far, by `METHOD resource`, such as `PUT oauthapplications/status`. Leases are left out. */
  writes(): Readonly<Record<string, number>>;
  /** Reads that were made so far: `GET resource/name` for one object, `LIST resource`. Watches and Leases are left out. */
  reads(): Readonly<Record<string, number>>;
  /** Writes that were refused, by a precondition or else. */
  refused(): number;
  /** Writes that were sent and not answered yet. */
  unanswered(): number;
  /** The kubeconfig at `path`, leading through here. Returns the path of the new one. */
  divert(path: string): Promise<string>;
}

/** `/api/v1/…` or `/apis/<group>/<version>/…`, namespaced: resource, name, subresource. */
const OBJECT = /^\/apis?\/(?:[^/]+\/){1,2}namespaces\/[^/]+\/([^/?]+)(\/[^/?]+)?(\/[^/?]+)?/;

/** Starts a proxy in front of the plane on 127.0.0.1. The client's token passes through. */
export async function startCountingProxy(plane: PlaneAccess): Promise<CountingProxy> {
  const writes: Record<string, number> = {};
  const reads: Record<string, number> = {};
  let refused = 0;
  let unanswered = 0;
  const relay = await startRelay(plane, {
    onRequest(incoming) {
      const read = readIn(incoming);
      if (read !== undefined) count(reads, read);
      const write = writeIn(incoming);
      if (write !== undefined) unanswered += 1;
      return (status) => {
        if (write === undefined) return;
        unanswered -= 1;
        if (status === 'none') return;
        if (status >= 300) refused += 1;
        else count(writes, write);
      };
    },
  });

  return {
    writes: () => ({ ...writes }),
    reads: () => ({ ...reads }),
    refused: () => refused,
    unanswered: () => unanswered,
    divert: (path) => divertedKubeconfig(path, plane.server, relay.url),
    [Symbol.asyncDispose]: () => relay.close(),
  };
}

function count(counts: Record<string, number>, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

function readIn({ method = 'GET', url = '' }: IncomingMessage): string | undefined {
  if (method !== 'GET' || url.includes('watch=')) return undefined;
  const [, resource, name] = OBJECT.exec(url) ?? [];
  if (resource === undefined || resource === 'leases') return undefined;
  return name === undefined ? `LIST ${resource}` : `GET ${resource}${name}`;
}

function writeIn({ method = 'GET', url = '' }: IncomingMessage): string | undefined {
  const [, resource, , subresource = ''] = OBJECT.exec(url) ?? [];
  if (method === 'GET' || resource === undefined || resource === 'leases') return undefined;
  return `${method} ${resource}${subresource}${url.includes('dryRun=All') ? ' (dry run)' : ''}`;
}
