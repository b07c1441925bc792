import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { type AdminApi, openAdminApi, taken } from './admin-api.ts';
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
const MERGE = 'application/merge-patch+json';

/** Seen by {@link answerUninstallChecks} until it is disposed of. */
export interface UninstallChecks extends AsyncDisposable {
  /** What the checks printed, in order. */
  readonly printed: readonly string[];
}

/** Starts the operator as a Deployment in this namespace says: its arguments, its environment, its ServiceAccount. */
export async function startInstalled(
  plane: PlaneAccess,
  namespace: string,
  {
    deployment = NAME,
    divert = async (same) => same,
  }: {
    readonly deployment?: string | undefined;
    readonly divert?: ((kubeconfig: string) => Promise<string>) | undefined;
  } = {},
): Promise<Operator> {
  const { stdout } = await plane.kubectl(['get', 'deployment', deployment, '-n', namespace, '-o', 'json']);
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
export async function answerUninstallChecks(plane: PlaneAccess, namespace: string): Promise<UninstallChecks> {
  const api = await openAdminApi(plane);
  const printed: string[] = [];
  const ended = new AbortController();
  const done = (async () => {
    const answered = new Set<string>();
    while (!ended.signal.aborted) {
      for (const pod of await podsOf(api, namespace)) {
        if (answered.has(pod.metadata.uid)) continue;
        answered.add(pod.metadata.uid);
        const { code, output } = await runCheck(plane, namespace, pod.spec);
        printed.push(output);
        taken(
          await api.send('PATCH', `${podsIn(namespace)}/${pod.metadata.name}/status`, MERGE, endedWith(code, output)),
        );
      }
      await delay(POLL_MS);
    }
  })();
  return {
    printed,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await done;
      await api.close();
    },
  };
}

/** Those that run already: the stand-in for a node writes a status when it starts one, and never again. */
async function podsOf(api: AdminApi, namespace: string) {
  const selector = `labelSelector=app.kubernetes.io%2Fname%3D${NAME}-uninstall-check`;
  const { body } = await api.send('GET', `${podsIn(namespace)}?${selector}`);
  return Pods.parse(body).items.filter(({ status }) => status.phase === 'Running');
}

function podsIn(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

async function runCheck(plane: PlaneAccess, namespace: string, { containers }: z.infer<typeof PodSpec>) {
  const kubeconfig = await operatorKubeconfig(plane, namespace);
  return runToItsEnd([...(containers[0]?.args ?? []), `--namespace=${namespace}`, `--kubeconfig=${kubeconfig}`]);
}

/** As the kubelet does with `terminationMessagePolicy: FallbackToLogsOnError`. */
function endedWith(code: number, log: string) {
  const at = new Date().toISOString();
  const said = code === 0 ? { reason: 'Completed' } : { reason: 'Error', message: log };
  const terminated = { exitCode: code, ...said, startedAt: at, finishedAt: at };
  const shown = { name: 'check', image: 'none', imageID: '', restartCount: 0, ready: false, state: { terminated } };
  return { status: { phase: code === 0 ? 'Succeeded' : 'Failed', containerStatuses: [shown] } };
}
