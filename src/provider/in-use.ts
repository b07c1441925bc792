import { FINALIZERS } from '../api/names.ts';
import type { OAuthProvider } from '../api/provider.ts';
import { hasFinalizer } from '../application/facts.ts';
import { ClusterError } from '../application/ports/errors.ts';
import type { ProviderPass } from './pass.ts';
import type { CredentialSecret } from './ports.ts';
import { isAnyUnderWay } from './users.ts';

/** Whether the object is being deleted. */
export function isLeaving({ metadata }: Pick<OAuthProvider, 'metadata'>): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/**
 * Protocol D5: lets the Secrets go that nothing keeps, so that whoever deletes one gets what he asked for: one that the
 * spec names no more, and one that is deleted by itself. What is deleted along with its namespace or with a provider
 * that needs it has to wait. Returns those that the spec names and that are there.
 */
export async function settleSecrets(pass: ProviderPass): Promise<readonly CredentialSecret[]> {
  const { provider, ports } = pass;
  const names = ports.providers.secretNames(provider);
  await letFormerGo(pass, names);
  const secrets: CredentialSecret[] = [];
  for (const name of names) {
    const secret = await look(pass, name);
    if (secret === undefined) continue;
    if (await isDeletedAlone(pass, secret)) await ports.holds.letGo(secret, pass.signal);
    else secrets.push(secret);
  }
  return secrets;
}

/**
 * Protocol D5: our finalizer stands on the object, and on its Secrets, before the first application is served. Which
 * Secrets bear it is written down before they do.
 */
export async function holdInUse(pass: ProviderPass, secrets: readonly CredentialSecret[]): Promise<void> {
  const { ports, writer, signal } = pass;
  const names = secrets.map(({ name }) => name);
  if (names.length > 0) {
    await writer.write(
      ({ heldSecrets = [], ...status }) => ({ ...status, heldSecrets: [...new Set([...heldSecrets, ...names])] }),
      signal,
    );
  }
  const provider = await asItIs(pass);
  if (!isLeaving(provider) && !bearsFinalizer(provider)) {
    writer.took(await addFinalizer(provider, pass));
  }
  if (!bearsFinalizer(writer.current())) return;
  for (const secret of secrets) {
    if (secret.state === 'live' && !bearsOurs(secret)) await ports.holds.hold(secret, signal);
  }
}

/** After a restore of etcd the version that we wrote last is no more: without a read each pass would be refused. */
async function addFinalizer(provider: OAuthProvider, { ports, writer, signal }: ProviderPass): Promise<OAuthProvider> {
  try {
    return await ports.providers.addFinalizer(provider, signal);
  } catch (error) {
    const isStale = error instanceof ClusterError && error.code === 'conflict';
    const live = isStale ? await ports.providers.read(provider, signal) : undefined;
    if (live !== undefined) writer.took(live);
    throw error;
  }
}

/**
 * Where our last write had the finalizer and the cache lacks it, only a live read can tell which of them is old: a
 * restore of etcd takes it off.
 */
async function asItIs({ provider, ports, writer, signal }: ProviderPass): Promise<OAuthProvider> {
  const known = writer.current();
  if (bearsFinalizer(provider) || !bearsFinalizer(known)) return known;
  return (await ports.providers.read(known, signal)) ?? known;
}

/**
 * Protocol D5: lets the object go, and its Secrets before it, when a live list shows no application that needs it and no
 * pass is running that may have found it open and is yet to put a finalizer on its application.
 */
export async function release(pass: ProviderPass): Promise<'released' | 'in-use' | 'under-way'> {
  const { key, provider, ports, signal } = pass;
  if (bearsFinalizer(provider)) {
    if (isSeenInUse(pass)) return 'in-use';
    // Asked before the list: a pass that ends in between has put its finalizer on by then, so that the list shows it.
    const isUnderWay = isAnyUnderWay(pass);
    if ((await ports.providers.countInUse(key, signal)) > 0) return 'in-use';
    if (isUnderWay) return 'under-way';
    await letSecretsGo(pass);
    const live = await ports.providers.read(provider, signal);
    if (live !== undefined && bearsFinalizer(live)) await ports.providers.removeFinalizer(live, signal);
  }
  return 'released';
}

/**
 * Whether the cache shows an application that needs it. Each that goes asks for another pass, and a list of all for each
 * of thousands would bring nothing but work; where the cache shows one that is gone already, it will be told so.
 */
function isSeenInUse({ key, ports }: ProviderPass): boolean {
  return ports.providers.applications(key).some((application) => {
    const ref = application.status?.provider ?? application.spec.providerRef;
    return hasFinalizer(application) && ref?.kind === key.kind && ref.name === key.name;
  });
}

/** Each first writes that it needs the Secret no more, so that of two that leave at once the later one sees it. */
async function letSecretsGo(pass: ProviderPass): Promise<void> {
  const { provider, ports, writer, signal } = pass;
  const held = new Set([...ports.providers.secretNames(provider), ...heldBy(writer.current())]);
  if (held.size === 0) return;
  await letFormerGo(pass, ports.providers.secretNames(provider));
  await writer.write((status) => ({ ...status, heldSecrets: undefined }), signal);
  for (const name of held) await letGoUnlessNeeded(pass, name);
}

/** Forgotten only after the finalizer is off. */
async function letFormerGo(pass: ProviderPass, names: readonly string[]): Promise<void> {
  const { writer, signal } = pass;
  const former = heldBy(writer.current()).filter((name) => !names.includes(name));
  if (former.length === 0) return;
  for (const name of former) await letGoUnlessNeeded(pass, name);
  await writer.write(({ heldSecrets = [], ...status }) => {
    const left = heldSecrets.filter((name) => !former.includes(name));
    return { ...status, heldSecrets: left.length === 0 ? undefined : left };
  }, signal);
}

async function letGoUnlessNeeded(pass: ProviderPass, name: string): Promise<void> {
  const secret = await look(pass, name);
  if (secret === undefined || !bearsOurs(secret)) return;
  if ((await othersHolding(pass, name)).length === 0) await pass.ports.holds.letGo(secret, pass.signal);
}

/** Read live, as two objects are often deleted in one breath and a cache may show one of them alone. */
async function isDeletedAlone(pass: ProviderPass, secret: CredentialSecret): Promise<boolean> {
  const { provider, ports, signal } = pass;
  if (secret.state === 'live' || !bearsOurs(secret)) return false;
  const live = await ports.providers.read(provider, signal);
  if (live === undefined || isLeaving(live)) return false;
  if ((await othersHolding(pass, secret.name)).some(isLeaving)) return false;
  return (await ports.namespaces.state(secret.namespace, signal)) === 'live';
}

/** Other provider objects that are in service with this Secret. */
async function othersHolding(
  { provider, ports, signal }: ProviderPass,
  name: string,
): Promise<readonly OAuthProvider[]> {
  const live = await Promise.all(
    ports.providers.sharing(provider, name).map((other) => ports.providers.read(other, signal)),
  );
  return live
    .filter((other) => other !== undefined)
    .filter((other) => bearsFinalizer(other) && heldBy(other).includes(name));
}

async function look({ provider, ports, signal }: ProviderPass, name: string): Promise<CredentialSecret | undefined> {
  const { namespace } = provider.metadata;
  return namespace === undefined ? undefined : ports.holds.look(namespace, name, signal);
}

function heldBy({ status }: OAuthProvider): readonly string[] {
  return status?.heldSecrets ?? [];
}

function bearsFinalizer({ metadata }: OAuthProvider): boolean {
  return metadata.finalizers?.includes(FINALIZERS.inUse) === true;
}

function bearsOurs({ finalizers }: CredentialSecret): boolean {
  return finalizers.includes(FINALIZERS.inUse);
}
