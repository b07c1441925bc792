import { X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

const UNKNOWN_AUTHORITY =
  'its authority is neither one of the system nor among those that spec.tls.caSecretRef of the provider object names';

/** Codes of OpenSSL and of Node's check of the host. An authority that the spec names helps against some alone. */
const TROUBLES: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'it, or that of its authority, has expired'],
  ['CERT_NOT_YET_VALID', 'it, or that of its authority, is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'it is for another host than the address names'],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'it is signed by itself, and not among those that spec.tls.caSecretRef of the provider object names',
  ],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_AUTHORITY],
]);

/** Why a certificate is not trusted, after a colon, where this code of a failed connection says that it is not. */
export function certificateTrouble(code: string): string | undefined {
  return TROUBLES.get(code);
}

/** Whether a text holds certificates in PEM (RFC 7468 section 5) and none that cannot be read. */
export function isCertificateBundle(text: string): boolean {
  const certificates = text.match(CERTIFICATE) ?? [];
  return certificates.length > 0 && certificates.every(isReadable);
}

function isReadable(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).raw.length > 0;
  } catch {
    return false;
  }
}
