import { join } from 'node:path';
import { z } from 'zod';
import { LOGIN_IMAGE } from '../../../dev/e2e/images.ts';
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

const CHART = join(import.meta.dirname, '../../../dev/e2e/app');

const Failure = z.object({ at: z.number(), failure: z.string() });

/**
 * Installs an application by its own chart: its OAuthApplication, and two Pods that mount the Secret and log in all the
 * time. Resolves when they do so.
 */
export async function installApp(
  name: string,
  provider: 'logi' | 'logto',
  rotation: string,
  { helm, providers }: Installation,
): Promise<void> {
  const { path, form, success } = MANNERS[provider];
  const url = provider === 'logi' ? providers.logiUrl : providers.logtoUrl;
  const values = { provider, image: LOGIN_IMAGE, url: `${url}${path}`, form, success, authority: AUTHORITY };
  const set = Object.entries(values).map(([key, value]) => `--set-string=${key}=${value}`);
  await helm('install', name, CHART, '--wait', '--timeout=180s', ...set, `--set-json=rotation=${rotation}`);
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
