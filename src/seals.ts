import { createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { SealClaims, Seals } from './application/ports/seals.ts';
import type { Redacted } from './credentials.ts';

/** Version of the seal. One of another version is looked at and never touched (protocol I5). */
const SEAL_VERSION = 'v1';

/** What an installation is known by (protocol I1). */
export interface Installation {
  /** Random id of this installation. */
  readonly id: string;
  readonly cluster: string;
  /** Key of every seal and fingerprint; hex. */
  readonly key: Redacted;
}

/** Proofs under the installation's key: HMAC-SHA-256 (RFC 2104, FIPS 180-4) over JSON, each use with a label of its own. */
export function createSeals({ id, cluster, key }: Installation): Seals {
  // Made once: out of bytes Node makes one for every HMAC, which takes several times as long as the HMAC.
  const secret = createSecretKey(Buffer.from(key.reveal(), 'hex'));

  function keyed(label: string, text: string): string {
    return createHmac('sha256', secret)
      .update(JSON.stringify([label, text]))
      .digest('hex');
  }

  function seal({ namespaceUid, namespace, name, identity, applicationId, clientId }: SealClaims): string {
    const client = clientId === undefined ? [] : [clientId];
    const claims = [SEAL_VERSION, cluster, namespaceUid, namespace, name, identity, applicationId, ...client];
    return `${SEAL_VERSION}:${keyed('seal', JSON.stringify(claims))}`;
  }

  return {
    installation: id,
    cluster,
    keyed,
    seal,
    verify(given, claims) {
      if (given === undefined) return 'invalid';
      if (!given.startsWith(`${SEAL_VERSION}:`)) return /^v\d+:/.test(given) ? 'foreign-version' : 'invalid';
      return equal(given, seal(claims)) ? 'valid' : 'invalid';
    },
    fingerprint: ({ clientId, clientSecret }) =>
      keyed('credentials', JSON.stringify([clientId, clientSecret?.reveal() ?? null])).slice(0, 32),
    digest: (text) => createHash('sha256').update(text).digest('hex').slice(0, 32),
  };
}

function equal(a: string, b: string): boolean {
  const one = Buffer.from(a);
  const other = Buffer.from(b);
  return one.length === other.length && timingSafeEqual(one, other);
}
