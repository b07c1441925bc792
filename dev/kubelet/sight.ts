import type { Container, FieldPath, Pod, Variable } from './pod.ts';

/** What the containers of a Pod see, in the clear, as their processes would. */
export interface Sight {
  readonly env: Readonly<Record<string, string>>;
  /** Text by absolute path. */
  readonly files: Readonly<Record<string, string>>;
}

/** The data of a Secret in the Pod's namespace, decoded; `undefined` where there is none. */
export type ReadSecret = (name: string) => Promise<Readonly<Record<string, string>> | undefined>;

/** Why a Pod cannot start yet, in the words of a container that waits. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
  readonly reason: 'CreateContainerConfigError' | 'ContainerCreating';

  constructor(reason: NotThere['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A Secret, or keys of it, as a Pod asks for them. */
interface Wanted {
  readonly name: string;
  readonly items?: readonly { readonly key: string; readonly path: string }[] | undefined;
  readonly optional?: boolean | undefined;
}

type Entries = readonly (readonly [string, string])[];

/**
 * What the Pod's containers see when it starts now. Init containers hold it up like the others, and are not shown.
 *
 * Of volumes only what comes from Secrets is there.
 *
 * @throws NotThere while a Secret or a key is missing; Error for an environment from elsewhere, which we do not know
 */
export async function sightOf({ metadata, spec }: Pod, readSecret: ReadSecret): Promise<Sight> {
  const volumes = new Map<string, Entries>();
  for (const { name, secret, projected } of spec.volumes) {
    const sources = (projected?.sources ?? []).flatMap((source) => source.secret ?? []);
    const all = secret === undefined ? sources : [{ ...secret, name: secret.secretName }];
    volumes.set(name, (await Promise.all(all.map((wanted) => filesOf(wanted, readSecret)))).flat());
  }
  for (const container of spec.initContainers) await environmentOf(container, metadata, readSecret);
  const environments = await Promise.all(
    spec.containers.map((container) => environmentOf(container, metadata, readSecret)),
  );
  return {
    env: Object.fromEntries(environments.flat()),
    files: Object.fromEntries(spec.containers.flatMap((container) => mounted(container, volumes))),
  };
}

async function environmentOf(
  { env, envFrom }: Container,
  metadata: Pod['metadata'],
  readSecret: ReadSecret,
): Promise<Entries> {
  const entries: (readonly [string, string])[] = [];
  for (const { prefix, secretRef } of envFrom) {
    if (secretRef === undefined) throw new Error('envFrom: only Secrets are known here');
    const data = await found(secretRef, 'CreateContainerConfigError', readSecret);
    entries.push(...Object.entries(data).map(([key, value]) => [`${prefix}${key}`, value] as const));
  }
  for (const variable of env) entries.push(...(await entriesOf(variable, metadata, readSecret)));
  return entries;
}

async function entriesOf(
  { name, value = '', valueFrom }: Variable,
  metadata: Pod['metadata'],
  readSecret: ReadSecret,
): Promise<Entries> {
  if (valueFrom === undefined) return [[name, value]];
  const { secretKeyRef, fieldRef } = valueFrom;
  if (secretKeyRef !== undefined) return keyOf(secretKeyRef, name, readSecret);
  if (fieldRef !== undefined) return [[name, fieldOf(metadata, fieldRef.fieldPath)]];
  throw new Error(`env ${name}: only plain values, Secrets and the Pod's own name are known here`);
}

function fieldOf(metadata: Pod['metadata'], path: FieldPath): string {
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace;
    case 'metadata.uid':
      return metadata.uid;
  }
}

async function keyOf(ref: Wanted & { readonly key: string }, variable: string, readSecret: ReadSecret) {
  const item = { key: ref.key, path: variable };
  return picked(ref, [item], await found(ref, 'CreateContainerConfigError', readSecret), 'CreateContainerConfigError');
}

async function filesOf(wanted: Wanted, readSecret: ReadSecret): Promise<Entries> {
  const data = await found(wanted, 'ContainerCreating', readSecret);
  const items = wanted.items ?? Object.keys(data).map((key) => ({ key, path: key }));
  return picked(wanted, items, data, 'ContainerCreating');
}

/** The data of the Secret; nothing, where it may be missing and is. */
async function found({ name, optional }: Wanted, reason: NotThere['reason'], readSecret: ReadSecret) {
  const data = await readSecret(name);
  if (data === undefined && optional !== true) throw new NotThere(reason, `secret "${name}" not found`);
  return data ?? {};
}

function picked(
  { name, optional }: Wanted,
  items: NonNullable<Wanted['items']>,
  data: Readonly<Record<string, string>>,
  reason: NotThere['reason'],
): Entries {
  return items.flatMap(({ key, path }) => {
    const value = data[key];
    if (value !== undefined) return [[path, value] as const];
    if (optional === true) return [];
    throw new NotThere(reason, `couldn't find key ${key} in Secret ${name}`);
  });
}

function mounted({ volumeMounts }: Container, volumes: ReadonlyMap<string, Entries>): Entries {
  return volumeMounts.flatMap(({ name, mountPath, subPath }) => {
    const files = volumes.get(name) ?? [];
    if (subPath === undefined) return files.map(([path, value]) => [`${mountPath}/${path}`, value] as const);
    return files.filter(([path]) => path === subPath).map(([, value]) => [mountPath, value] as const);
  });
}
