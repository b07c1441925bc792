import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { type Operator, operatorKubeconfig, runToItsEnd, startOperator } from './operator.ts';

const Container = z.object({
  args: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
});

const PodSpec = z.object({ serviceAccountName: z.string(), containers: z.array(Container).length(1) });

const Deployment = z.object({ spec: z.object({ template: z.object({ spec: PodSpec }) }) });

const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), uid: z.string() }),
      spec: PodSpec,
      status: z.object({ phase: z.string().default('Pending') }),
    }),
  ),
});

const NAME = 'oauthapp-operator';
const POLL_MS = 100;

/** Seen by {@link answerUninstallChecks} until it is disposed of. */
export interface UninstallChecks extends AsyncDisposable {
  /** What the checks printed, in order. */
  readonly printed: readonly string[];
}

/** Starts the operator as the Deployment in this namespace says: its arguments, its environment, its ServiceAccount. */
export async function startInstalled(
  plane: PlaneAccess,
  namespace: string,
  divert: (kubeconfig: string) => Promise<string> = async (same) => same,
): Promise<Operator> {
  const { stdout } = await plane.kubectl(['get', 'deployment', NAME, '-n', namespace, '-o', 'json']);
  const { spec } = Deployment.parse(JSON.parse(stdout)).spec.template;
  const [container] = spec.containers;
  if (spec.serviceAccountName !== NAME) throw new Error(`it runs as ${spec.serviceAccountName}`);
  const variables = (container?.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
  return startOperator({
    namespace,
    kubeconfig: await divert(await operatorKubeconfig(plane, namespace)),
    flags: container?.args,
    env: Object.fromEntries(variables),
  });
}

/**
 * Runs the Pods of the check before an uninstall, in the place of a kubelet, as the ServiceAccount that they name: its
 * result becomes theirs.
 */
export function answerUninstallChecks(plane: PlaneAccess, namespace: string): UninstallChecks {
  const printed: string[] = [];
  const ended = new AbortController();
  const done = (async () => {
    const answered = new Set<string>();
    while (!ended.signal.aborted) {
      for (const pod of await podsOf(plane, namespace)) {
        if (answered.has(pod.metadata.uid)) continue;
        answered.add(pod.metadata.uid);
        const { code, output } = await runCheck(plane, namespace, pod.spec);
        printed.push(output);
        await writeEnd(plane, namespace, pod.metadata.name, code, output);
      }
      await delay(POLL_MS);
    }
  })();
  return {
    printed,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await done;
    },
  };
}

/** Those that run already: the stand-in for a node writes a status when it starts one, and never again. */
async function podsOf(plane: PlaneAccess, namespace: string) {
  const label = `app.kubernetes.io/name=${NAME}-uninstall-check`;
  const { code, stdout } = await plane.kubectl(['get', 'pods', '-n', namespace, '-l', label, '-o', 'json']);
  return code === 0 ? Pods.parse(JSON.parse(stdout)).items.filter(({ status }) => status.phase === 'Running') : [];
}

async function runCheck(plane: PlaneAccess, namespace: string, { containers }: z.infer<typeof PodSpec>) {
  const kubeconfig = await operatorKubeconfig(plane, namespace);
  return runToItsEnd([...(containers[0]?.args ?? []), `--namespace=${namespace}`, `--kubeconfig=${kubeconfig}`]);
}

/** As the kubelet does with `terminationMessagePolicy: FallbackToLogsOnError`. */
async function writeEnd(plane: PlaneAccess, namespace: string, name: string, code: number, log: string): Promise<void> {
  const at = new Date().toISOString();
  const terminated = {
    exitCode: code,
    reason: code === 0 ? 'Completed' : 'Error',
    startedAt: at,
    finishedAt: at,
    ...(code === 0 ? {} : { message: log }),
  };
  const shown = { name: 'check', image: 'none', imageID: '', restartCount: 0, ready: false, state: { terminated } };
  const status = { phase: code === 0 ? 'Succeeded' : 'Failed', containerStatuses: [shown] };
  const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
  const result = await plane.kubectl(['patch', 'pod', name, '-n', namespace, ...patch]);
  if (result.code !== 0) throw new Error(result.stderr);
}
