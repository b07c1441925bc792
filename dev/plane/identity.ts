import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Who may talk to a plane, and how it signs tokens of ServiceAccounts. Made anew for each plane. */
export interface PlaneIdentity {
  readonly adminToken: string;
  readonly controllerManagerToken: string;
  /** Static tokens, for `--token-auth-file`. */
  readonly tokenFile: string;
  readonly serviceAccountPrivateKey: string;
  readonly serviceAccountPublicKey: string;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Writes fresh tokens and a fresh key pair into `folder`. */
export async function createIdentity(folder: string): Promise<PlaneIdentity> {
  const adminToken = randomBytes(24).toString('hex');
  const controllerManagerToken = randomBytes(24).toString('hex');
  const tokenFile = join(folder, 'tokens.csv');
  const serviceAccountPrivateKey = join(folder, 'service-account.key');
  const serviceAccountPublicKey = join(folder, 'service-account.pub');

  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tokens = [
    `${adminToken},embedded-admin,embedded-admin,"system:masters"`,
    `${controllerManagerToken},system:kube-controller-manager,system:kube-controller-manager`,
  ];
  const secret = { mode: 0o600 };
  await writeFile(tokenFile, `${tokens.join('\n')}\n`, secret);
  await writeFile(serviceAccountPrivateKey, privateKey.export({ type: 'pkcs8', format: 'pem' }), secret);
  await writeFile(serviceAccountPublicKey, publicKey.export({ type: 'spki', format: 'pem' }));

  return { adminToken, controllerManagerToken, tokenFile, serviceAccountPrivateKey, serviceAccountPublicKey };
}

/**
 * The CA (PEM) that kube-apiserver made for itself along with its serving certificate, or undefined while it has not.
 *
 * With no certificate given, kube-apiserver writes a chain into `apiserver.crt`: its own, then the CA's.
 */
export async function certificateAuthorityIn(certDir: string): Promise<string | undefined> {
  const chain = await readFile(join(certDir, 'apiserver.crt'), 'utf8').catch(() => '');
  return chain.match(PEM_CERTIFICATE)?.find((certificate) => new X509Certificate(certificate).ca);
}
