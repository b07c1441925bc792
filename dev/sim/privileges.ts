import type { Extent, Planned } from './scenario/scenario.ts';

/** Roles for machines that Logto's tenant has where an application asks for some; each is its own id. */
export const ROLES = ['reader', 'writer', 'auditor'] as const;

/** Of each two one stays, so that between them something is added, something is taken away and something is kept. */
const ROLES_OF = { first: ['reader', 'writer'], other: ['writer', 'auditor'] } as const;
const SCOPES_OF = { first: ['profile', 'email'], other: ['email', 'phone'] } as const;
const CALLBACKS_OF = { first: ['callback', 'second'], other: ['second', 'third'], fewest: ['second'] } as const;

/** The part of a spec that asks for them. `null` leaves out what a spec said before; a merge patch knows what that means. */
export function privilegesIn(planned: Planned, extent: Extent): Readonly<Record<string, unknown>> {
  const { privileges, namespace, name } = planned;
  switch (privileges) {
    case undefined:
      return {};
    case 'roles':
      return { logto: { roles: extent === 'fewest' ? null : ROLES_OF[extent] } };
    case 'consent':
      return { logto: { thirdParty: { consentScopes: extent === 'fewest' ? null : { user: SCOPES_OF[extent] } } } };
    case 'uris':
      return {
        redirectUris: CALLBACKS_OF[extent].map((path) => `https://${name}.example.com/${namespace}/${path}`),
      };
  }
}
