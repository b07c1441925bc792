import { z } from 'zod';
import type { DeepReadonly } from './schema.ts';

/** Kubernetes API conventions, "Metadata": as much of it as a pass reads. */
export const ObjectMeta = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string(),
  /** Opaque: compared for equality only. */
  resourceVersion: z.string(),
  generation: z.int(),
  creationTimestamp: z.string(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  finalizers: z.array(z.string()).optional(),
  ownerReferences: z
    .array(
      z.object({
        apiVersion: z.string(),
        kind: z.string(),
        name: z.string(),
        uid: z.string(),
        controller: z.boolean().optional(),
        blockOwnerDeletion: z.boolean().optional(),
      }),
    )
    .optional(),
});
export type ObjectMeta = DeepReadonly<z.infer<typeof ObjectMeta>>;

/** Metadata of an object that lives in a namespace. */
export const NamespacedMeta = ObjectMeta.extend({ namespace: z.string() });
