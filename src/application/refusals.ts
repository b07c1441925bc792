import { VENDOR_BLOCKS } from '../api/application/block.ts';
import type { OAuthApplication } from '../api/application.ts';
import type { Reason } from '../api/conditions.ts';
import type { ClientMetadata, Refusal } from '../idp/provider.ts';

/** What the spec asks for and cannot have, in one sentence that names the field. */
export interface Objection {
  readonly reason: Reason;
  readonly message: string;
}

type Spec = OAuthApplication['spec'];

/** Fields whose behaviour this release does not have yet, refused by name rather than ignored. */
const NOT_YET: readonly (readonly [path: string, asked: (spec: Spec) => boolean])[] = [
  ['spec.providerRef', (spec) => spec.providerRef === undefined],
  ['spec.secret.format', ({ secret }) => secret?.format !== undefined && secret.format !== 'Default'],
  ['spec.secret.template', ({ secret }) => secret?.template !== undefined],
  ['spec.secret.keys.previousClientSecret', ({ secret }) => secret?.keys?.previousClientSecret !== undefined],
  ['spec.rotation.interval', ({ rotation }) => rotation?.interval !== undefined],
  ['spec.rotation.window', ({ rotation }) => rotation?.window !== undefined],
  ['spec.rotation.overlap', ({ rotation }) => rotation?.overlap !== undefined],
  ['spec.rotation.retireAfter', ({ rotation }) => rotation?.retireAfter !== undefined],
  ['spec.rotation.restart', ({ rotation }) => rotation?.restart !== undefined && rotation.restart !== 'None'],
  ['spec.deletionPolicy', ({ deletionPolicy }) => deletionPolicy === 'Retain'],
  ['spec.deletionProtection', ({ deletionProtection }) => deletionProtection === true],
  ['spec.management', ({ management }) => management === 'Observe'],
  ['spec.adopt', ({ adopt }) => adopt !== undefined],
  // Adapters speak these; what is set once has to be cleared when it is left out later, which comes with `enforced`.
  ...VENDOR_BLOCKS.map((block) => [`spec.${block}`, (spec: Spec) => spec[block] !== undefined] as const),
];

/** Fields that a provider honours or refuses; what stands in neither list every provider can do. */
const PROVIDER_FIELDS = [
  'description',
  'postLogoutRedirectUris',
  'scopes',
  'grantTypes',
  'tokenEndpointAuthMethod',
  'logoUri',
  'backchannelLogout',
  'corsAllowedOrigins',
  'tokens',
  ...VENDOR_BLOCKS,
] as const satisfies readonly (keyof Spec)[];

/** What a refusal needs to know of a provider. */
export interface Honouring {
  readonly honours: ReadonlySet<string>;
  refusals(wanted: ClientMetadata): readonly Refusal[];
}

/** The first thing that the provider, or this release, cannot honour in the spec. Pure. */
export function objectionTo(spec: Spec, wanted: ClientMetadata, provider: Honouring): Objection | undefined {
  const unsupported = PROVIDER_FIELDS.find((field) => spec[field] !== undefined && !provider.honours.has(field));
  if (unsupported !== undefined) {
    return { reason: 'UnsupportedByProvider', message: `spec.${unsupported}: the provider cannot honour it` };
  }
  const later = NOT_YET.find(([, asked]) => asked(spec));
  if (later !== undefined) {
    return { reason: 'NotYetSupported', message: `${later[0]}: this release does not support it yet` };
  }
  const [refusal] = provider.refusals(wanted);
  return refusal && { reason: refusal.reason, message: `${refusal.path}: ${refusal.message}` };
}
