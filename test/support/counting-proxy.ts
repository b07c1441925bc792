import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { temporaryFile } from './temporary-file.ts';

/** Stands between one client and the API server, and counts what the client asks for. */
export interface CountingProxy extends AsyncDisposable {
  /** Writes that were made so far, by `METHOD resource`, such as `PUT oauthapplications/status`. Leases are left out. */
  writes(): Readonly<Record<string, number>>;
  /** Reads that were made so far: `GET resource/name` for one object, `LIST resource`. Watches and Leases are left out. */
  reads(): Readonly<Record<string, number>>;
  /** Writes that were refused, by a precondition or else. */
  refused(): number;
  /** The kubeconfig at `path`, leading through here. Returns the path of the new one. */
  divert(path: string): Promise<string>;
}

/** `/api/v1/…` or `/apis/<group>/<version>/…`, namespaced: resource, name, subresource. */
const OBJECT = /^\/apis?\/(?:[^/]+\/){1,2}namespaces\/[^/]+\/([^/?]+)(\/[^/?]+)?(\/[^/?]+)?/;

/** Starts a proxy in front of the plane on 127.0.0.1. The client's token passes through. */
export async function startCountingProxy({ server: target, caFile }: PlaneAccess): Promise<CountingProxy> {
  const writes: Record<string, number> = {};
  const reads: Record<string, number> = {};
  let refused = 0;
  const agent = new Agent({ ca: await readFile(caFile, 'utf8'), keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    const read = readIn(incoming);
    if (read !== undefined) count(reads, read);
    const write = writeIn(incoming);
    forward(incoming, outgoing, { target, agent }, (status) => {
      if (write === undefined) return;
      if (status >= 300) refused += 1;
      else count(writes, write);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');

  return {
    writes: () => ({ ...writes }),
    reads: () => ({ ...reads }),
    refused: () => refused,
    async divert(path) {
      const diverted = await temporaryFile('diverted.kubeconfig');
      const text = (await readFile(path, 'utf8'))
        .replaceAll(target, `http://127.0.0.1:${address.port}`)
        // Plain http is refused where certificates are to be checked.
        .replace(/certificate-authority: .*/, 'insecure-skip-tls-verify: true');
      await writeFile(diverted, text, { mode: 0o600 });
      return diverted;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
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

/** Bytes pass as they come, so that watches go on. Where one side ends, the other does. */
function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { target, agent }: { readonly target: string; readonly agent: Agent },
  onAnswer: (status: number) => void,
): void {
  const { method, headers, url = '/' } = incoming;
  const onward = request(new URL(url, target), { method, headers, agent }, (answer) => {
    onAnswer(answer.statusCode ?? 502);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    outgoing.flushHeaders();
    answer.on('error', () => outgoing.destroy());
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}
