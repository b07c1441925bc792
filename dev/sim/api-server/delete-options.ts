import { isRecord } from '../../../src/kube/object.ts';

/** How something is to be deleted (meta.k8s.io/v1, DeleteOptions). */
export interface DeleteOptions {
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  /** What becomes of dependents. `unsaid`: whatever the object's finalizers say already. */
  readonly propagation: 'Foreground' | 'Background' | 'Orphan' | 'unsaid';
  readonly gracePeriodSeconds: number | undefined;
  readonly effect: 'stored' | 'dry-run';
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

/** As one deletes who asks for nothing in particular. */
export const NO_OPTIONS: DeleteOptions = {
  uid: undefined,
  resourceVersion: undefined,
  propagation: 'unsaid',
  gracePeriodSeconds: undefined,
  effect: 'stored',
};

/** The options of a request, from its body, or from its query where it has none. */
export function deleteOptionsOf(body: unknown, query: URLSearchParams): DeleteOptions {
  const said = isRecord(body) ? body : Object.fromEntries(query);
  const { preconditions, propagationPolicy, gracePeriodSeconds, dryRun } = said;
  const { uid, resourceVersion } = isRecord(preconditions) ? preconditions : {};
  return {
    uid: textOf(uid),
    resourceVersion: textOf(resourceVersion),
    propagation: POLICIES.find((policy) => policy === propagationPolicy) ?? 'unsaid',
    gracePeriodSeconds: gracePeriodSeconds === undefined ? undefined : Number(gracePeriodSeconds),
    effect: dryRun === 'All' || (Array.isArray(dryRun) && dryRun.includes('All')) ? 'dry-run' : 'stored',
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
