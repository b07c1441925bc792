import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';

/** Ports through which no status is written any more once a Secret was: every write then fails with `error`. */
export function silentAfterSecret(
  ports: Ports,
  error: Error = new ClusterError('unavailable', 'the process is gone'),
): Ports {
  const { applications, secrets } = ports;
  let isWritten = false;
  return {
    ...ports,
    secrets: {
      ...secrets,
      async write(owner, draft, over, mode, signal) {
        const head = await secrets.write(owner, draft, over, mode, signal);
        if (mode === 'commit') isWritten = true;
        return head;
      },
    },
    applications: {
      ...applications,
      writeStatus: (application, status, signal) =>
        isWritten ? Promise.reject(error) : applications.writeStatus(application, status, signal),
    },
  };
}
