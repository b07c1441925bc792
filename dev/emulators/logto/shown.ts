import type { EmulatedApplication } from './registry.ts';
import { INTERNAL_PREFIX } from './registry.ts';
import type { Switches } from './switches.ts';
import { atLeast, tenantOf } from './switches.ts';

/** An application as the API shows it. */
export function shown(application: EmulatedApplication, switches: Switches): Readonly<Record<string, unknown>> {
  return {
    tenantId: tenantOf(switches),
    id: application.id,
    name: application.name,
    ...secretField(application, switches),
    description: application.description,
    type: application.type,
    oidcClientMetadata: application.oidcClientMetadata,
    customClientMetadata: application.customClientMetadata,
    protectedAppMetadata: application.protectedAppMetadata,
    customData: application.customData,
    isThirdParty: application.isThirdParty,
    ...(atLeast('1.40', switches) ? { appLevelAccessControlEnabled: application.appLevelAccessControlEnabled } : {}),
    createdAt: application.createdAt,
    ...(switches.extraAnswerFields === 'some' ? { futureField: { enabled: true } } : {}),
  };
}

/** An application that is built into every tenant and listed nowhere. */
export function placeholder(id: string, switches: Switches): Readonly<Record<string, unknown>> | undefined {
  if (id !== 'demo-app' && id !== 'account-center') return undefined;
  return {
    tenantId: tenantOf(switches),
    id,
    name: id === 'demo-app' ? 'Live Preview' : 'Account center',
    secret: 'N/A',
    description: 'Built into Logto.',
    type: 'SPA',
    oidcClientMetadata: { redirectUris: [], postLogoutRedirectUris: [] },
    customClientMetadata: {},
    protectedAppMetadata: null,
    customData: {},
    isThirdParty: false,
    createdAt: 0,
    isAdmin: false,
  };
}

function secretField({ secret }: EmulatedApplication, switches: Switches): Readonly<Record<string, unknown>> {
  const isInternal = secret.startsWith(INTERNAL_PREFIX);
  return isInternal && atLeast('1.42', switches) ? {} : { secret };
}
