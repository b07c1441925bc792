import type { Credentials } from '../../credentials.ts';

/** What a seal vouches for (protocol I2), beside version and cluster. */
export interface SealClaims {
  readonly namespaceUid: string;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly applicationId: string;
  /** A provider that was put back from a backup gives an id again, and never a client id. */
  readonly clientId?: string | undefined;
}

/** Proofs under the installation's key. */
export interface Seals {
  seal(claims: SealClaims): string;
  /** `foreign-version`: a seal that a later release made; looked at and never touched (protocol I5). */
  verify(seal: string | undefined, claims: SealClaims): 'valid' | 'invalid' | 'foreign-version';
  /** Keyed digest over client id and secret alone (protocol S4). */
  fingerprint(credentials: Credentials): string;
  /** Keyed digest in hex over a text, each use with a label of its own. */
  keyed(label: string, text: string): string;
  /** Plain digest in hex, for layouts and names; proves nothing. */
  digest(text: string): string;
  /** Random id of this installation (protocol I1). */
  readonly installation: string;
  /** The cluster's id (protocol I1). */
  readonly cluster: string;
}
