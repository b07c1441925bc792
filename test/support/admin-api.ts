import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { conditionProblems } from './kstatus.ts';
import { record } from './states.ts';

/** An object to be applied; what its kind asks for beside this may be as wrong as a user's. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** The API server as the cluster admin uses it. Connections stay open: a kubectl for each look costs more than the look. */
export interface AdminApi {
  send(method: 'GET' | 'PATCH' | 'DELETE', path: string, type?: string, said?: unknown): Promise<AdminAnswer>;
  /** Server-side apply that takes over what others own. No `namespace` for what has none. */
  apply(manifest: Manifest, namespace: string | undefined): Promise<AdminAnswer>;
  /**
   * One object, or undefined when it is not there; the conditions of one of our kinds are held against kstatus.
   *
   * @throws Error when they do not hold
   */
  read(apiVersion: string, kind: string, name: string, namespace?: string): Promise<unknown>;
  close(): Promise<void>;
}

export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
}

export const OURS = 'oauthapp.dev/v1alpha1';

const CONNECTIONS = 4;

const Failure = z.object({ message: z.string() });

/** Opens connections to the plane that stay open until `close`. */
export async function openAdminApi({ server, adminToken, caFile }: PlaneAccess): Promise<AdminApi> {
  const connect = { ca: await readFile(caFile, 'utf8') };
  const dispatcher = new Agent({ connect, connections: CONNECTIONS, allowH2: false });

  const api: AdminApi = {
    async send(method, path, type = 'application/json', said = undefined) {
      const { statusCode, body } = await request(`${server}${path}`, {
        method,
        dispatcher,
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': type },
        ...(said === undefined ? {} : { body: JSON.stringify(said) }),
      });
      const text = await body.text();
      // A path that names an object too long for the router is answered in plain text.
      const json: unknown = text.startsWith('{') ? JSON.parse(text) : { message: text };
      return { status: statusCode, body: json };
    },

    apply(manifest, namespace) {
      const { apiVersion, kind, metadata } = manifest;
      const path = pathTo(apiVersion, kind, metadata.name, namespace);
      const query = 'fieldManager=e2e&force=true&fieldValidation=Strict';
      return api.send('PATCH', `${path}?${query}`, 'application/apply-patch+yaml', manifest);
    },

    async read(apiVersion, kind, name, namespace) {
      const { status, body } = await api.send('GET', pathTo(apiVersion, kind, name, namespace));
      if (status === 404) return undefined;
      if (apiVersion === OURS) await record(body);
      const problems = apiVersion === OURS ? conditionProblems(body) : [];
      if (problems.length > 0) throw new Error(`${kind} ${name}: ${problems.join('; ')}\n${JSON.stringify(body)}`);
      return body;
    },

    close: () => dispatcher.destroy(),
  };
  return api;
}

/** @throws Error with the API server's words when it refused */
export function taken({ status, body }: AdminAnswer): void {
  if (status >= 300) throw new Error(`refused: ${refusalIn(body)}`);
}

/** The API server's words in an answer that is none of what was asked for. */
export function refusalIn(body: unknown): string {
  return Failure.parse(body).message;
}

/** Path of an object whose kind makes its plural with an s. */
export function pathTo(apiVersion: string, kind: string, name: string, namespace: string | undefined): string {
  const where = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${groupPath(apiVersion)}${where}/${kind.toLowerCase()}s/${name}`;
}

export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
