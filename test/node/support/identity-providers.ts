import { DEFAULT_KEY } from '../../../dev/emulators/logi/keys.ts';
import { type LogiEmulator, startLogiEmulator } from '../../../dev/emulators/logi.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../../dev/emulators/logto/console.ts';
import { type LogtoEmulator, startLogtoEmulator } from '../../../dev/emulators/logto.ts';
import { NODE_ADDRESS } from '../../../dev/node/real-node.ts';
import { type Manifest, openAdminApi, taken } from '../../support/admin-api.ts';
import { privateAuthority } from '../../support/certificates.ts';
import { sharedControlPlane } from '../../support/control-plane.ts';

/** logi and Logto beside the pods, each under a name, with certificates of an authority that no system trusts. */
export interface IdentityProviders extends AsyncDisposable {
  readonly logi: LogiEmulator;
  readonly logto: LogtoEmulator;
  readonly logiUrl: string;
  readonly logtoUrl: string;
  /** What makes them known: provider objects `logi` and `logto`, the Secrets that these name, and the authority. */
  readonly manifests: readonly Manifest[];
  /** Every secret that the operator was given or was told, so far. */
  secrets(): readonly string[];
}

/** Secret with the authority's certificate, under `ca.crt`. */
export const AUTHORITY = 'idp-ca';

/** As dev/node/dns.yaml has them. */
const NAMES = { logi: 'logi.idp.test', logto: 'logto.idp.test' } as const;

const AMPLE = 100_000;
const LIMITS = { createsPerHour: AMPLE, createsPerDay: AMPLE, createsPerWeek: AMPLE, requestsPerMinute: AMPLE };

/** How long every call takes, so that something can happen in the middle of one. */
const LATENCY_MS = 100;

/** Starts both. */
export async function startIdentityProviders(): Promise<IdentityProviders> {
  const authority = privateAuthority();
  const tls = authority.issue(...Object.values(NAMES));
  const where = { host: NODE_ADDRESS, tls };
  const logi = await startLogiEmulator({ ...where, switches: { limits: 'off', riskFlags: 'never' } });
  const logto = await startLogtoEmulator(where);
  for (const emulator of [logi, logto]) {
    emulator.fault({ type: 'latency', ms: LATENCY_MS, when: 'before', times: 'always' });
  }
  const logiUrl = named(logi.url, NAMES.logi);
  const logtoUrl = named(logto.url, NAMES.logto);
  const trusted = { tls: { caSecretRef: { name: AUTHORITY } } };

  return {
    logi,
    logto,
    logiUrl,
    logtoUrl,
    manifests: [
      secret(AUTHORITY, { 'ca.crt': authority.cert }),
      secret('logi', { apiKey: DEFAULT_KEY }),
      secret('logto', { clientId: OPERATOR_ID, clientSecret: OPERATOR_SECRET }),
      provider('logi', { logi: { apiUrl: logiUrl, apiKeySecretRef: { name: 'logi' } }, limits: LIMITS, ...trusted }),
      provider('logto', { logto: { endpoint: logtoUrl, credentialsSecretRef: { name: 'logto' } }, ...trusted }),
    ],
    secrets: () => [
      DEFAULT_KEY,
      ...logto.applications().flatMap(({ secrets }) => secrets.map(({ value }) => value)),
      OPERATOR_SECRET,
    ],
    async [Symbol.asyncDispose]() {
      await Promise.all([logi.close(), logto.close()]);
    },
  };
}

/** Puts the Secret {@link AUTHORITY} into a namespace, for who makes the provider objects there himself. */
export async function applyAuthority({ manifests }: IdentityProviders, namespace: string): Promise<void> {
  const api = await openAdminApi(sharedControlPlane());
  for (const manifest of manifests.filter(({ metadata }) => metadata.name === AUTHORITY)) {
    taken(await api.apply(manifest, namespace));
  }
  await api.close();
}

function named(address: string, name: string): string {
  const url = new URL(address);
  url.hostname = name;
  return url.origin;
}

function secret(name: string, stringData: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData };
}

function provider(name: string, spec: Readonly<Record<string, unknown>>): Manifest {
  return { apiVersion: 'oauthapp.dev/v1alpha1', kind: 'OAuthProvider', metadata: { name }, spec };
}
