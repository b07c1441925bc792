import { isRecord } from '../../src/kube/object.ts';
import { isStanding } from './held.ts';
import type { Ledger } from './ledger.ts';
import type { World } from './world.ts';

/**
 * Whether a registration at Logto is a copy that people made of one that is gone with its object. To the next object of that
 * name it is what the former one left (protocol R4), as long as the original is gone when it is looked at.
 */
export function isLeftCopy(id: string, { deeds, made }: Ledger, world: World): boolean {
  if (!deeds.some(({ act }) => act.type === 'console' && act.how === 'copy')) return false;
  const mark = world.tenants.logto.applications.find((each) => each.id === id)?.customData['oauthapp.dev/owner'];
  if (!isRecord(mark)) return false;
  const place = `/${mark['namespace']}/${mark['name']}`;
  const originals = made.filter(({ site, owner }) => site === 'logto' && owner?.key.endsWith(place) === true);
  return originals.length > 0 && !originals.some((original) => isStanding(world, original));
}
