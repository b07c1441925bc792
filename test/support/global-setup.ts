import type { TestProject } from 'vitest/node';
import { startControlPlane } from '../../dev/control-plane.ts';
import type { PlaneCoordinates } from '../../dev/plane/access.ts';
import { resolveTools, sourcesFrom } from '../../dev/tools/resolve.ts';
import { installCrds } from './crds.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The control plane of this run; `off` when `OAUTHAPP_TEST_PLANE=off` asked for none. */
    readonly controlPlane: PlaneCoordinates | 'off';
    /** Path of Helm, on the same terms. */
    readonly helm: string | 'off';
  }
}

/** Starts the one control plane that the whole run shares, serving our kinds, and returns what ends it. */
export async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env['OAUTHAPP_TEST_PLANE'] === 'off') {
    provide('controlPlane', 'off');
    provide('helm', 'off');
    return undefined;
  }
  const progress = (line: string): void => void process.stderr.write(`control plane: ${line}\n`);
  const { helm } = await resolveTools(['helm'], sourcesFrom(process.env), progress);
  const plane = await startControlPlane({ progress });
  try {
    await installCrds(plane);
  } catch (error) {
    await plane.stop();
    throw error;
  }
  provide('controlPlane', plane.coordinates);
  provide('helm', helm);
  return () => plane.stop();
}
