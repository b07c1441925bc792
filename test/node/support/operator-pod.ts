import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const Terminated = z.object({ reason: z.string().optional(), exitCode: z.number() });

/** A pod of the operator, as far as a test looks at it. */
export type OperatorPod = z.infer<typeof OperatorPod>;

export const OperatorPod = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), deletionTimestamp: z.string().optional() }),
  spec: z.object({ nodeName: z.string().optional(), containers: z.array(z.object({ image: z.string() })) }),
  status: z.object({
    phase: z.string(),
    containerStatuses: z
      .array(
        z.object({
          /** `containerd://<id>`; not there before the container is. */
          containerID: z.string().optional(),
          ready: z.boolean(),
          restartCount: z.number(),
          lastState: z.object({ terminated: Terminated.optional() }),
        }),
      )
      .default([]),
  }),
});

/** The process of a container, seen from outside of it. */
export interface ContainerProcess {
  /** As the machine counts. */
  readonly pid: number;
  /** Fields of `/proc/<pid>/status`. */
  status(): Promise<Readonly<Record<string, string>>>;
  /** The folder of its cgroup of this controller. */
  cgroup(controller: string): Promise<string>;
}

/** The process that the pod's container started as. @throws Error when it does not run */
export async function processOf({ metadata, status }: OperatorPod): Promise<ContainerProcess> {
  const id = status.containerStatuses[0]?.containerID?.split('//')[1];
  if (id === undefined) throw new Error(`${metadata.name} has no container`);
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const cgroups = await read(`/proc/${name}/cgroup`);
    if (cgroups.includes(id)) return containerProcess(Number(name), cgroups);
  }
  throw new Error(`the container of ${metadata.name} has no process`);
}

function containerProcess(pid: number, cgroups: string): ContainerProcess {
  return {
    pid,
    async status() {
      const lines = (await readFile(`/proc/${pid}/status`, 'utf8')).split('\n');
      return Object.fromEntries(lines.map((line) => line.split(/:\s+/, 2)));
    },
    async cgroup(controller) {
      const lines = cgroups
        .trim()
        .split('\n')
        .map((line) => line.split(':'));
      const own = lines.find(([, controllers = '']) => controllers.split(',').includes(controller));
      const unified = lines.find(([hierarchy]) => hierarchy === '0');
      const [, , path] = own ?? unified ?? [];
      if (path === undefined) throw new Error(`process ${pid} is in no cgroup of ${controller}`);
      return join('/sys/fs/cgroup', own === undefined ? '' : controller, path);
    },
  };
}

/** Empty for a process that has just ended. */
async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
