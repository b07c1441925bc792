import { NATIVE } from './good.ts';

/** A change to an application that exists, and what becomes of it. */
export interface Transition {
  readonly name: string;
  readonly from: Readonly<Record<string, unknown>>;
  /** A merge patch of the spec: `null` removes. */
  readonly to: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  /** `undefined`: the change is accepted. */
  readonly refused: { readonly field: string; readonly message: string } | undefined;
}

const PROTECTED = { protectedApp: { subDomain: 'shop', origin: 'https://x.example.com' } };
const SERVED = { provider: { kind: 'OAuthProvider', name: 'logi', uid: 'u1', identity: 'logi https://api.1pass.dev' } };
const REF_FROZEN = {
  field: '<nil>',
  message: 'spec.providerRef is immutable once status.provider is set: the registration lives at that provider',
};
const MANAGEMENT = {
  field: 'spec',
  message: 'management cannot go from Full to Observe: use suspend, or deletionPolicy: Retain and delete the object',
};

export const TRANSITIONS: readonly Transition[] = [
  { name: 'another redirect URI', from: {}, to: { redirectUris: ['https://new.example.com/'] }, refused: undefined },
  {
    name: 'another type',
    from: {},
    to: { type: 'SinglePage' },
    refused: {
      field: 'spec',
      message: 'type is immutable: a registration cannot change it; create another OAuthApplication',
    },
  },
  { name: 'Full to Observe', from: { management: 'Full' }, to: { management: 'Observe' }, refused: MANAGEMENT },
  { name: 'unset to Observe', from: {}, to: { management: 'Observe' }, refused: MANAGEMENT },
  { name: 'Observe to Full', from: { management: 'Observe' }, to: { management: 'Full' }, refused: undefined },
  {
    name: 'a device flow later',
    from: { ...NATIVE },
    to: { logto: { deviceFlow: true } },
    refused: {
      field: 'spec',
      message: 'logto.deviceFlow is immutable: it is fixed when the application is registered',
    },
  },
  {
    name: 'a device flow said to be off',
    from: { ...NATIVE },
    to: { logto: { deviceFlow: false } },
    refused: undefined,
  },
  {
    name: 'consent later',
    from: {},
    to: { logto: { thirdParty: {} } },
    refused: {
      field: 'spec',
      message: 'logto.thirdParty is immutable: it is fixed when the application is registered',
    },
  },
  {
    name: 'protection no longer',
    from: { logto: PROTECTED },
    to: { logto: null },
    refused: {
      field: 'spec',
      message: 'logto.protectedApp is immutable: it is fixed when the application is registered',
    },
  },
  {
    name: 'another subdomain',
    from: { logto: PROTECTED },
    to: { logto: { protectedApp: { subDomain: 'other' } } },
    refused: {
      field: 'spec.logto.protectedApp.subDomain',
      message: 'is immutable: the provider fixes it at registration',
    },
  },
  {
    name: 'another origin of a protected site',
    from: { logto: PROTECTED },
    to: { logto: { protectedApp: { origin: 'https://y.example.com' } } },
    refused: undefined,
  },
  {
    name: 'another provider before one is served',
    from: { providerRef: { name: 'a' } },
    to: { providerRef: { name: 'b' } },
    refused: undefined,
  },
  {
    name: 'another provider later',
    from: { providerRef: { name: 'logi' } },
    status: SERVED,
    to: { providerRef: { name: 'b' } },
    refused: REF_FROZEN,
  },
  {
    name: 'another kind of provider later',
    from: { providerRef: { name: 'logi' } },
    status: SERVED,
    to: { providerRef: { kind: 'ClusterOAuthProvider' } },
    refused: REF_FROZEN,
  },
  {
    name: 'another provider than the default one, later',
    from: {},
    status: SERVED,
    to: { providerRef: { name: 'b' } },
    refused: REF_FROZEN,
  },
  {
    name: 'no named provider later',
    from: { providerRef: { name: 'logi' } },
    status: SERVED,
    to: { providerRef: null },
    refused: REF_FROZEN,
  },
  {
    name: 'the default provider written out',
    from: {},
    status: SERVED,
    to: { providerRef: { name: 'logi' } },
    refused: undefined,
  },
  {
    name: 'another field later',
    from: { providerRef: { name: 'logi' } },
    status: SERVED,
    to: { displayName: 'New' },
    refused: undefined,
  },
];
