import { optionsOf } from '../api/application/options.ts';
import { effectiveSecretName, type OAuthApplication } from '../api/application.ts';
import { durationMs } from '../api/duration.ts';
import { ANNOTATIONS } from '../api/names.ts';
import type { ApplicationType, ClientMetadata } from '../idp/provider.ts';
import { contentOf, type SecretContent } from './secret/content.ts';
import { isServed, type Kind } from './served.ts';

/** What is wanted of one pass: the spec, narrowed by what the provider object lets us begin. */
export interface Desired {
  /** `suspended` may come from the provider object, too. What is still done under each is said with `Closing`. */
  readonly lifecycle: 'present' | 'suspended' | 'spec-refused' | 'not-granted' | 'deleted';
  /** `Observe`: look and report, write nothing but the status (protocol A3). */
  readonly management: 'Full' | 'Observe';
  /** What becomes of the registration when the object goes (protocol D1, D4). */
  readonly deletionPolicy: 'Delete' | 'Retain';
  readonly adopt: Adoption | undefined;
  readonly metadata: ClientMetadata;
  /** RFC 6749 section 2.1. */
  readonly clientKind: 'public' | 'confidential';
  readonly secretName: string;
  readonly content: SecretContent;
  readonly onSecretLoss: 'Reissue' | 'Wait';
  readonly overlap: Overlap;
  readonly restart: 'None' | 'Referencing';
  /** How long a Secret of a former name stays, used or not, unless a superseded secret works, ms (protocol S8). */
  readonly formerSecretMs: number;
  /** Tokens of requests that are not served yet (protocol T1). */
  readonly requests: {
    readonly rotate: string | undefined;
    readonly reconcile: string | undefined;
    readonly retire: string | undefined;
    readonly registerAnew: string | undefined;
  };
}

/** How long superseded secrets go on working, where the provider lets them (protocol T3). */
export interface Overlap {
  /** Counted from the write of the Secret. */
  readonly overlapMs: number;
  /** Counted from the end of the roll; then even if a Pod still runs with it. */
  readonly retireAfterMs: number;
  /** Paths of what the spec says about it. */
  readonly said: readonly string[];
}

/** A registration that was there before, and where its credentials are (protocol A1). */
export interface Adoption {
  readonly applicationId: string;
  readonly secret: 'Keep' | 'Rotate';
  /** A Secret of the application's namespace, and the keys of its values. */
  readonly source: { readonly name: string; readonly clientId: string; readonly clientSecret: string } | undefined;
}

const OVERLAPPING = ['overlap', 'retireAfter'] as const;

/** Where the spec says nothing. */
const OVERLAP_MS = 86_400_000;
const RETIRE_AFTER_MS = 604_800_000;

/** Where `spec.rotation.overlap` says nothing. */
const FORMER_SECRET_MS = 3_600_000;

/** A token longer than this is compared, and kept, by its first characters. */
const TOKEN_LENGTH = 256;

const CLIENT_KINDS = {
  Web: 'confidential',
  MachineToMachine: 'confidential',
  SinglePage: 'public',
  Native: 'public',
} as const satisfies Record<ApplicationType, Desired['clientKind']>;

/** What the custom resource alone says. */
export function desiredOf(application: OAuthApplication): Desired {
  const { metadata, spec } = application;
  const { type } = spec;
  const clientKind = CLIENT_KINDS[type];
  return {
    lifecycle: lifecycleOf(application),
    management: spec.management ?? 'Full',
    deletionPolicy: spec.deletionPolicy ?? 'Delete',
    adopt: adoptionOf(spec),
    metadata: {
      name: spec.displayName ?? metadata.name,
      type,
      redirectUris: spec.redirectUris ?? [],
      options: optionsOf(spec),
    },
    clientKind,
    secretName: effectiveSecretName(application),
    content: contentOf(spec, clientKind),
    onSecretLoss: spec.rotation?.onSecretLoss ?? 'Reissue',
    overlap: overlapOf(spec),
    restart: spec.rotation?.restart ?? 'None',
    formerSecretMs: spec.rotation?.overlap === undefined ? FORMER_SECRET_MS : durationMs(spec.rotation.overlap),
    requests: unserved(application),
  };
}

/** What the spec says of it, or what holds where it says nothing. */
export function overlapOf({ rotation }: OAuthApplication['spec']): Overlap {
  const { overlap, retireAfter } = rotation ?? {};
  return {
    overlapMs: overlap === undefined ? OVERLAP_MS : durationMs(overlap),
    retireAfterMs: retireAfter === undefined ? RETIRE_AFTER_MS : durationMs(retireAfter),
    said: OVERLAPPING.filter((field) => rotation?.[field] !== undefined).map((field) => `spec.rotation.${field}`),
  };
}

/** The tokens that stand in the annotations, served or not. */
export function tokensOf({ metadata }: OAuthApplication): Desired['requests'] {
  const token = (name: string): string | undefined =>
    // Half a character would come back from the API server as another one, and never be served.
    metadata.annotations?.[name]?.slice(0, TOKEN_LENGTH).toWellFormed();
  return {
    rotate: token(ANNOTATIONS.rotateRequestedAt),
    reconcile: token(ANNOTATIONS.reconcileRequestedAt),
    retire: token(ANNOTATIONS.retireRequestedAt),
    registerAnew: token(ANNOTATIONS.registerAnew),
  };
}

function unserved(application: OAuthApplication): Desired['requests'] {
  const asked = tokensOf(application);
  const served = application.status?.served;
  const open = (token: string | undefined, kind: Kind): string | undefined =>
    token === undefined || token === '' || isServed(kind, token, served) ? undefined : token;
  return {
    rotate: open(asked.rotate, 'rotate'),
    reconcile: open(asked.reconcile, 'reconcile'),
    retire: open(asked.retire, 'retire'),
    registerAnew: open(asked.registerAnew, 'anew'),
  };
}

function adoptionOf({ adopt }: OAuthApplication['spec']): Adoption | undefined {
  if (adopt === undefined) return undefined;
  const { applicationId, secret = 'Keep', secretRef } = adopt;
  const { clientId = 'client_id', clientSecret = 'client_secret' } = secretRef?.keys ?? {};
  return { applicationId, secret, source: secretRef && { name: secretRef.name, clientId, clientSecret } };
}

function lifecycleOf({ metadata, spec }: OAuthApplication): 'present' | 'suspended' | 'deleted' {
  if (metadata.deletionTimestamp !== undefined) return 'deleted';
  return spec.suspend === true ? 'suspended' : 'present';
}
