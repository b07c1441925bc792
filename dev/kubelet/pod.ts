import { z } from 'zod';

const SecretKey = z.object({ name: z.string(), key: z.string(), optional: z.boolean().optional() });
const SecretName = z.object({ name: z.string(), optional: z.boolean().optional() });
const FieldPath = z.enum(['metadata.name', 'metadata.namespace', 'metadata.uid']);
const Items = z.array(z.object({ key: z.string(), path: z.string() }));

const Variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .looseObject({ secretKeyRef: SecretKey.optional(), fieldRef: z.object({ fieldPath: FieldPath }).optional() })
    .optional(),
});

const Container = z.object({
  name: z.string(),
  image: z.string(),
  restartPolicy: z.string().optional(),
  env: z.array(Variable).default([]),
  envFrom: z.array(z.looseObject({ prefix: z.string().default(''), secretRef: SecretName.optional() })).default([]),
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() }))
    .default([]),
});

const Volume = z.object({
  name: z.string(),
  secret: z.object({ secretName: z.string(), items: Items.optional(), optional: z.boolean().optional() }).optional(),
  projected: z
    .object({
      sources: z.array(z.object({ secret: SecretName.extend({ items: Items.optional() }).optional() })).default([]),
    })
    .optional(),
});

const NodeSelectorTerm = z.object({
  matchFields: z.array(z.object({ key: z.string(), values: z.array(z.string()).default([]) })).default([]),
});

/** A Pod, as far as the stand-in reads it. */
export const Pod = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    nodeName: z.string().optional(),
    nodeSelector: z.record(z.string(), z.string()).default({}),
    affinity: z
      .object({
        nodeAffinity: z
          .object({
            requiredDuringSchedulingIgnoredDuringExecution: z
              .object({ nodeSelectorTerms: z.array(NodeSelectorTerm) })
              .optional(),
          })
          .optional(),
      })
      .optional(),
    initContainers: z.array(Container).default([]),
    containers: z.array(Container),
    volumes: z.array(Volume).default([]),
  }),
});
export type Pod = z.infer<typeof Pod>;
export type Container = z.infer<typeof Container>;
export type FieldPath = z.infer<typeof FieldPath>;
export type Variable = z.infer<typeof Variable>;

/**
 * Whether the Pod may run on the node: by its `nodeSelector`, and by the affinity to a node's name that the DaemonSet
 * controller gives to its Pods. Nothing else of scheduling is heeded.
 */
export function fits({ spec }: Pod, nodeName: string, nodeLabels: Readonly<Record<string, string>>): boolean {
  const selected = Object.entries(spec.nodeSelector).every(([key, value]) => nodeLabels[key] === value);
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const named = required?.nodeSelectorTerms.flatMap(({ matchFields }) => matchFields) ?? [];
  return selected && named.every(({ key, values }) => key !== 'metadata.name' || values.includes(nodeName));
}
