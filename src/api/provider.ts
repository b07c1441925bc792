import { z } from 'zod';
import { ObjectMeta } from './meta.ts';
import { API_VERSION, KINDS } from './names.ts';
import { providerSpec } from './provider/spec.ts';
import type { BudgetRecord, ClaimRecord } from './provider/status.ts';
import { STATUS_FIELDS } from './provider/status.ts';
import type { DeepReadonly } from './schema.ts';
import { object } from './schema.ts';

/** `spec` of an OAuthProvider: an identity provider's management API, and who may use it. */
export const OAuthProviderSpec = providerSpec('Namespaced');
export type OAuthProviderSpec = DeepReadonly<z.infer<typeof OAuthProviderSpec>>;

/** The same for a ClusterOAuthProvider, whose Secret references name a namespace. Both decode alike. */
export const ClusterOAuthProviderSpec = providerSpec('Cluster');

/** `status` of a provider object of either kind. */
export const OAuthProviderStatus = object('How it stands.', STATUS_FIELDS);
export type OAuthProviderStatus = DeepReadonly<z.infer<typeof OAuthProviderStatus>>;

/** Who calls the provider, as the status records it (protocol I6). */
export type Claim = DeepReadonly<z.infer<typeof ClaimRecord>>;

/** What was spent of the limits, as the status records it. */
export type BudgetStatus = DeepReadonly<z.infer<typeof BudgetRecord>>;

/** A provider object of either kind as the API server holds it. A ClusterOAuthProvider has no namespace. */
export const OAuthProvider = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.enum([KINDS.provider.kind, KINDS.clusterProvider.kind]),
    metadata: ObjectMeta,
    spec: OAuthProviderSpec,
    status: OAuthProviderStatus.optional(),
  })
  .meta({ description: "An identity provider's management API, its credentials, and who may use it." });
export type OAuthProvider = DeepReadonly<z.infer<typeof OAuthProvider>>;
