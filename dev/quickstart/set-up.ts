import { join } from 'node:path';
import type { ControlPlane } from '../control-plane.ts';
import { startControlPlane } from '../control-plane.ts';
import type { LogiEmulator } from '../emulators/logi.ts';
import { startLogiEmulator } from '../emulators/logi.ts';
import type { LogtoEmulator } from '../emulators/logto.ts';
import { startLogtoEmulator } from '../emulators/logto.ts';
import type { OperatorProcess } from '../operator.ts';
import { installDefinitions, installRights, NAMESPACE, startOperator } from '../operator.ts';
import type { Screen } from './screen.ts';

/** All that runs while the quickstart does. */
export interface Setting {
  readonly plane: ControlPlane;
  readonly logi: LogiEmulator;
  readonly logto: LogtoEmulator;
  /** Kubeconfig of an admin whose namespace is the operator's. */
  readonly kubeconfig: string;
  /** File that takes the operator's log. */
  readonly operatorLog: string;
  /** Rejects when the operator ends by itself. */
  readonly broken: Promise<never>;
}

const FIRST_TIME =
  'They are not here yet. They are downloaded, or else built once with Go; a build takes about ten minutes on two cores.';

/** Starts everything; `begun` takes what ends it, in the order in which it was started. @throws Error saying what failed */
export async function setUp(screen: Screen, begun: AsyncDisposableStack): Promise<Setting> {
  const plane = await controlPlane(screen);
  begun.defer(() => plane.stop());
  const kubeconfig = await plane.writeKubeconfig(plane.adminToken, { namespace: NAMESPACE });

  // The garbage collector learns of new kinds only every half minute, so they come first.
  screen.step('Installing the definitions (crds/) and the operator’s rights (deploy/base)');
  await installDefinitions(plane);
  await installRights(plane);
  screen.done(`namespace ${NAMESPACE}: ServiceAccount, Role and RoleBinding; no ClusterRole`);

  screen.step('Starting emulators of logi and of Logto, the identity providers');
  const logi = await logiEmulator(screen);
  begun.defer(() => logi.close());
  const logto = await startLogtoEmulator();
  begun.defer(() => logto.close());
  screen.done(`Logto at ${logto.url}; nothing leaves this machine`);

  screen.step('Starting the operator');
  const operatorLog = join(plane.coordinates.folder, 'operator.log');
  const operator = await startOperator(plane, { namespace: NAMESPACE, log: operatorLog });
  begun.defer(async () => void (await operator.end('SIGTERM')));
  screen.done(`node src/main.ts, as ServiceAccount ${NAMESPACE}/oauthapp-operator; log: ${operatorLog}`);

  const broken = failure(operator);
  // Told to who waits for it; before and after that the operator's end is nobody's surprise.
  broken.catch(() => undefined);
  return { plane, logi, logto, kubeconfig, operatorLog, broken };
}

async function controlPlane(screen: Screen): Promise<ControlPlane> {
  screen.step('Starting a control plane: etcd, kube-apiserver and kube-controller-manager');
  let said = false;
  const plane = await startControlPlane({
    progress(line) {
      if (!said) screen.say(FIRST_TIME);
      said = true;
      screen.progress(line);
    },
  });
  screen.done(`a real Kubernetes API, without nodes, at ${plane.server}`);
  return plane;
}

async function logiEmulator(screen: Screen): Promise<LogiEmulator> {
  const emulator = await startLogiEmulator({ switches: { riskFlags: 'never' } });
  screen.done(`logi at ${emulator.url}`);
  screen.say(
    'As documented, it takes 10 registrations an hour: an 11th application waits and says so (WaitingForBudget).',
  );
  screen.say('Unlike logi, it lets nobody wait for a person’s approval (AwaitingApproval).');
  return emulator;
}

async function failure(operator: OperatorProcess): Promise<never> {
  const code = await operator.exited;
  const lines = (await operator.log()).trim().split('\n').slice(-5);
  throw new Error(`The operator ended with ${code}. The end of its log:\n${lines.join('\n')}`);
}
