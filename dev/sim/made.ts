import type { KubeObject } from '../../src/kube/object.ts';
import { keyOf } from './deeds.ts';
import type { SiteName } from './tenants.ts';

/** A registration that a process of ours has made. */
export interface Made {
  readonly site: SiteName;
  readonly id: string;
  readonly clientId: string;
  /** When the operation was written down that it was made for; `sentAtMs` where none speaks of it. */
  readonly begunAtMs: number;
  readonly sentAtMs: number;
  readonly atMs: number;
  readonly cluster: number;
  /** The application for which it was made; `undefined` when no operation that a process wrote down speaks of it. */
  readonly owner: Owner | undefined;
  /** Whether its provider had been put back by then, and not been listed since: what had come back nobody knew. */
  readonly unlisted: boolean;
}

/** An object by its place and by its uid. */
export interface Owner {
  /** `cluster/namespace/name`. */
  readonly key: string;
  readonly uid: string;
}

export function ownerIn(cluster: number, { metadata }: KubeObject): Owner {
  const { namespace = '', name, uid } = metadata;
  return { key: keyOf({ cluster, namespace, name }), uid };
}
