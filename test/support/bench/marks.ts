import { type MarkedObject, markFor } from '../../../src/application/marks.ts';
import { Redacted } from '../../../src/credentials.ts';
import { MARK_KEY, type OwnerMark } from '../../../src/idp/owner-mark.ts';
import { kubeNamespaces } from '../../../src/kube/namespaces.ts';
import { createSeals, type Installation } from '../../../src/seals.ts';
import type { LogtoWorld } from './logto.ts';
import type { App } from './world.ts';

/** Another cluster under the same key, as a copy of this one would be. */
export function anotherCluster({ installation }: LogtoWorld): Installation {
  return { ...installation, cluster: 'another-cluster' };
}

/** Another installation of the operator, with a key of its own. */
export function anotherInstallation({ installation }: LogtoWorld): Installation {
  return { ...installation, id: 'another-installation', key: new Redacted('0dd1'.repeat(16)) };
}

/** The application as owner marks speak of it. */
export async function markedObject({ ground }: LogtoWorld, app: App): Promise<MarkedObject> {
  const { uid, name } = (await app.get()).metadata;
  const namespaceUid = await kubeNamespaces(ground.client).uid(ground.namespace, ground.signal);
  return { namespaceUid, uid, namespace: ground.namespace, name };
}

/** An owner mark as this installation makes it, unless another is named. */
export function markOn(
  world: LogtoWorld,
  object: MarkedObject,
  rest: Partial<Pick<OwnerMark, 'operation' | 'retained'>> = {},
  installation: Installation = world.installation,
): OwnerMark {
  return markFor(object, { operation: 'op', retained: false, ...rest }, createSeals(installation));
}

/** A registration that nobody of this process made, with this mark and a Default secret. Returns its id. */
export function registeredElsewhere({ emulator }: LogtoWorld, mark: OwnerMark | undefined, createdAt?: number): string {
  const customData = mark === undefined ? {} : { [MARK_KEY]: mark };
  const age = createdAt === undefined ? {} : { createdAt };
  return emulator.createByHand({ name: 'Shop', type: 'Traditional', customData, ...age }).id;
}

/** Writes another mark behind everybody's back; `undefined` takes it away. */
export function remark({ emulator }: LogtoWorld, id: string, mark: unknown): void {
  emulator.edit(id, { customData: mark === undefined ? {} : { [MARK_KEY]: mark } });
}

/** The mark that the registration bears. */
export function markAt({ emulator }: LogtoWorld, id: string): unknown {
  return emulator.applications().find((application) => application.id === id)?.customData[MARK_KEY];
}
