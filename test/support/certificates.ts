import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate and its private key. PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** An authority that no system trusts, as companies have one. */
export interface Authority {
  /** Its certificate, PEM. */
  readonly cert: string;
  /** A certificate for these names and IPv4 addresses. */
  issue(...subjects: readonly string[]): Certified;
}

/** Whom a certificate is about, and who vouches for it. */
interface Statement {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** Object identifiers, encoded. */
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');
const TRUE = Buffer.from('0101ff', 'hex');

/** The extension that makes it an authority's. */
const AUTHORITY = der(SEQUENCE, BASIC_CONSTRAINTS, TRUE, der(OCTET_STRING, der(SEQUENCE, TRUE)));

/** A certificate for these names and IPv4 addresses that is its own authority. */
export function selfSigned(...subjects: readonly string[]): Certified {
  const { privateKey, publicKey } = keys();
  const name = distinguishedName('authority');
  const extensions = [AUTHORITY, alternativeNames(subjects)];
  return certified({ subject: name, issuer: name, publicKey, signer: privateKey, extensions }, privateKey);
}

/** An authority, and what it issues, each with keys of its own. */
export function privateAuthority(): Authority {
  const { privateKey: signer, publicKey } = keys();
  const issuer = distinguishedName('authority');
  const { cert } = certified({ subject: issuer, issuer, publicKey, signer, extensions: [AUTHORITY] }, signer);
  return {
    cert,
    issue(...subjects) {
      const { privateKey, publicKey } = keys();
      const extensions = [alternativeNames(subjects)];
      return certified({ subject: distinguishedName('server'), issuer, publicKey, signer, extensions }, privateKey);
    },
  };
}

function keys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** @see RFC 5280 section 4 */
function certified({ subject, issuer, publicKey, signer, extensions }: Statement, key: KeyObject): Certified {
  const algorithm = der(SEQUENCE, ECDSA_WITH_SHA256);
  const unsigned = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.of(2))),
    der(INTEGER, Buffer.of(1), randomBytes(8)),
    algorithm,
    issuer,
    der(SEQUENCE, time('200101000000Z'), time('491231235959Z')),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, ...extensions)),
  );
  const signature = der(BIT_STRING, Buffer.of(0), sign('sha256', unsigned, signer));
  const lines =
    der(SEQUENCE, unsigned, algorithm, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** One that no other certificate has. */
function distinguishedName(role: string): Buffer {
  const common = der(UTF8_STRING, Buffer.from(`${role} ${randomBytes(8).toString('hex')}`));
  return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, common)));
}

function alternativeNames(subjects: readonly string[]): Buffer {
  return der(SEQUENCE, SUBJECT_ALT_NAME, der(OCTET_STRING, der(SEQUENCE, ...subjects.map(alternativeName))));
}

function alternativeName(subject: string): Buffer {
  return isIPv4(subject)
    ? der(IP_ADDRESS, Buffer.from(subject.split('.').map(Number)))
    : der(DNS_NAME, Buffer.from(subject));
}

function time(text: string): Buffer {
  return der(UTC_TIME, Buffer.from(text));
}

/** One value in DER (ITU-T X.690). */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? Buffer.of(length) : Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(tag), size, content]);
}
