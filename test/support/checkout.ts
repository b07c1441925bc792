import { inject } from 'vitest';
import { sharedControlPlane } from './control-plane.ts';
import { openShell, type Shell } from './shell.ts';

/** A terminal of the shared control plane's admin in a checkout, whose kubectl works in `namespace` until a command says another. */
export function openCheckout(namespace = 'default'): Promise<Shell> {
  const coordinates = inject('controlPlane');
  if (coordinates === 'off') throw new Error('this run has no control plane');
  return openShell(sharedControlPlane(), coordinates.kubectlBinary, namespace);
}
