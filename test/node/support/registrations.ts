import type { Manifest } from '../../support/admin-api.ts';
import type { Installation } from './installation.ts';

/** What became of applications at their providers. */
export interface Verdict {
  /** Applications without exactly one registration. */
  readonly notOnce: readonly string[];
  /** Applications whose Secret does not log in. */
  readonly lockedOut: readonly string[];
  /** Registrations, the operator's own left out. */
  readonly registrations: number;
}

/** What nobody registers twice: {@link judged} of `count` applications. */
export function faultless(count: number): Verdict {
  return { notOnce: [], lockedOut: [], registrations: count };
}

/** A confidential web application. */
export function webApplication(name: string, provider: 'logi' | 'logto', spec: object = {}): Manifest {
  return {
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind: 'OAuthApplication',
    metadata: { name },
    spec: {
      providerRef: { name: provider },
      displayName: name,
      type: 'Web',
      redirectUris: [`https://${name}.example.com/auth/callback`],
      ...spec,
    },
  };
}

/** Registrations that there are now, by what people call them. */
export function registeredNames({ providers: { logi, logto } }: Installation): readonly string[] {
  const kept = logi.applications().filter(({ softDeleted }) => !softDeleted);
  const own = logto.applications().filter(({ type }) => type === 'Traditional');
  return [...kept, ...own].map(({ name }) => name);
}

/** Holds the providers' state and the Secrets against each other, for applications of {@link webApplication}. */
export async function judged(here: Installation, names: readonly string[]): Promise<Verdict> {
  const registered = registeredNames(here);
  const locks = await Promise.all(names.map(async (name) => ((await logsIn(here, name)) ? [] : [name])));
  return {
    notOnce: names.filter((name) => registered.filter((one) => one === name).length !== 1),
    lockedOut: locks.flat(),
    registrations: registered.length,
  };
}

async function logsIn(here: Installation, name: string): Promise<boolean> {
  const { client_id: id, client_secret: secret } = (await here.secret(`${name}-oauth`)) ?? {};
  if (id === undefined || secret === undefined) return false;
  const { logi, logto } = here.providers;
  return logi.logsIn(id, secret) || logto.logsIn(id, secret);
}
