import type { OAuthApplication } from '../api/application.ts';
import { type Credentials, Redacted } from '../credentials.ts';

/** What a key of the Secret can hold. */
export type Part = 'clientId' | 'clientSecret' | 'issuer';

/** Which key of the Secret holds which part. Parts that are not there are not written. */
export type Layout = Readonly<Partial<Record<Part, string>>>;

/** Names of RFC 6749 section 2.3.1. */
const CONFIDENTIAL: Layout = { clientId: 'client_id', clientSecret: 'client_secret' };

/** A public client has no secret; the issuer lets it find the endpoints (protocol S5). */
const PUBLIC: Layout = { clientId: 'client_id', issuer: 'issuer' };

/** Changes when the same layout is to be written differently, so that every Secret is written once more. */
const LAYOUT_VERSION = 1;

/** The layout that the spec asks for. */
export function layoutOf(spec: OAuthApplication['spec'], clientKind: 'public' | 'confidential'): Layout {
  const { clientId, clientSecret, issuer } = spec.secret?.keys ?? {};
  const base = clientKind === 'public' ? PUBLIC : CONFIDENTIAL;
  const named: Layout = {
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecret === undefined || clientKind === 'public' ? {} : { clientSecret }),
    ...(issuer === undefined ? {} : { issuer }),
  };
  return { ...base, ...named };
}

/** A text that is equal exactly when a Secret written by it need not be written again. */
export function layoutText(layout: Layout, issuer: string): string {
  return JSON.stringify([LAYOUT_VERSION, layout.clientId, layout.clientSecret, layout.issuer, issuer]);
}

/** The Secret's data. A layout with a place for a secret and credentials without one do not happen together. */
export function render(layout: Layout, credentials: Credentials, issuer: string): Readonly<Record<string, Redacted>> {
  const values: Readonly<Record<Part, Redacted | undefined>> = {
    clientId: new Redacted(credentials.clientId),
    clientSecret: credentials.clientSecret,
    issuer: new Redacted(issuer),
  };
  const data: Record<string, Redacted> = {};
  for (const part of ['clientId', 'clientSecret', 'issuer'] as const) {
    const key = layout[part];
    const value = values[part];
    if (key !== undefined && value !== undefined) data[key] = value;
  }
  return data;
}
