import type { Reason } from '../api/conditions.ts';
import type { OAuthProvider } from '../api/provider.ts';

type Spec = OAuthProvider['spec'];

/** Fields whose behaviour this release does not have yet, refused by name rather than ignored. */
const NOT_YET: readonly (readonly [path: string, asked: (spec: Spec) => boolean])[] = [
  ['spec.tls', ({ tls }) => tls !== undefined],
  ['spec.proxy', ({ proxy }) => proxy !== undefined],
  ['spec.access', ({ access }) => access !== undefined],
];

/** The first thing in the spec that this release cannot honour. Pure. */
export function objectionTo(spec: Spec): { readonly reason: Reason; readonly message: string } | undefined {
  if (spec.suspend === true) return { reason: 'Suspended', message: 'spec.suspend is set' };
  const later = NOT_YET.find(([, asked]) => asked(spec));
  return later && { reason: 'NotYetSupported', message: `${later[0]}: this release does not support it yet` };
}
