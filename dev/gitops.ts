import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Kind } from '../src/api/crds.ts';
import { GROUP } from '../src/api/names.ts';

/** The script that judges an object of any of our kinds. */
export const HEALTH_SCRIPT = 'deploy/gitops/argocd/health.lua';

/** As Argo CD is installed; it looks for its settings by the label. */
const ARGOCD_CM = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'argocd-cm', namespace: 'argocd', labels: { 'app.kubernetes.io/part-of': 'argocd' } },
} as const;

/** The part of Argo CD's ConfigMap that makes it judge our kinds by {@link HEALTH_SCRIPT}, to be applied server-side. */
export function argocdSettings(kinds: readonly Kind[]): string {
  const script = readFileSync(join(import.meta.dirname, '..', HEALTH_SCRIPT), 'utf8');
  const data = Object.fromEntries(
    kinds.map(({ names }) => [`resource.customizations.health.${GROUP}_${names.kind}`, script]),
  );
  return stringify({ ...ARGOCD_CM, data }, { lineWidth: 0, aliasDuplicateObjects: false });
}
