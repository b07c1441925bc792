import { MACHINE, NATIVE } from './good.ts';
import type { Refused } from './refused.ts';

const MACHINE_ONLY = 'logto.roles and logto.managementApiAccess are for MachineToMachine alone';

export const OTHER_REFUSALS: readonly Refused[] = [
  {
    name: 'SAML',
    spec: { type: 'SAML' },
    field: 'spec.type',
    message: 'SAML is not supported: this operator registers OAuth and OpenID Connect clients alone',
  },
  {
    name: 'a type that nobody knows',
    spec: { type: 'Wep' },
    field: 'spec.type',
    message: 'supported values: "Web", "SinglePage", "Native", "MachineToMachine"',
  },
  {
    name: 'a name of 1,000 characters',
    spec: { displayName: 'x'.repeat(1000) },
    field: 'spec.displayName',
    message: 'may not be more than 128',
  },
  {
    name: 'a scope with two colons',
    spec: { scopes: ['openid', 'a:b:c'] },
    field: 'spec.scopes[1]',
    message: 'must hold at most one colon, as in blog:post.write',
  },
  {
    name: 'two scopes in one',
    spec: { scopes: ['openid profile'] },
    field: 'spec.scopes[0]',
    message: 'must be one scope: printable characters without space, quotation mark or backslash',
  },
  {
    name: 'the same scope twice',
    spec: { scopes: ['openid', 'openid'] },
    field: 'spec.scopes[1]',
    message: 'Duplicate value',
  },
  {
    name: 'adoption without a deletion policy',
    spec: { adopt: { applicationId: '42' } },
    field: 'spec',
    message: 'deletionPolicy must be stated with adopt: Delete would delete a registration that was there before',
  },
  {
    name: 'credentials to keep that are rotated',
    spec: { deletionPolicy: 'Delete', adopt: { applicationId: '42', secret: 'Rotate', secretRef: { name: 'old' } } },
    field: 'spec.adopt',
    message: 'secretRef is read with secret: Keep alone; leave it out to rotate',
  },
  {
    name: 'fields of two vendors',
    spec: { logi: {}, logto: {} },
    field: 'spec',
    message: 'logi and logto exclude each other',
  },
  {
    name: 'the device flow of a web client',
    spec: { logto: { deviceFlow: true } },
    field: 'spec',
    message: 'logto.deviceFlow is for type Native alone',
  },
  {
    name: 'a protected site that is no web client',
    spec: { ...NATIVE, logto: { protectedApp: { subDomain: 'x', origin: 'https://x.example.com' } } },
    field: 'spec',
    message: 'logto.protectedApp is for type Web alone',
  },
  {
    name: 'a protected site with a host for a label',
    spec: { logto: { protectedApp: { subDomain: 'x.y', origin: 'https://x.example.com' } } },
    field: 'spec.logto.protectedApp.subDomain',
    message: 'must be one DNS label: lower-case letters, digits and -',
  },
  {
    name: 'consent to a machine',
    spec: { ...MACHINE, logto: { thirdParty: {} } },
    field: 'spec',
    message: 'logto.thirdParty is not for MachineToMachine: there is no user who could consent',
  },
  {
    name: 'roles of a web client',
    spec: { logto: { roles: ['admin'] } },
    field: 'spec',
    message: MACHINE_ONLY,
  },
  {
    name: 'management access of a web client',
    spec: { logto: { managementApiAccess: true } },
    field: 'spec',
    message: MACHINE_ONLY,
  },
  {
    name: 'token exchange by a third party',
    spec: { logto: { thirdParty: {}, tokenExchange: true } },
    field: 'spec.logto',
    message: 'tokenExchange cannot be had by a third-party application',
  },
  {
    name: 'a protected third party',
    spec: { logto: { thirdParty: {}, protectedApp: { subDomain: 'x', origin: 'https://x.example.com' } } },
    field: 'spec.logto',
    message: 'thirdParty and protectedApp exclude each other',
  },
];
