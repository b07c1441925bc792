import { z } from 'zod';
import { LOGIN_IMAGE } from '../../../dev/e2e/images.ts';
import type { Manifest } from '../../support/admin-api.ts';
import { AUTHORITY } from './identity-providers.ts';
import type { Installation } from './installation.ts';

/** A login as the provider's journal has it. */
export interface LogIn {
  /** Epoch ms, by the provider. */
  readonly at: number;
  readonly outcome: 'succeeded' | 'refused';
}

/** Where an application shows its credentials, how, and the status by which it knows that they are good. */
const MANNERS = {
  /** A person would have to log in for more: this grant is refused only after the client was known. */
  logi: { path: '/oauth/token', form: 'grant_type=authorization_code&code=none', operation: 'token', success: 400 },
  /** A client of any type may ask about a token. */
  logto: { path: '/oidc/token/introspection', form: 'token=none', operation: 'introspect', success: 200 },
} as const;

const Failure = z.object({ at: z.number(), failure: z.string() });

/** A Deployment of two Pods that mount the Secret of this application and log in all the time. */
export function logInDeployment(name: string, provider: 'logi' | 'logto', { providers }: Installation): Manifest {
  const labels = { app: name };
  const { path, form, success } = MANNERS[provider];
  const url = provider === 'logi' ? providers.logiUrl : providers.logtoUrl;
  const mounts = { oauth: { secretName: `${name}-oauth` }, authority: { secretName: AUTHORITY } };
  const container = {
    name: 'app',
    image: LOGIN_IMAGE,
    imagePullPolicy: 'Never',
    env: Object.entries({
      URL: `${url}${path}`,
      FORM: form,
      SUCCESS: String(success),
      NODE_EXTRA_CA_CERTS: '/etc/authority/ca.crt',
    }).map(([key, value]) => ({ name: key, value })),
    readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
    resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    volumeMounts: Object.keys(mounts).map((mount) => ({ name: mount, mountPath: `/etc/${mount}`, readOnly: true })),
  };
  const volumes = Object.entries(mounts).map(([mount, secret]) => ({ name: mount, secret }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [container],
          volumes,
          terminationGracePeriodSeconds: 5,
          automountServiceAccountToken: false,
        },
      },
    },
  };
}

/** Every login at this provider, in order. At logi nobody but our Deployments shows a client's credentials. */
export function logInsAt(provider: 'logi' | 'logto', { providers }: Installation): readonly LogIn[] {
  const { operation: wanted, success } = MANNERS[provider];
  return providers[provider].journal
    .filter(({ operation }) => operation === wanted)
    .map(({ at, status }) => ({ at, outcome: status === success ? 'succeeded' : 'refused' }));
}

/** What the Pods that run now say of logins that failed, whether or not the provider ever heard of them. */
export async function failuresToldBy(
  name: string,
  { kubectl }: Installation,
): Promise<readonly z.infer<typeof Failure>[]> {
  const text = await kubectl('logs', '-l', `app=${name}`, '--tail=-1', '--prefix=false');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => Failure.parse(JSON.parse(line)));
}
