import { blockOf, caRefOf, credentialsRefOf, type SecretValuesRef } from '../api/provider/block.ts';
import type { OAuthProvider } from '../api/provider.ts';
import type { IdentityProvider } from '../idp/provider.ts';
import { same } from '../runtime/same.ts';
import { refuseStranger } from './identity.ts';
import { isLeaving } from './in-use.ts';
import type { OpenSession, ProviderPass } from './pass.ts';
import type { FoundCredentials } from './ports.ts';
import type { Attempt } from './sessions.ts';
import { Unfit } from './verdict.ts';

type Found = Extract<FoundCredentials, { type: 'found' }>;

interface Means {
  readonly credentials: Found;
  readonly ca: Found | undefined;
}

/**
 * A session with the Secrets that the spec names; the last one while neither they nor the spec have changed, so that
 * its budget and its knowledge live on.
 *
 * @throws Unfit when there is nothing to log in with, or the object leads elsewhere than to its registrations
 */
export async function logIn(pass: ProviderPass, open: OpenSession): Promise<Attempt> {
  const { key, provider, ports } = pass;
  const { uid, generation } = provider.metadata;
  const last = ports.sessions.attempt(key);
  const means = await findMeans(pass);
  // A namespace that is deleted may lose the Secret before the registrations are gone (protocol D5).
  if (means instanceof Unfit) {
    if (last?.session.isOf(provider) === true && isLeaving(provider)) return last;
    throw means;
  }
  const credentials = means.credentials.fingerprint;
  const ca = means.ca?.fingerprint;
  const isSame =
    last?.uid === uid && last.generation === generation && last.credentials === credentials && last.ca === ca;
  if (last !== undefined && isSame) return last;

  const adapter = adapterWith(pass, means);
  await refuseStranger(pass, adapter.identity);
  const { spec } = provider;
  const isReachedAlike =
    last?.uid === uid && last.credentials === credentials && last.ca === ca && isSameWay(last.spec, spec);
  const session = open(pass, adapter, isReachedAlike ? last.session.refused : undefined);
  const attempt: Attempt = { session, uid, generation, spec, credentials, ca };
  ports.sessions.attempted(key, attempt);
  return attempt;
}

/**
 * Whether both lead to the same provider in the same way. How much may be asked of it, how often and for whom mends no
 * create that it refused, each of which counts against its limits when it is made again (protocol O5).
 */
function isSameWay(one: OAuthProvider['spec'], other: OAuthProvider['spec']): boolean {
  const block = blockOf(one);
  return same(one[block], other[block]) && same(one.proxy, other.proxy);
}

async function findMeans(pass: ProviderPass): Promise<Means | Unfit> {
  const { spec } = pass.provider;
  const credentialsRef = credentialsRefOf(spec);
  if (credentialsRef === undefined) return noAdapter(pass.provider);
  const credentials = await findValues(pass, credentialsRef);
  if (credentials instanceof Unfit) return credentials;
  const caRef = caRefOf(spec);
  const ca = caRef && (await findValues(pass, caRef));
  return ca instanceof Unfit ? ca : { credentials, ca };
}

async function findValues({ provider, ports, signal }: ProviderPass, ref: SecretValuesRef): Promise<Found | Unfit> {
  const { path, name, keys } = ref;
  const namespace = ref.namespace ?? provider.metadata.namespace;
  if (namespace === undefined) return new Unfit('InvalidSpec', `${path}.namespace is needed`);
  const found = await ports.credentials.read(namespace, name, keys, signal);
  switch (found.type) {
    case 'no-secret':
      return new Unfit('CredentialsNotFound', `${path}: there is no Secret ${name} with ${keys.join(' and ')}`);
    case 'no-key':
      return new Unfit('CredentialsKeyMissing', `${path}: Secret ${name} has no value under ${found.key}`);
    case 'found':
      return found;
  }
}

function adapterWith({ key, provider, ports }: ProviderPass, { credentials, ca }: Means): IdentityProvider {
  const { spec } = provider;
  const [certificates] = Object.values(ca?.values ?? {});
  if (certificates !== undefined && !ports.isCertificateBundle(certificates.reveal())) {
    const { path = '', name = '', keys: [at = ''] = [] } = caRefOf(spec) ?? {};
    throw new Unfit('InvalidSpec', `${path}: what Secret ${name} holds under ${at} is not certificates in PEM`);
  }
  const adapter = ports.adapter(key, spec, { credentials: credentials.values, ca: certificates?.reveal() });
  if (adapter === undefined) throw noAdapter(provider);
  return adapter;
}

function noAdapter({ spec }: OAuthProvider): Unfit {
  return new Unfit('NotYetSupported', `spec.${blockOf(spec)}: this release does not support it yet`);
}
