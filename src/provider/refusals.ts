import type { Reason } from '../api/conditions.ts';
import type { OAuthProvider } from '../api/provider.ts';
import { firstSelector, invalidExpression } from './access.ts';
import type { ProviderPorts } from './ports.ts';

type Spec = OAuthProvider['spec'];

/** The first thing in the spec that this release cannot honour. Pure. */
export function objectionTo(
  spec: Spec,
  reach: ProviderPorts['reach'],
): { readonly reason: Reason; readonly message: string } | undefined {
  return objectionToAccess(spec.access ?? [], reach);
}

function objectionToAccess(access: NonNullable<Spec['access']>, reach: ProviderPorts['reach']) {
  const invalid = invalidExpression(access);
  if (invalid !== undefined) {
    const message = `${invalid}: In and NotIn need values, Exists and DoesNotExist take none`;
    return { reason: 'InvalidSpec', message } as const;
  }
  const selector = firstSelector(access);
  if (selector === undefined || reach === 'cluster') return undefined;
  const message = `${selector}: this operator serves one namespace and cannot read labels of namespaces; give names`;
  return { reason: 'UnsupportedByInstall', message } as const;
}
