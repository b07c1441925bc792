import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { type ProgramResult, runProgram } from '../../dev/program.ts';

/** The charts that we ship. */
export type ChartName = 'oauthapp-crds' | 'oauthapp-operator' | 'oauthapp-resources' | 'example-app';

/** An object as a chart or a kustomization renders it. */
export type Rendered = z.infer<typeof Rendered>;

const Rendered = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});

export type Values = Readonly<Record<string, unknown>>;

const CHARTS = resolve(import.meta.dirname, '../../charts');

/** Path of a chart that we ship. */
export function chartAt(chart: ChartName): string {
  return join(CHARTS, chart);
}

/** Runs Helm with a home of its own. `kubeconfig` left out: no cluster. */
export async function helm(
  args: readonly string[],
  { kubeconfig, stdin }: { readonly kubeconfig?: string | undefined; readonly stdin?: string | undefined } = {},
): Promise<ProgramResult> {
  const home = await mkdtemp(join(tmpdir(), 'oauthapp-helm-'));
  try {
    const env = { PATH: '/usr/bin:/bin', HOME: home, KUBECONFIG: kubeconfig ?? join(home, 'none') };
    return await runProgram(helmBinary(), args, { env, stdin });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** `helm template` of the release `oauthapp`. */
export function template(chart: ChartName, values: Values, namespace = 'oauthapp-system'): Promise<ProgramResult> {
  const args = ['template', 'oauthapp', chartAt(chart), '-n', namespace, '-f', '-'];
  return helm(args, { stdin: JSON.stringify(values) });
}

/** What {@link template} renders, without hooks. @throws Error with what Helm says */
export async function rendered(chart: ChartName, values: Values, namespace?: string): Promise<readonly Rendered[]> {
  const { code, stdout, stderr } = await template(chart, values, namespace);
  if (code !== 0) throw new Error(`helm template ${chart}: ${stderr}`);
  return objectsIn(stdout).filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined);
}

/** The objects of a stream of YAML documents. */
export function objectsIn(yaml: string): readonly Rendered[] {
  return parseAllDocuments(yaml).flatMap((document): readonly Rendered[] => {
    const object: unknown = document.toJS();
    return object === null || object === undefined ? [] : [Rendered.parse(object)];
  });
}

/** Path of the Helm that suits the charts. */
export function helmBinary(): string {
  const binary = inject('helm');
  if (binary === 'off') throw new Error('this test needs Helm, and OAUTHAPP_TEST_PLANE=off asks for none');
  return binary;
}
