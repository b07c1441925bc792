import type { Rule } from '../schema.ts';

const BROWSER_TYPES = "['Web', 'SinglePage', 'Native']";
const PUBLIC_TYPES = "['SinglePage', 'Native']";

const UNCHANGED_REF =
  'has(self.spec.providerRef) == has(oldSelf.spec.providerRef) && (!has(self.spec.providerRef) || ' +
  '(self.spec.providerRef.name == oldSelf.spec.providerRef.name && self.spec.providerRef.kind == oldSelf.spec.providerRef.kind))';

/** The default provider may be written out once it is known. */
const REF_AS_SERVED =
  'has(self.spec.providerRef) && self.spec.providerRef.name == self.status.provider.name && ' +
  'self.spec.providerRef.kind == self.status.provider.kind';

const REDIRECTS: readonly Rule[] = [
  {
    rule: `!(self.type in ${BROWSER_TYPES}) || (has(self.redirectUris) && size(self.redirectUris) > 0) || has(self.logto) && has(self.logto.protectedApp)`,
    message: 'redirectUris needs at least one URI for this type',
  },
  {
    rule: "self.type != 'MachineToMachine' || !has(self.redirectUris) || size(self.redirectUris) == 0",
    message: 'redirectUris must be left out for MachineToMachine: nobody is sent back to it',
  },
  {
    rule: "self.type != 'MachineToMachine' || !has(self.postLogoutRedirectUris) || size(self.postLogoutRedirectUris) == 0",
    message: 'postLogoutRedirectUris must be left out for MachineToMachine: nobody is sent back to it',
  },
  {
    rule: "self.type == 'Native' || !has(self.redirectUris) || self.redirectUris.all(uri, uri.lowerAscii().startsWith('http'))",
    message: 'redirectUris must be http or https URLs: a scheme of its own is for type Native alone',
  },
  {
    rule: "self.type == 'Native' || !has(self.postLogoutRedirectUris) || self.postLogoutRedirectUris.all(uri, uri.lowerAscii().startsWith('http'))",
    message: 'postLogoutRedirectUris must be http or https URLs: a scheme of its own is for type Native alone',
  },
];

const PUBLIC_CLIENTS: readonly Rule[] = [
  {
    rule: `!has(self.tokenEndpointAuthMethod) || (self.type in ${PUBLIC_TYPES}) == (self.tokenEndpointAuthMethod == 'none')`,
    message: 'tokenEndpointAuthMethod must be none for SinglePage and Native, which have no secret, and for them alone',
  },
  {
    rule: `!(self.type in ${PUBLIC_TYPES}) || !has(self.rotation)`,
    message: 'rotation must be left out for SinglePage and Native: they have no secret',
  },
  {
    rule: `!(self.type in ${PUBLIC_TYPES}) || !has(self.secret) || !has(self.secret.keys) || (!has(self.secret.keys.clientSecret) && !has(self.secret.keys.previousClientSecret))`,
    message: 'secret.keys must not name a client secret for SinglePage and Native: they have none',
  },
];

const BLOCKS: readonly Rule[] = [
  { rule: '!has(self.logi) || !has(self.logto)', message: 'logi and logto exclude each other' },
  {
    rule: "!has(self.logto) || !self.logto.?deviceFlow.orValue(false) || self.type == 'Native'",
    message: 'logto.deviceFlow is for type Native alone',
  },
  {
    rule: "!has(self.logto) || !has(self.logto.protectedApp) || self.type == 'Web'",
    message: 'logto.protectedApp is for type Web alone',
  },
  {
    rule: "!has(self.logto) || !has(self.logto.thirdParty) || self.type != 'MachineToMachine'",
    message: 'logto.thirdParty is not for MachineToMachine: there is no user who could consent',
  },
  {
    rule: "!has(self.logto) || !(has(self.logto.roles) || has(self.logto.managementApiAccess)) || self.type == 'MachineToMachine'",
    message: 'logto.roles and logto.managementApiAccess are for MachineToMachine alone',
  },
];

const TRANSITIONS: readonly Rule[] = [
  {
    rule: 'self.type == oldSelf.type',
    message: 'type is immutable: a registration cannot change it; create another OAuthApplication',
  },
  {
    rule: "self.?management.orValue('Full') == 'Full' || oldSelf.?management.orValue('Full') == 'Observe'",
    message: 'management cannot go from Full to Observe: use suspend, or deletionPolicy: Retain and delete the object',
  },
  {
    rule: 'self.?logto.?deviceFlow.orValue(false) == oldSelf.?logto.?deviceFlow.orValue(false)',
    message: 'logto.deviceFlow is immutable: it is fixed when the application is registered',
  },
  {
    rule: `${present('self', 'thirdParty')} == ${present('oldSelf', 'thirdParty')}`,
    message: 'logto.thirdParty is immutable: it is fixed when the application is registered',
  },
  {
    rule: `${present('self', 'protectedApp')} == ${present('oldSelf', 'protectedApp')}`,
    message: 'logto.protectedApp is immutable: it is fixed when the application is registered',
  },
];

/** Rules over several fields of `spec`. Those on what may not change stand here, so that unset to set does not escape. */
export const SPEC_RULES: readonly Rule[] = [
  ...REDIRECTS,
  ...PUBLIC_CLIENTS,
  ...BLOCKS,
  {
    rule: '!has(self.adopt) || has(self.deletionPolicy)',
    message: 'deletionPolicy must be stated with adopt: Delete would delete a registration that was there before',
  },
  ...TRANSITIONS,
];

/**
 * Rules that need more than `spec`. They compare field by field: the cost of comparing whole objects, or what
 * `orValue` gives, is estimated without their bounds and exceeds the budget of a CRD.
 */
export const OBJECT_RULES: readonly Rule[] = [
  {
    rule: `!has(self.status) || !has(self.status.provider) || (${UNCHANGED_REF}) || (${REF_AS_SERVED})`,
    message: 'spec.providerRef is immutable once status.provider is set: the registration lives at that provider',
  },
  {
    rule: '(has(self.spec.secret) && has(self.spec.secret.name)) || size(self.metadata.name) <= 247',
    message: 'spec.secret.name is needed where metadata.name is longer than 247 characters',
  },
];

/** Whether a part of the logto block is there. */
function present(version: 'self' | 'oldSelf', part: string): string {
  return `(has(${version}.logto) && has(${version}.logto.${part}))`;
}
