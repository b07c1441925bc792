import { z } from 'zod';
import { RotationSpec } from './application/rotation.ts';
import { OBJECT_RULES, SPEC_RULES } from './application/rules.ts';
import { AdoptSpec, objectName, SecretSpec } from './application/secret.ts';
import { STATUS_FIELDS } from './application/status.ts';
import { LogiBlock, LogtoBlock } from './application/vendor.ts';
import { duration } from './duration.ts';
import { NamespacedMeta } from './meta.ts';
import { API_VERSION, KINDS } from './names.ts';
import type { DeepReadonly } from './schema.ts';
import { choice, flag, list, object, text } from './schema.ts';
import { origins, redirectUris, webUrl } from './uris.ts';

const TYPES = ['Web', 'SinglePage', 'Native', 'MachineToMachine'] as const;

const TYPE = z.enum(TYPES).meta({
  description:
    'Kind of client. Web and MachineToMachine have a secret, SinglePage and Native have none. SAML is not supported. Immutable.',
  // Admitted by the list of words, so that the refusal can say more than that the word is unknown.
  enum: [...TYPES, 'SAML'],
  'x-kubernetes-validations': [
    {
      rule: "self != 'SAML'",
      message: 'SAML is not supported: this operator registers OAuth and OpenID Connect clients alone',
    },
  ],
});

const PROVIDER_REF = object(
  'The provider that holds the registration. Left out: the one default provider. Frozen once status.provider is set.',
  {
    kind: choice('Kind of the provider.', ['OAuthProvider', 'ClusterOAuthProvider']).default('OAuthProvider'),
    name: objectName('Name of the provider. An OAuthProvider is looked for in the namespace of the application.'),
  },
);

const SCOPE = text('A scope, or <namespace>:<key> for one of your own.', {
  max: 256,
  rules: [
    {
      rule: "self.matches('^[!#-\\\\[\\\\]-~]+$')",
      message: 'must be one scope: printable characters without space, quotation mark or backslash',
    },
    {
      rule: "self.matches('^[^:]*(:[^:]*)?$')",
      message: 'must hold at most one colon, as in blog:post.write',
    },
  ],
});

const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const;

const TOKENS = object('Lifetimes of what the provider issues. What is left out stays as the provider has it.', {
  idTokenTtl: duration('Lifetime of an ID token.', { min: '1m', max: '8760h' }).optional(),
  refreshTokenTtl: duration('Lifetime of a refresh token.', { min: '1m', max: '8760h' }).optional(),
  alwaysIssueRefreshToken: flag('Issues a refresh token even where offline_access was not asked for.').optional(),
  rotateRefreshToken: flag('Replaces a refresh token whenever it is used.').optional(),
});

/** `spec` of an OAuthApplication: what the user asks for. */
export const OAuthApplicationSpec = object(
  'What the registration is to be. A field that was never set is left as the provider has it.',
  {
    providerRef: PROVIDER_REF.optional(),
    displayName: text('Name that users see when they log in. Left out: metadata.name.', { max: 128 }).optional(),
    description: text('What the application is, for those who look at it at the provider.', {
      min: 0,
      max: 1024,
    }).optional(),
    type: TYPE,
    redirectUris: redirectUris(
      'Where the browser may be sent back with a code. Needed for Web, SinglePage and Native; the whole list is enforced.',
    ).optional(),
    postLogoutRedirectUris: redirectUris(
      'Where the browser may be sent after a logout; the whole list is enforced.',
    ).optional(),
    scopes: list('Scopes that the client may ask for. Left out: as the provider decides.', SCOPE, {
      max: 100,
      type: 'set',
    }).optional(),
    grantTypes: list(
      'Grants that the client may use (RFC 7591), where the provider lets one choose.',
      choice('A grant.', GRANT_TYPES),
      {
        min: 1,
        max: 10,
        type: 'set',
      },
    ).optional(),
    tokenEndpointAuthMethod: choice(
      'How the client authenticates at the token endpoint (RFC 7591), where the provider lets one choose.',
      ['none', 'client_secret_basic', 'client_secret_post'],
    ).optional(),
    logoUri: webUrl('Logo that users see when they log in.').optional(),
    backchannelLogout: object('OpenID Connect back-channel logout.', {
      uri: webUrl('Where the provider sends logout tokens.'),
      sessionRequired: flag('Whether a logout token must name the session.').optional(),
    }).optional(),
    corsAllowedOrigins: origins(
      "Origins that may call the provider's token endpoint from a browser; the whole list is enforced.",
    ).optional(),
    tokens: TOKENS.optional(),
    logi: LogiBlock.optional(),
    logto: LogtoBlock.optional(),
    secret: SecretSpec.optional(),
    rotation: RotationSpec.optional(),
    deletionPolicy: choice(
      'What becomes of the registration when the object is deleted. Delete: it is deleted. Retain: registration and Secret stay. Left out: Delete; must be stated with adopt.',
      ['Delete', 'Retain'],
    ).optional(),
    deletionProtection: flag(
      'While true, the API server refuses to delete the object, where the policy oauthapp-deletion-protection is installed; elsewhere nothing does. Left out: false.',
    ).optional(),
    management: choice(
      'Full: registration and Secret follow the spec. Observe: nothing is written but the status, which says what would change. Left out: Full.',
      ['Full', 'Observe'],
    ).optional(),
    adopt: AdoptSpec.optional(),
    suspend: flag('Makes no call at the provider while true; deletion still works. Left out: false.').optional(),
  },
  SPEC_RULES,
);
export type OAuthApplicationSpec = DeepReadonly<z.infer<typeof OAuthApplicationSpec>>;

/** `status` of an OAuthApplication: the facts that a later pass, or another process, stands on. */
export const OAuthApplicationStatus = object('How it stands.', STATUS_FIELDS);
export type OAuthApplicationStatus = DeepReadonly<z.infer<typeof OAuthApplicationStatus>>;

/**
 * An OAuthApplication as the API server holds it. Decoding drops unknown fields and takes what only people read out of
 * the status when it is unreadable; anything else unreadable is an error, since the protocol stands on it.
 */
export const OAuthApplication = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal(KINDS.application.kind),
    metadata: NamespacedMeta,
    spec: OAuthApplicationSpec,
    status: OAuthApplicationStatus.optional(),
  })
  .meta({
    description: 'An OAuth client that is kept registered at an identity provider, with its credentials in a Secret.',
    'x-kubernetes-validations': OBJECT_RULES,
  });
export type OAuthApplication = DeepReadonly<z.infer<typeof OAuthApplication>>;

/** Name of the Secret that holds the application's credentials. */
export function effectiveSecretName({ metadata, spec }: Pick<OAuthApplication, 'metadata' | 'spec'>): string {
  return spec.secret?.name ?? `${metadata.name}-oauth`;
}
