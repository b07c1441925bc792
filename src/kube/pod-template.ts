import { z } from 'zod';
import { ourAnnotations } from './object.ts';
import { PodSpec, secretsInEnvironment, secretsInFiles } from './pod-spec.ts';

const PodTemplate = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).nullish() }).nullish(),
  spec: PodSpec,
});

const Workload = z.looseObject({ spec: z.looseObject({ template: PodTemplate }) });

/** What matters to us of the Pods that a workload makes. */
export interface PodTemplateView {
  /** Ours alone. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Names of the Secrets whose values its containers see, as environment or as files. */
  readonly secrets: ReadonlySet<string>;
}

/**
 * Reads `spec.template` of a Deployment, StatefulSet or DaemonSet; `undefined` where it cannot be read.
 *
 * A Secret that the kubelet uses in its own business (`imagePullSecrets`, `nodePublishSecretRef` of a CSI volume) is none
 * that the containers see.
 */
export function podTemplateOf(workload: unknown): PodTemplateView | undefined {
  const template = Workload.safeParse(workload).data?.spec.template;
  if (template === undefined) return undefined;
  const { containers, initContainers, volumes } = template.spec;
  const all = [...(containers ?? []), ...(initContainers ?? [])];
  return {
    annotations: ourAnnotations(template.metadata?.annotations),
    secrets: new Set([...all.flatMap(secretsInEnvironment), ...(volumes ?? []).flatMap(secretsInFiles)]),
  };
}
