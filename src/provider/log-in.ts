import { blockOf, credentialsRefOf } from '../api/provider/block.ts';
import type { OAuthProvider } from '../api/provider.ts';
import { isLeaving } from './in-use.ts';
import type { FoundCredentials } from './ports.ts';
import type { OpenSession, ProviderPass } from './reconcile.ts';
import type { Attempt } from './sessions.ts';
import { Unfit } from './verdict.ts';

type Found = Extract<FoundCredentials, { type: 'found' }>;

/**
 * A session with the credentials that the spec names; the last one while neither has changed, so that its budget and
 * its knowledge live on.
 *
 * @throws Unfit when there is nothing to log in with, or the object leads elsewhere than to its registrations
 */
export async function logIn(pass: ProviderPass, open: OpenSession): Promise<Attempt> {
  const { key, provider, ports } = pass;
  const { uid, generation } = provider.metadata;
  const last = ports.sessions.attempt(key);
  const found = await findCredentials(pass);
  // A namespace that is deleted may lose the Secret before the registrations are gone (protocol D5).
  if (found.type !== 'found') {
    if (last?.uid === uid && isLeaving(provider)) return last;
    throw found.obstacle;
  }
  const credentials = found.fingerprint;
  const isSame = last?.uid === uid && last.generation === generation && last.credentials === credentials;
  if (last !== undefined && isSame) return last;

  const adapter = ports.adapter(provider.spec, found.value);
  if (adapter === undefined) throw noAdapter(provider);
  refuseStranger(pass, adapter.identity);
  const attempt: Attempt = { session: open(pass, adapter), uid, generation, credentials };
  ports.sessions.attempted(key, attempt);
  return attempt;
}

type Sought = Found | { readonly type: 'missing'; readonly obstacle: Unfit };

async function findCredentials({ provider, ports, signal }: ProviderPass): Promise<Sought> {
  const ref = credentialsRefOf(provider.spec);
  const namespace = ref?.namespace ?? provider.metadata.namespace;
  if (ref === undefined || namespace === undefined) throw noAdapter(provider);
  const { path, name, key } = ref;
  const found = await ports.credentials.read(namespace, name, key, signal);
  switch (found.type) {
    case 'no-secret':
      return missing(new Unfit('CredentialsNotFound', `${path}: there is no Secret ${name}`));
    case 'no-key':
      return missing(new Unfit('CredentialsKeyMissing', `${path}: Secret ${name} has no value under ${key}`));
    case 'found':
      return found;
  }
}

function missing(obstacle: Unfit): Sought {
  return { type: 'missing', obstacle };
}

/** Protocol I3, I4: where the applications were registered counts, and never what the spec says now. */
function refuseStranger({ key, ports }: ProviderPass, identity: string): void {
  const former = ports.providers
    .applications(key)
    .map(({ status }) => status?.provider)
    .find((bound) => bound?.kind === key.kind && bound.name === key.name && bound.identity !== identity);
  if (former === undefined) return;
  throw new Unfit(
    'IdentityChanged',
    `spec: the object now leads to ${identity}, and applications of it are registered at ${former.identity}: set the former address again, and describe the other provider in an object of its own`,
  );
}

function noAdapter({ spec }: OAuthProvider): Unfit {
  return new Unfit('NotYetSupported', `spec.${blockOf(spec)}: this release does not support it yet`);
}
