import { isRecord } from '../../src/kube/object.ts';
import { isHeld, isStanding } from './held.ts';
import type { Ledger } from './ledger.ts';
import type { World } from './world.ts';

/**
 * Whether a registration at Logto is a copy that people made of one that is gone with its object, or was given up. To the
 * next object of that name it is what the former one left (protocol R4), as long as nothing else has its mark and nobody
 * holds what the former one had, when it is looked at.
 */
export function isLeftCopy(id: string, { deeds, made }: Ledger, world: World): boolean {
  if (!deeds.some(({ act }) => act.type === 'console' && act.how === 'copy')) return false;
  const mark = markOf(id, world);
  if (mark === undefined) return false;
  const place = `/${mark['namespace']}/${mark['name']}`;
  const originals = made.filter(({ site, owner }) => site === 'logto' && owner?.key.endsWith(place) === true);
  return (
    originals.length > 0 &&
    !originals.some((original) => markOf(original.id, world)?.['operation'] === mark['operation']) &&
    !originals.some((original) => isStanding(world, original) && isHeld(world, original))
  );
}

function markOf(id: string, { tenants }: World): Readonly<Record<string, unknown>> | undefined {
  const mark = tenants.logto.applications().find((each) => each.id === id)?.customData['oauthapp.dev/owner'];
  return isRecord(mark) ? mark : undefined;
}
