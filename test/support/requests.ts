import { ANNOTATIONS } from '../../src/api/names.ts';
import type { NamespaceWorld } from './namespace-world.ts';
import { until } from './until.ts';

type Asked = Pick<NamespaceWorld<unknown>, 'patch' | 'application'>;

/** What people ask an application for with an annotation. `reconcile`: a look at everything. */
type Request = keyof typeof REQUESTS;

const REQUESTS = {
  rotate: ANNOTATIONS.rotateRequestedAt,
  retire: ANNOTATIONS.retireRequestedAt,
  reconcile: ANNOTATIONS.reconcileRequestedAt,
} as const;

/** Asks for it once for each token. */
export function ask({ patch }: Asked, name: string, request: Request, token = 'now'): Promise<void> {
  return patch('OAuthApplication', name, { metadata: { annotations: { [REQUESTS[request]]: token } } });
}

/** Resolves when the status says that the request was served; what came of it may still be on its way into it. */
export async function served({ application }: Asked, name: string, request: Request, token = 'now'): Promise<void> {
  await until(
    `${name}: ${request} is served`,
    () => application(name),
    (shown) => shown?.status?.served?.[request] === token,
  );
}
