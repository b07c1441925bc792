import type { OAuthApplication } from '../../src/api/application.ts';

/** What a test says of an application; the rest is that of a new, confidential web client. */
export interface ApplicationChange {
  readonly metadata?: Partial<OAuthApplication['metadata']>;
  readonly spec?: Partial<OAuthApplication['spec']>;
  readonly status?: OAuthApplication['status'];
}

export function applicationWith({ metadata, spec, status }: ApplicationChange): OAuthApplication {
  return {
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind: 'OAuthApplication',
    metadata: {
      name: 'shop',
      namespace: 'store',
      uid: 'u-shop',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: {
      providerRef: { kind: 'OAuthProvider', name: 'logi' },
      type: 'Web',
      redirectUris: ['https://shop.example.com/cb'],
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}
