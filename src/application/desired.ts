import { extensionOf } from '../api/application/block.ts';
import { effectiveSecretName, type OAuthApplication } from '../api/application.ts';
import { ANNOTATIONS } from '../api/names.ts';
import type { ApplicationType, ClientMetadata } from '../idp/provider.ts';
import { type Layout, layoutOf } from './layout.ts';

/** What the user asked for. Read from the custom resource alone. */
export interface Desired {
  readonly lifecycle: 'present' | 'suspended' | 'deleted';
  readonly metadata: ClientMetadata;
  /** RFC 6749 section 2.1. */
  readonly clientKind: 'public' | 'confidential';
  readonly secretName: string;
  readonly layout: Layout;
  readonly onSecretLoss: 'Reissue' | 'Wait';
  /** Tokens of requests that are not served yet (protocol T1). */
  readonly requests: {
    readonly rotate: string | undefined;
    readonly reconcile: string | undefined;
    readonly registerAnew: string | undefined;
  };
}

/** A token longer than this is compared, and kept, by its first characters. */
const TOKEN_LENGTH = 256;

const CLIENT_KINDS = {
  Web: 'confidential',
  MachineToMachine: 'confidential',
  SinglePage: 'public',
  Native: 'public',
} as const satisfies Record<ApplicationType, Desired['clientKind']>;

export function desiredOf(application: OAuthApplication): Desired {
  const { metadata, spec } = application;
  const { type } = spec;
  const clientKind = CLIENT_KINDS[type];
  return {
    lifecycle: lifecycleOf(application),
    metadata: {
      name: spec.displayName ?? metadata.name,
      type,
      redirectUris: spec.redirectUris ?? [],
      scopes: spec.scopes,
      extension: extensionOf(spec),
    },
    clientKind,
    secretName: effectiveSecretName(application),
    layout: layoutOf(spec, clientKind),
    onSecretLoss: spec.rotation?.onSecretLoss ?? 'Reissue',
    requests: unserved(application),
  };
}

/** The tokens that stand in the annotations, served or not. */
export function tokensOf({ metadata }: OAuthApplication): Desired['requests'] {
  const token = (name: string): string | undefined => metadata.annotations?.[name]?.slice(0, TOKEN_LENGTH);
  return {
    rotate: token(ANNOTATIONS.rotateRequestedAt),
    reconcile: token(ANNOTATIONS.reconcileRequestedAt),
    registerAnew: token(ANNOTATIONS.registerAnew),
  };
}

function unserved(application: OAuthApplication): Desired['requests'] {
  const asked = tokensOf(application);
  const served = application.status?.served;
  const open = (token: string | undefined, last: string | undefined): string | undefined =>
    token === undefined || token === '' || token === last ? undefined : token;
  return {
    rotate: open(asked.rotate, served?.rotate),
    reconcile: open(asked.reconcile, served?.reconcile),
    registerAnew: open(asked.registerAnew, served?.anew),
  };
}

function lifecycleOf({ metadata, spec }: OAuthApplication): Desired['lifecycle'] {
  if (metadata.deletionTimestamp !== undefined) return 'deleted';
  return spec.suspend === true ? 'suspended' : 'present';
}
