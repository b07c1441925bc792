import type { OAuthProviderSpec } from '../provider.ts';

/** The block of a provider's spec that says which identity provider it is. Exactly one is set. */
export type BlockName = 'logi' | 'logto' | 'dynamicRegistration';

/** A value in a Secret that the spec of a provider names. `path` is the field's, for messages. */
export interface SecretValueRef {
  readonly path: string;
  readonly name: string;
  /** `undefined`: the namespace of the provider object. */
  readonly namespace: string | undefined;
  readonly key: string;
}

export function blockOf(spec: OAuthProviderSpec): BlockName {
  if (spec.logi !== undefined) return 'logi';
  return spec.logto !== undefined ? 'logto' : 'dynamicRegistration';
}

/** Where the credentials are; `undefined` for a block whose credentials are no single value. */
export function credentialsRefOf({ logi }: OAuthProviderSpec): SecretValueRef | undefined {
  if (logi === undefined) return undefined;
  const { name, namespace, key } = logi.apiKeySecretRef;
  return { path: 'spec.logi.apiKeySecretRef', name, namespace, key };
}

/** Where the certificates are of authorities that are trusted beside the system's. */
export function caRefOf({ tls }: OAuthProviderSpec): SecretValueRef | undefined {
  if (tls === undefined) return undefined;
  const { name, namespace, key } = tls.caSecretRef;
  return { path: 'spec.tls.caSecretRef', name, namespace, key };
}

/** How a registration is called until its id is in the status (protocol R5, R6). */
export function namingOf({ logi }: OAuthProviderSpec): 'Temporary' | 'Final' {
  return logi?.registrationName ?? 'Temporary';
}
