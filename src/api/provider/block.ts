import type { OAuthProviderSpec } from '../provider.ts';

/** The block of a provider's spec that says which identity provider it is. Exactly one is set. */
export type BlockName = 'logi' | 'logto' | 'dynamicRegistration';

/** Values in a Secret that the spec of a provider names. `path` is the field's, for messages. */
export interface SecretValuesRef {
  readonly path: string;
  readonly name: string;
  /** `undefined`: the namespace of the provider object. */
  readonly namespace: string | undefined;
  /** All of them have to be there. */
  readonly keys: readonly string[];
}

export function blockOf(spec: OAuthProviderSpec): BlockName {
  if (spec.logi !== undefined) return 'logi';
  return spec.logto !== undefined ? 'logto' : 'dynamicRegistration';
}

/** Keys under which the credentials of a machine-to-machine application of Logto are. */
export const LOGTO_KEYS = { clientId: 'clientId', clientSecret: 'clientSecret' } as const;

/** Where the credentials are; `undefined` for a block that can do without. */
export function credentialsRefOf({ logi, logto }: OAuthProviderSpec): SecretValuesRef | undefined {
  if (logi !== undefined) {
    const { name, namespace, key } = logi.apiKeySecretRef;
    return { path: 'spec.logi.apiKeySecretRef', name, namespace, keys: [key] };
  }
  if (logto === undefined) return undefined;
  const { name, namespace } = logto.credentialsSecretRef;
  return { path: 'spec.logto.credentialsSecretRef', name, namespace, keys: Object.values(LOGTO_KEYS) };
}

/** Where the certificates are of authorities that are trusted beside the system's. */
export function caRefOf({ tls }: OAuthProviderSpec): SecretValuesRef | undefined {
  if (tls === undefined) return undefined;
  const { name, namespace, key } = tls.caSecretRef;
  return { path: 'spec.tls.caSecretRef', name, namespace, keys: [key] };
}

/** How a registration is called until its id is in the status (protocol R5, R6). */
export function namingOf({ logi }: OAuthProviderSpec): 'Temporary' | 'Final' {
  return logi?.registrationName ?? 'Temporary';
}
