import { stringify } from 'yaml';
import { crdName, customResourceDefinition, kinds } from '../src/api/crds.ts';
import { reference } from '../src/api/reference.ts';
import { chartFiles } from './charts/charts.ts';
import { flagsPage } from './flags.ts';
import { type GeneratedFile, MARKDOWN_HEADER, YAML_HEADER } from './generated-file.ts';
import { argocdSettings } from './gitops.ts';
import { mapping } from './mapping.ts';
import { metricsPage } from './metrics.ts';
import { reasonsPage } from './reasons.ts';

/** Everything that is generated, the same every time. */
export function generatedFiles(): readonly GeneratedFile[] {
  const all = kinds();
  return [
    ...all.map((kind) => ({
      path: `crds/${crdName(kind)}.yaml`,
      content: YAML_HEADER + stringify(customResourceDefinition(kind), { lineWidth: 0, aliasDuplicateObjects: false }),
    })),
    ...chartFiles(),
    { path: 'deploy/gitops/argocd/argocd-cm.yaml', content: YAML_HEADER + argocdSettings(all) },
    { path: 'docs/flags.md', content: MARKDOWN_HEADER + flagsPage() },
    { path: 'docs/mapping.md', content: MARKDOWN_HEADER + mapping() },
    { path: 'docs/metrics.md', content: MARKDOWN_HEADER + metricsPage() },
    { path: 'docs/reasons.md', content: MARKDOWN_HEADER + reasonsPage() },
    { path: 'docs/reference.md', content: MARKDOWN_HEADER + reference(all) },
  ];
}
