import { MARK_KEY } from '../../../src/idp/owner-mark.ts';
import { isRecord, type KubeObject } from '../../../src/kube/object.ts';
import { applicationOf } from '../application-view.ts';
import type { SiteName, Tenants } from '../tenants.ts';
import { type Birth, type Births, counterOf, namesIn, tagIn } from './births.ts';

/** Whether an object can have a registration (protocol B4); `unknown`: nobody saw for which object it was made. */
export type Holder = 'nobody' | 'somebody' | 'unknown';

/** A cluster as it is now. */
export interface Here {
  readonly cluster: number;
  readonly clusterId: string;
  /** `undefined` once etcd was put back to before it was written: a process that runs goes on under the one it read. */
  readonly installation: string | undefined;
  readonly objects: readonly KubeObject[];
  readonly births: Births;
}

/** Who may have each registration at a provider, by its id. What is not this cluster's is somebody's. */
export function holdersAt(site: SiteName, { logi, logto }: Tenants, here: Here): ReadonlyMap<string, Holder> {
  switch (site) {
    case 'logi':
      return new Map(logi.applications().map((each) => [String(each.id), atLogi(each, here)]));
    case 'logto':
      return new Map(logto.applications().map((each) => [each.id, atLogto(each, here)]));
  }
}

type At<Site extends SiteName> = ReturnType<Tenants[Site]['applications']>[number];

function atLogto({ id, customData }: At<'logto'>, here: Here): Holder {
  const { clusterId, installation, objects, births } = here;
  const mark = customData[MARK_KEY];
  const isOurs = isRecord(mark) && mark['cluster'] === clusterId && isOf(installation, mark['installation']);
  if (!isOurs || !births.isWritten(mark)) return 'somebody';
  if (mark['retained'] === true || objects.some((each) => holds(each, 'logto', id))) return 'somebody';
  const owner = objects.find(({ metadata }) => metadata.uid === mark['uid']);
  if (owner === undefined) return 'nobody';
  const { boundTo, operation } = applicationOf(owner);
  const isElsewhere = boundTo !== undefined && !isAt(boundTo, 'logto') && operation?.id !== mark['operation'];
  return isElsewhere ? 'nobody' : 'somebody';
}

function atLogi({ id, name, softDeleted }: At<'logi'>, { cluster, installation, objects, births }: Here): Holder {
  const found = tagIn(name);
  if (softDeleted || found === undefined || found.prefix !== births.prefixOf(cluster)) return 'somebody';
  const isNamed = objects.some((each) => holds(each, 'logi', String(id)) || namesIn(each).includes(name));
  if (isNamed) return 'somebody';
  const birth = births.birthOf(found.tag);
  if (birth === undefined) return 'unknown';
  const owner = objects.find(({ metadata }) => metadata.uid === birth.uid);
  if (owner === undefined || !isOf(installation, birth.installation)) return 'nobody';
  return mayHave(owner, birth) ? 'somebody' : 'nobody';
}

function isOf(installation: string | undefined, other: unknown): boolean {
  return installation === undefined || other === installation;
}

/** One that has lost its status may have any that it has not parted from since. */
function mayHave(owner: KubeObject, { counter }: Birth): boolean {
  return applicationOf(owner).boundTo === undefined ? counter <= counterOf(owner) : counter === counterOf(owner);
}

function holds(object: KubeObject, site: SiteName, id: string): boolean {
  const { boundTo, applicationId } = applicationOf(object);
  return boundTo !== undefined && isAt(boundTo, site) && applicationId === id;
}

function isAt(identity: string, site: SiteName): boolean {
  return identity.startsWith(`${site}|`);
}
