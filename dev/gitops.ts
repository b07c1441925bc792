import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Kind } from '../src/api/crds.ts';
import { GROUP } from '../src/api/names.ts';

/** The script that judges an object of any of our kinds. */
export const HEALTH_SCRIPT = 'deploy/gitops/argocd/health.lua';

const COMMENT = `# Argo CD's health checks for the kinds of ${GROUP}, from health.lua beside this file. To be merged into the ConfigMap
# argocd-cm in Argo CD's own namespace:
#   kubectl patch configmap argocd-cm -n argocd --patch-file deploy/gitops/argocd/argocd-cm.yaml
`;

/** A patch for Argo CD's ConfigMap that makes it judge our kinds by {@link HEALTH_SCRIPT}. */
export function argocdPatch(kinds: readonly Kind[]): string {
  const script = readFileSync(join(import.meta.dirname, '..', HEALTH_SCRIPT), 'utf8');
  const data = Object.fromEntries(
    kinds.map(({ names }) => [`resource.customizations.health.${GROUP}_${names.kind}`, script]),
  );
  return COMMENT + stringify({ data }, { lineWidth: 0, aliasDuplicateObjects: false });
}
