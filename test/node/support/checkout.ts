import { inject } from 'vitest';
import { sharedControlPlane } from '../../support/control-plane.ts';
import { openShell, type Shell } from '../../support/shell.ts';

/** A terminal of the node's admin in a checkout, where no command has said yet which namespace to work in. */
export function openCheckout(): Promise<Shell> {
  const coordinates = inject('controlPlane');
  if (coordinates === 'off') throw new Error('the node has a control plane');
  return openShell(sharedControlPlane(), coordinates.kubectlBinary, 'default');
}
