import { CLUSTER_OAUTH_PROVIDERS, NAMESPACES, SECRETS } from '../../src/kube/resources.ts';
import { DEFAULT_KEY } from '../emulators/logi/keys.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../emulators/logto/console.ts';
import type { Hands } from './hands.ts';
import { NAMESPACES_OF_TEAMS, OWN_NAMESPACE, providerManifest } from './manifests.ts';
import type { SiteName } from './tenants.ts';

/** Makes what a story begins with: namespaces, credentials for the providers, and their objects. */
export function furnish(hands: Hands, providers: ReadonlySet<SiteName>): void {
  for (const name of [OWN_NAMESPACE, ...NAMESPACES_OF_TEAMS])
    hands.create(NAMESPACES, undefined, { metadata: { name } });
  const secrets = {
    logi: { apiKey: DEFAULT_KEY },
    logto: { clientId: OPERATOR_ID, clientSecret: OPERATOR_SECRET },
  };
  for (const [name, stringData] of Object.entries(secrets)) {
    hands.create(SECRETS, OWN_NAMESPACE, { metadata: { name, namespace: OWN_NAMESPACE }, stringData });
  }
  for (const name of providers) hands.create(CLUSTER_OAUTH_PROVIDERS, undefined, providerManifest(name));
}
