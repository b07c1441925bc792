import { isRecord } from '../../src/kube/object.ts';
import type { Made } from './made.ts';
import type { World } from './world.ts';

/** What it says at Logto of whose it is. */
export function markOn({ site, id }: Made, { tenants }: World): Readonly<Record<string, unknown>> | undefined {
  const registration = site === 'logto' ? tenants.logto.applications().find((each) => each.id === id) : undefined;
  const mark = registration?.customData['oauthapp.dev/owner'];
  return isRecord(mark) ? mark : undefined;
}
