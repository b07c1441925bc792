import { z } from 'zod';
import { duration } from '../duration.ts';
import type { Rule } from '../schema.ts';
import { count, flag, list, object, text } from '../schema.ts';
import { webUrl } from '../uris.ts';

/** `spec.logi`: what only logi knows. */
export const LogiBlock = object('Fields that only logi has. Refused at any other provider.', {
  webhookUrl: webUrl(
    'Where logi sends its events. logi resolves the host at registration and refuses private addresses.',
  ).optional(),
  appLinkUrl: webUrl('App link or universal link by which logi hands a login over to a native app.').optional(),
});

const SUB_DOMAIN: Rule = {
  rule: "self.matches('^[0-9a-z]([0-9a-z-]{0,61}[0-9a-z])?$')",
  message: 'must be one DNS label: lower-case letters, digits and -',
};

const IMMUTABLE: Rule = { rule: 'self == oldSelf', message: 'is immutable: the provider fixes it at registration' };

const SCOPE_IDS = { max: 100, type: 'set' } as const;

const CONSENT_SCOPES = object('What a user can be asked to consent to.', {
  user: list(
    'Scopes on the user, such as profile or email.',
    text('A user scope.', { max: 128 }),
    SCOPE_IDS,
  ).optional(),
  resource: list('Ids of API resource scopes.', text('A scope id.', { max: 128 }), SCOPE_IDS).optional(),
  organization: list('Ids of organization scopes.', text('A scope id.', { max: 128 }), SCOPE_IDS).optional(),
  organizationResource: list(
    'Ids of API resource scopes granted through an organization.',
    text('A scope id.', { max: 128 }),
    SCOPE_IDS,
  ).optional(),
});

const PROTECTED_APP = object(
  'Puts the provider in front of a site that knows nothing of OAuth. It brings redirect URIs of its own.',
  {
    subDomain: text('First label of the host that the provider gives it. Immutable.', {
      max: 63,
      rules: [SUB_DOMAIN, IMMUTABLE],
    }),
    origin: webUrl('The site that is protected.'),
    sessionDuration: duration('How long a session lasts. Left out: as the provider has it.', {
      min: '1m',
      max: '8760h',
    }).optional(),
    pageRules: list(
      'Pages that need a login. Left out: all.',
      object('One rule.', { path: text('A regular expression over the path, such as ^/admin.', { max: 1024 }) }),
      { max: 50, type: 'atomic' },
    ).optional(),
  },
);

/** `spec.logto`: what only Logto knows. */
export const LogtoBlock = object(
  'Fields that only Logto has. Refused at any other provider.',
  {
    customData: z
      .record(z.string(), z.unknown())
      .meta({
        description: 'Data of your own, at most 16 KiB as JSON, merged beside what others keep there.',
        maxProperties: 100,
      })
      .optional(),
    tenantId: text('Tenant that the client is limited to.', { max: 64 }).optional(),
    managementApiAccess: flag(
      "Grants access to Logto's Management API. The provider must allow ManagementApiAccess. MachineToMachine only.",
    ).optional(),
    roles: list('Names of machine-to-machine roles. The provider must allow Roles.', text('A role.', { max: 128 }), {
      max: 50,
      type: 'set',
    }).optional(),
    thirdParty: object(
      'Makes it a third-party application, which asks users for consent. The provider must allow ThirdParty. Immutable.',
      {
        consentScopes: CONSENT_SCOPES.optional(),
      },
    ).optional(),
    deviceFlow: flag('Uses the device flow (RFC 8628). Native only, immutable.').optional(),
    tokenExchange: flag('Allows token exchange (RFC 8693). Not for third-party applications.').optional(),
    maxAllowedGrants: count('How many grants a user may have for this client at once.', {
      min: 1,
      max: 1_000_000,
    }).optional(),
    protectedApp: PROTECTED_APP.optional(),
  },
  [
    {
      rule: '!has(self.thirdParty) || !self.?tokenExchange.orValue(false)',
      message: 'tokenExchange cannot be had by a third-party application',
    },
    {
      rule: '!has(self.thirdParty) || !has(self.protectedApp)',
      message: 'thirdParty and protectedApp exclude each other',
    },
  ],
);
