import { findInstallation } from '../kube/installation.ts';
import { sleep } from '../runtime/clock.ts';
import type { Installation } from '../seals.ts';
import type { Base } from './footing.ts';
import { createNeed } from './readiness.ts';

/** Asks for the installation until it has it. @throws the reason of `signal`, and nothing else */
export type FindInstallation = (signal: AbortSignal) => Promise<Installation>;

const NOT_INSTALLED = 'the Secret of the installation was not read yet';

const RETRY_MS = 5_000;

/** Nothing can be done without the installation: while it cannot be read the operator is not ready. A missing permission heals. */
export function findsInstallation({ client, namespace, config, clock, chance, log, health }: Base): FindInstallation {
  const installed = createNeed(NOT_INSTALLED, 'unmet');
  health.add('ready', 'installation', installed.check);

  return async (signal) => {
    for (;;) {
      try {
        return await installed.asked(() => findInstallation(client, namespace, config.scope.clusterId, chance, signal));
      } catch (error) {
        signal.throwIfAborted();
        log.error('the installation cannot be read', { error });
        await sleep(clock, RETRY_MS, signal);
      }
    }
  };
}
