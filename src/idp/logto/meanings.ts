import type { ProviderErrorCode } from '../errors.ts';

/** What an error code of Logto comes to. */
export interface Meaning {
  readonly code: ProviderErrorCode;
  /** Path in the spec. */
  readonly field?: string;
  /** Instead of Logto's own words, where they do not say what to do. */
  readonly sentence?: string;
}

/**
 * Codes whose status alone does not tell what has to happen next.
 *
 * @see https://github.com/logto-io/logto/tree/master/packages/phrases/src/locales/en/errors
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  'auth.forbidden': {
    code: 'forbidden',
    sentence: "The operator's application at Logto lacks the role 'Logto Management API access'.",
  },
  'auth.exceed_token_limit': { code: 'throttled', sentence: 'The Logto tenant has used up its tokens.' },
  'subscription.limit_exceeded': { code: 'quota' },
  'system_limit.limit_exceeded': { code: 'quota' },
  'subscription.tenant_suspended': { code: 'needs-person', sentence: 'The Logto tenant is suspended.' },

  'application.protected_app_not_configured': {
    code: 'unsupported',
    field: 'spec.logto.protectedApp',
    sentence: 'This Logto has no protected applications: they need Logto Cloud.',
  },
  'application.protected_application_subdomain_exists': {
    code: 'rejected',
    field: 'spec.logto.protectedApp.subDomain',
  },
  'application.invalid_subdomain': { code: 'rejected', field: 'spec.logto.protectedApp.subDomain' },
  'application.protected_app_metadata_is_required': { code: 'rejected', field: 'spec.logto.protectedApp' },
  'application.protected_application_only': { code: 'rejected', field: 'spec.logto.protectedApp' },
  'application.should_delete_custom_domains_first': {
    code: 'needs-person',
    sentence: "The application has custom domains, which a person has to delete in Logto's console first.",
  },

  'application.invalid_third_party_application_type': { code: 'rejected', field: 'spec.logto.thirdParty' },
  'application.third_party_application_cannot_enable_token_exchange': {
    code: 'rejected',
    field: 'spec.logto.tokenExchange',
  },
  'application.third_party_application_only': {
    code: 'rejected',
    field: 'spec.logto.thirdParty.consentScopes',
  },
  'application.user_consent_scopes_not_found': {
    code: 'rejected',
    field: 'spec.logto.thirdParty.consentScopes',
  },

  'application.device_flow_native_only': { code: 'rejected', field: 'spec.logto.deviceFlow' },
  'application.device_flow_not_changeable': { code: 'rejected', field: 'spec.logto.deviceFlow' },
  'application.invalid_type': { code: 'rejected', field: 'spec.logto.roles' },
  'application.invalid_role_type': { code: 'rejected', field: 'spec.logto.roles' },
  'application.saml.use_saml_app_api': {
    code: 'rejected',
    field: 'spec.type',
    sentence: 'This is a SAML application, and the operator serves OAuth and OpenID Connect alone.',
  },

  'application.role_exists': { code: 'conflict' },
  'application.secret_name_exists': { code: 'conflict' },
  'application.no_legacy_secret_found': { code: 'not-found' },
};

const BY_CODE: ReadonlyMap<string, Meaning> = new Map(Object.entries(MEANINGS));

/** `undefined`: the status says it all. */
export function meaningOf(code: string): Meaning | undefined {
  return BY_CODE.get(code);
}
