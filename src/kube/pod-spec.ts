import { z } from 'zod';

const Keyed = z.looseObject({ secretKeyRef: z.looseObject({ name: z.string() }).nullish() });
const Named = z.looseObject({ name: z.string() });

const Container = z.looseObject({
  name: z.string(),
  env: z.array(z.looseObject({ valueFrom: Keyed.nullish() })).nullish(),
  envFrom: z.array(z.looseObject({ secretRef: Named.nullish() })).nullish(),
  volumeMounts: z.array(Named).nullish(),
  restartPolicy: z.string().nullish(),
});

const Volume = z.looseObject({
  name: z.string(),
  secret: z.looseObject({ secretName: z.string().nullish() }).nullish(),
  projected: z.looseObject({ sources: z.array(z.looseObject({ secret: Named.nullish() })).nullish() }).nullish(),
});

/** The spec of a Pod or of a pod template, as far as it says which Secrets are used. */
export const PodSpec = z.looseObject({
  containers: z.array(Container).nullish(),
  initContainers: z.array(Container).nullish(),
  volumes: z.array(Volume).nullish(),
});

export type Container = z.infer<typeof Container>;
type Volume = z.infer<typeof Volume>;

/**
 * Names of the Secrets that give the container variables. Whether a reference is optional makes no difference, here and
 * in files: who finds the Secret sees its value.
 */
export function secretsInEnvironment({ env, envFrom }: Container): readonly string[] {
  return named([
    ...(env ?? []).map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ...(envFrom ?? []).map(({ secretRef }) => secretRef?.name),
  ]);
}

/** Names of the Secrets whose values are files of the volume. */
export function secretsInFiles({ secret, projected }: Volume): readonly string[] {
  return named([secret?.secretName, ...(projected?.sources ?? []).map((source) => source.secret?.name)]);
}

function named(names: readonly (string | null | undefined)[]): readonly string[] {
  return names.filter((name) => typeof name === 'string');
}
