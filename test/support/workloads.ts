import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import type { Manifest } from '../../src/kube/object.ts';
import { type Right, untilRight } from './rights.ts';

const DEPLOY = resolve(import.meta.dirname, '../../deploy');
const SHIPPED_NAMESPACE = 'oauthapp-system';

const Kind = z.looseObject({ kind: z.string() });

/** What differs from workload to workload. */
export interface WorkloadShape {
  /** Fields of the Pods' spec; containers name only what matters to the test. */
  readonly pod?: Readonly<Record<string, unknown>> | undefined;
  /** Fields of the one container. */
  readonly container?: Readonly<Record<string, unknown>> | undefined;
  /** Fields of the workload's spec. */
  readonly spec?: Readonly<Record<string, unknown>> | undefined;
}

/** A Deployment, StatefulSet or DaemonSet whose Pods carry the label `app: <name>`. */
export function workload(namespace: string, name: string, { pod, container, spec }: WorkloadShape = {}): Manifest {
  const labels = { app: name };
  const containers = [{ name: 'app', image: 'none', ...container }];
  return {
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, ...pod } },
      ...spec,
    },
  };
}

/** A folder of deploy/components. */
export type Component = 'restart' | 'retire';

/** `deploy/<base>` with components. */
export function withComponents(
  plane: PlaneAccess,
  base: 'base' | 'cluster',
  components: readonly Component[],
): Promise<readonly unknown[]> {
  return built(plane, { resources: [base], components: components.map((name) => `components/${name}`) });
}

/** What kustomize makes of these folders of deploy/: one object each. */
export async function built(
  plane: PlaneAccess,
  { resources, components = [] }: { readonly resources: readonly string[]; readonly components?: readonly string[] },
): Promise<readonly unknown[]> {
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-overlay-'));
  try {
    const at = (path: string): string => relative(folder, join(DEPLOY, path));
    const kustomization = { kind: 'Kustomization', resources: resources.map(at), components: components.map(at) };
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    const { code, stdout, stderr } = await plane.kubectl(['kustomize', folder]);
    if (code !== 0) throw new Error(`cannot build ${resources.join(', ')}: ${stderr}`);
    return parseAllDocuments(stdout).map((document) => document.toJS() as unknown);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Gives the operator of a namespace, whose rights are there, those of the component `restart` too. */
export function grantRestart(plane: PlaneAccess, namespace: string): Promise<void> {
  return grant(plane, namespace, ['restart']);
}

/** What each component lets the operator do that it may not do without. */
const RIGHTS = {
  restart: { verb: 'list', group: 'apps', resource: 'deployments' },
  retire: { verb: 'list', group: '', resource: 'pods' },
} as const satisfies Record<Component, Right>;

/**
 * Gives the operator of a namespace the rights that we ship, with those of these components and of no others. Resolves
 * when they count.
 */
export async function grant(plane: PlaneAccess, namespace: string, components: readonly Component[]): Promise<void> {
  const objects = await withComponents(plane, 'base', components);
  const role = objects.find((object) => Kind.parse(object).kind === 'Role');
  const stdin = JSON.stringify(role).replaceAll(SHIPPED_NAMESPACE, namespace);
  const { code, stderr } = await plane.kubectl(['apply', '-f', '-'], { stdin });
  if (code !== 0) throw new Error(`cannot grant ${components.join(', ')}: ${stderr}`);
  await untilRight(plane, namespace, RIGHTS.restart, components.includes('restart') ? 'granted' : 'withdrawn');
  await untilRight(plane, namespace, RIGHTS.retire, components.includes('retire') ? 'granted' : 'withdrawn');
}
