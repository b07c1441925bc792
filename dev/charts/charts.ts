import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { crdName, customResourceDefinition, kinds } from '../../src/api/crds.ts';
import { type GeneratedFile, MARKDOWN_HEADER, YAML_HEADER } from '../generated-file.ts';
import { chartReadme } from './readme.ts';
import { CRDS_VALUES, EXAMPLE_VALUES, OPERATOR_VALUES, RESOURCES_VALUES, valuesSchema } from './values.ts';

/** What is generated of one chart beside what is written by hand. */
interface Chart {
  readonly name: string;
  readonly values: z.ZodType;
  /** What a reader has to know before the values. */
  readonly about: string;
}

const ROOT = join(import.meta.dirname, '../..');

const GUIDE = '[docs/guides/helm.md](../../docs/guides/helm.md)';

const CHARTS: readonly Chart[] = [
  {
    name: 'oauthapp-crds',
    values: CRDS_VALUES,
    about: `A release of its own, so that the definitions are upgraded before the operator and stay when it is rolled back or
uninstalled. Install and upgrade it first: ${GUIDE}.`,
  },
  {
    name: 'oauthapp-operator',
    values: OPERATOR_VALUES,
    about: `Needs the chart [oauthapp-crds](../oauthapp-crds/README.md), installed before it. How to install, upgrade, roll back
and uninstall it: ${GUIDE}.`,
  },
  {
    name: 'oauthapp-resources',
    values: RESOURCES_VALUES,
    about: `Providers and applications in a release of their own, so that the operator stays while they are deleted: it is what
deletes their registrations. Keys stand in Secrets that are made apart, never in values: ${GUIDE}.`,
  },
  {
    name: 'example-app',
    values: EXAMPLE_VALUES,
    about: `Shows how a program ships its own client registration. Its Pods wait for the Secret by themselves, without a hook:
a container whose Secret is not there yet is not started. ${GUIDE}.`,
  },
];

/** Policies that are one file for kustomize and for Helm. */
const POLICIES = {
  'deletion-protection.yaml': 'deletion-protection.yaml',
  'cluster-provider-access/policy.yaml': 'cluster-provider-access.yaml',
} as const;

/** Everything in charts/ that is generated. */
export function chartFiles(): readonly GeneratedFile[] {
  return [
    ...kinds().map((kind) => ({
      path: `charts/oauthapp-crds/templates/${crdName(kind)}.yaml`,
      content:
        YAML_HEADER + stringify(kept(customResourceDefinition(kind)), { lineWidth: 0, aliasDuplicateObjects: false }),
    })),
    ...Object.entries(POLICIES).map(([from, to]) => ({
      path: `charts/oauthapp-operator/policies/${to}`,
      content: YAML_HEADER + textOf(`deploy/policies/${from}`),
    })),
    ...CHARTS.flatMap(filesOf),
  ];
}

function filesOf({ name, values, about }: Chart): readonly GeneratedFile[] {
  const folder = `charts/${name}`;
  const readme = chartReadme(textOf(`${folder}/Chart.yaml`), textOf(`${folder}/values.yaml`), about);
  return [
    { path: `${folder}/values.schema.json`, content: valuesSchema(values) },
    { path: `${folder}/README.md`, content: MARKDOWN_HEADER + readme },
  ];
}

/** Helm must never delete a definition: every object of its kind would go with it, and wait for an operator that is gone. */
function kept(definition: ReturnType<typeof customResourceDefinition>) {
  const { metadata } = definition;
  const annotations = { ...metadata.annotations, 'helm.sh/resource-policy': 'keep' };
  return { ...definition, metadata: { ...metadata, annotations } };
}

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
