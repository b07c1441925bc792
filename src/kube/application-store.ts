import { OAuthApplication } from '../api/application.ts';
import type { OAuthProvider } from '../api/provider.ts';
import type { KubeObject } from './object.ts';
import { namesClaimed } from './secret-names.ts';
import { createStore, type Store, type StoreOptions, type StoreWriter } from './store.ts';
import { trimmedApplication } from './trimmed.ts';

const BY_SECRET = 'secret';
const BY_REGISTRATION = 'registration';
const BY_ADOPTION = 'adoption';
const BY_IDENTITY = 'identity';
const BY_PROVIDER = 'provider';
const BY_UID = 'uid';

/** In the place of a provider's key; those begin with a kind and a space. */
const UNDECIDED = 'undecided';

/** The cache of OAuthApplications, with what a pass looks them up by. */
export function applicationStore(
  onUndecodable: NonNullable<StoreOptions<OAuthApplication>['onUndecodable']>,
  onListenerError?: StoreOptions<OAuthApplication>['onListenerError'],
): Store<OAuthApplication> & StoreWriter {
  return createStore<OAuthApplication>({
    trim: trimmedApplication,
    decode: (object) => OAuthApplication.parse(object),
    indexes: {
      [BY_SECRET]: (application) =>
        [...namesClaimed(application)].map((name) => `${application.metadata.namespace}/${name}`),
      [BY_REGISTRATION]: ({ status }) => pair(status?.provider?.identity, status?.applicationId),
      [BY_ADOPTION]: ({ spec }) => (spec.adopt === undefined ? [] : [spec.adopt.applicationId]),
      [BY_IDENTITY]: ({ status }) => (status?.provider === undefined ? [] : [status.provider.identity]),
      [BY_PROVIDER]: providerKeys,
      [BY_UID]: ({ metadata }) => [metadata.uid],
    },
    onUndecodable,
    onListenerError,
  });
}

/** An application from a live answer, as the cache shows it. @throws z.ZodError */
export function applicationOf(object: KubeObject): OAuthApplication {
  return OAuthApplication.parse(trimmedApplication(object));
}

interface ProviderRef {
  readonly kind: OAuthProvider['kind'];
  readonly name: string;
}

/** Applications that name this provider object, or are bound to it. `namespace` is `undefined` for a cluster-wide one. */
export function applicationsOf(
  store: Store<OAuthApplication>,
  { kind, namespace, name }: ProviderRef & { readonly namespace: string | undefined },
): readonly OAuthApplication[] {
  return store.byIndex(BY_PROVIDER, providerKey(kind, namespace, name));
}

/** The same, of one namespace. */
export function applicationsIn(
  store: Store<OAuthApplication>,
  namespace: string,
  { kind, name }: ProviderRef,
): readonly OAuthApplication[] {
  return store.byIndex(BY_PROVIDER, withinNamespace(namespace, providerKey(kind, namespace, name)));
}

/** Applications of a namespace, or with `undefined` of all, that name no provider and are bound to none. */
export function undecidedApplications(
  store: Store<OAuthApplication>,
  namespace: string | undefined,
): readonly OAuthApplication[] {
  return store.byIndex(BY_PROVIDER, namespace === undefined ? UNDECIDED : withinNamespace(namespace, UNDECIDED));
}

/** The provider that an application is bound to, else the one that it names (protocol I3). */
export function providerOf({ spec, status }: OAuthApplication): ProviderRef | undefined {
  const ref = status?.provider ?? spec.providerRef;
  return ref && { kind: ref.kind, name: ref.name };
}

/** The application whose uid a Secret's owner reference names. */
export function applicationByUid(store: Store<OAuthApplication>, uid: string): OAuthApplication | undefined {
  return store.byIndex(BY_UID, uid)[0];
}

/** Applications whose Secret has, or is to have, this name. */
export function applicationsBySecret(
  store: Store<OAuthApplication>,
  namespace: string,
  name: string,
): readonly OAuthApplication[] {
  return store.byIndex(BY_SECRET, `${namespace}/${name}`);
}

/** Applications whose status names this registration. */
export function applicationsByRegistration(
  store: Store<OAuthApplication>,
  identity: string,
  applicationId: string,
): readonly OAuthApplication[] {
  return pair(identity, applicationId).flatMap((value) => store.byIndex(BY_REGISTRATION, value));
}

/** Applications that are to adopt a registration with this id, at whichever provider. */
export function applicationsAdopting(
  store: Store<OAuthApplication>,
  applicationId: string,
): readonly OAuthApplication[] {
  return store.byIndex(BY_ADOPTION, applicationId);
}

/** Applications that are bound to the provider of this identity. */
export function applicationsByIdentity(store: Store<OAuthApplication>, identity: string): readonly OAuthApplication[] {
  return store.byIndex(BY_IDENTITY, identity);
}

/** Each key twice: as such, and within the namespace. */
function providerKeys({ metadata, spec, status }: OAuthApplication): readonly string[] {
  const { namespace } = metadata;
  const refs = [spec.providerRef, status?.provider].filter((ref) => ref !== undefined);
  const keys = refs.length === 0 ? [UNDECIDED] : refs.map(({ kind, name }) => providerKey(kind, namespace, name));
  return [...new Set(keys.flatMap((key) => [key, withinNamespace(namespace, key)]))];
}

function withinNamespace(namespace: string, key: string): string {
  return `${namespace}: ${key}`;
}

function providerKey(kind: string, namespace: string | undefined, name: string): string {
  return kind === 'OAuthProvider' ? `${kind} ${namespace ?? ''}/${name}` : `${kind} ${name}`;
}

function pair(identity: string | undefined, applicationId: string | undefined): readonly string[] {
  return identity === undefined || applicationId === undefined ? [] : [`${identity} ${applicationId}`];
}
