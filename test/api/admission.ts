import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { PlaneAccess } from '../../dev/plane/access.ts';

/** One refused field, as the API server names it in `details.causes`. */
interface Cause {
  readonly field: string;
  readonly message: string;
}

/** What the API server made of a write. `object` is what it stored, or would have. */
type Verdict =
  | { readonly type: 'accepted'; readonly object: unknown }
  | { readonly type: 'refused'; readonly code: number; readonly message: string; readonly causes: readonly Cause[] };

/** A manifest of one of our kinds. Its `spec` may be as wrong as a user's. */
export interface OurManifest {
  readonly apiVersion: 'oauthapp.dev/v1alpha1';
  readonly kind: 'OAuthApplication' | 'OAuthProvider' | 'ClusterOAuthProvider';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** Writes to the API server as a user would, one verdict each. */
export interface Admission {
  /** Whether the manifest could be created; nothing is stored. */
  tryCreate(manifest: OurManifest): Promise<Verdict>;
  create(manifest: OurManifest): Promise<Verdict>;
  /** Merges `change` into the stored object (RFC 7396). */
  change(manifest: OurManifest, change: unknown): Promise<Verdict>;
  changeStatus(manifest: OurManifest, change: unknown): Promise<Verdict>;
  /** Server-side apply by a manager of that name, without force. */
  apply(manifest: OurManifest, manager: string): Promise<Verdict>;
  applyStatus(manifest: OurManifest, manager: string): Promise<Verdict>;
  close(): Promise<void>;
}

type Send = (method: 'POST' | 'PATCH', path: string, contentType: string, body: unknown) => Promise<Verdict>;

const PLURALS = {
  OAuthApplication: 'oauthapplications',
  OAuthProvider: 'oauthproviders',
  ClusterOAuthProvider: 'clusteroauthproviders',
} as const satisfies Record<OurManifest['kind'], string>;

const STRICT = 'fieldValidation=Strict';

const Failure = z.object({
  message: z.string(),
  details: z
    .object({ causes: z.array(z.object({ field: z.string().default(''), message: z.string() })).default([]) })
    .default({ causes: [] }),
});

/** Opens connections to the plane that stay open until `close`. */
export async function openAdmission(plane: PlaneAccess): Promise<Admission> {
  const agent = new Agent({ connect: { ca: await readFile(plane.caFile, 'utf8') }, connections: 4, allowH2: false });
  const send = sender(plane, agent);
  return {
    tryCreate: (manifest) => send('POST', `${collection(manifest)}?${STRICT}&dryRun=All`, 'application/json', manifest),
    create: (manifest) => send('POST', `${collection(manifest)}?${STRICT}`, 'application/json', manifest),
    change: (manifest, change) => send('PATCH', `${place(manifest)}?${STRICT}`, 'application/merge-patch+json', change),
    changeStatus: (manifest, change) =>
      send('PATCH', `${place(manifest)}/status?${STRICT}`, 'application/merge-patch+json', change),
    apply: (manifest, manager) =>
      send('PATCH', `${place(manifest)}?fieldManager=${manager}`, 'application/apply-patch+yaml', manifest),
    applyStatus: (manifest, manager) =>
      send('PATCH', `${place(manifest)}/status?fieldManager=${manager}`, 'application/apply-patch+yaml', manifest),
    close: () => agent.close(),
  };
}

function sender({ server, adminToken }: PlaneAccess, agent: Agent): Send {
  return async (method, path, contentType, body) => {
    const answer = await request(`${server}${path}`, {
      method,
      dispatcher: agent,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': contentType },
      body: JSON.stringify(body),
    });
    const json: unknown = await answer.body.json();
    if (answer.statusCode < 300) return { type: 'accepted', object: json };
    const { message, details } = Failure.parse(json);
    return { type: 'refused', code: answer.statusCode, message, causes: details.causes };
  };
}

function collection({ kind, metadata: { namespace } }: OurManifest): string {
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `/apis/oauthapp.dev/v1alpha1${scope}/${PLURALS[kind]}`;
}

function place(manifest: OurManifest): string {
  return `${collection(manifest)}/${manifest.metadata.name}`;
}
