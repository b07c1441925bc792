import { FINALIZERS } from '../api/names.ts';
import type { OAuthProvider } from '../api/provider.ts';
import type { ProviderPass } from './reconcile.ts';

/** Whether the object is being deleted. */
export function isLeaving({ metadata }: Pick<OAuthProvider, 'metadata'>): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Protocol D5: our finalizer stands on the object before the first application is served. */
export async function holdInUse({ ports, writer, signal }: ProviderPass): Promise<void> {
  const provider = writer.current();
  if (isLeaving(provider) || isHeld(provider)) return;
  writer.see(await ports.providers.addFinalizer(provider, signal));
}

/** Protocol D5: lets the object go when a live list shows no application that still needs it. */
export async function release({ key, provider, ports, signal }: ProviderPass): Promise<'released' | 'in-use'> {
  if (isHeld(provider)) {
    if ((await ports.providers.countInUse(key, signal)) > 0) return 'in-use';
    const live = await ports.providers.read(provider, signal);
    if (live !== undefined && isHeld(live)) await ports.providers.removeFinalizer(live, signal);
  }
  ports.sessions.drop(key);
  return 'released';
}

function isHeld({ metadata }: OAuthProvider): boolean {
  return metadata.finalizers?.includes(FINALIZERS.inUse) === true;
}
