import { z } from 'zod';

const Keyed = z.looseObject({ secretKeyRef: z.looseObject({ name: z.string() }).nullish() });
const Named = z.looseObject({ name: z.string() });

const Container = z.looseObject({
  env: z.array(z.looseObject({ valueFrom: Keyed.nullish() })).nullish(),
  envFrom: z.array(z.looseObject({ secretRef: Named.nullish() })).nullish(),
});

const Volume = z.looseObject({
  secret: z.looseObject({ secretName: z.string().nullish() }).nullish(),
  projected: z.looseObject({ sources: z.array(z.looseObject({ secret: Named.nullish() })).nullish() }).nullish(),
});

const PodTemplate = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).nullish() }).nullish(),
  spec: z.looseObject({
    containers: z.array(Container).nullish(),
    initContainers: z.array(Container).nullish(),
    volumes: z.array(Volume).nullish(),
  }),
});

const Workload = z.looseObject({ spec: z.looseObject({ template: PodTemplate }) });

type PodTemplate = z.infer<typeof PodTemplate>;

/** What matters to us of the Pods that a workload makes. */
export interface PodTemplateView {
  readonly annotations: Readonly<Record<string, string>>;
  /** Names of the Secrets whose values its containers see, as environment or as files. */
  readonly secrets: ReadonlySet<string>;
}

/**
 * Reads `spec.template` of a Deployment, StatefulSet or DaemonSet; `undefined` where it cannot be read.
 *
 * A Secret that the kubelet uses in its own business (`imagePullSecrets`, `nodePublishSecretRef` of a CSI volume) is none
 * that the containers see. Whether a reference is optional makes no difference: who finds the Secret sees its value.
 */
export function podTemplateOf(workload: unknown): PodTemplateView | undefined {
  const template = Workload.safeParse(workload).data?.spec.template;
  if (template === undefined) return undefined;
  const names = [...inEnvironment(template), ...inFiles(template)];
  return {
    annotations: template.metadata?.annotations ?? {},
    secrets: new Set(names.filter((name) => typeof name === 'string')),
  };
}

function inEnvironment({ spec }: PodTemplate) {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ env, envFrom }) => [
    ...(env ?? []).map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ...(envFrom ?? []).map(({ secretRef }) => secretRef?.name),
  ]);
}

function inFiles({ spec }: PodTemplate) {
  return (spec.volumes ?? []).flatMap(({ secret, projected }) => [
    secret?.secretName,
    ...(projected?.sources ?? []).map((source) => source.secret?.name),
  ]);
}
