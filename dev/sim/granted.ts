import type { KubeObject } from '../../src/kube/object.ts';
import { recordIn } from './application-view.ts';
import type { SiteName } from './tenants.ts';
import type { World } from './world.ts';

/** What a registration may do, and what of it users may be asked for, where codes may be sent. */
export interface Granted {
  readonly uris: readonly string[];
  readonly roles: readonly string[];
  /** Scopes on the user. */
  readonly scopes: readonly string[];
}

export const GRANTS = ['uris', 'roles', 'scopes'] as const satisfies readonly (keyof Granted)[];

/** What it has at this moment; `undefined`: there is no such registration. */
export function grantedAt(site: SiteName, id: string, { tenants }: World): Granted | undefined {
  switch (site) {
    case 'logi': {
      const found = tenants.logi.applications().find((each) => String(each.id) === id);
      return found && { uris: found.redirectUris, roles: [], scopes: [] };
    }
    case 'logto': {
      const found = tenants.logto.applications().find((each) => each.id === id);
      if (found === undefined) return undefined;
      const { oidcClientMetadata, roleIds, consent } = found;
      return { uris: oidcClientMetadata.redirectUris, roles: roleIds, scopes: consent.userScopes };
    }
  }
}

/** What the spec of an application asks for, and how it wants to be called. */
export function wantedBy(object: KubeObject): Granted & { readonly name: string } {
  const spec = recordIn(object, 'spec');
  const logto = recordIn(spec, 'logto');
  return {
    name: String(spec['displayName']),
    uris: textsIn(spec['redirectUris']),
    roles: textsIn(logto['roles']),
    scopes: textsIn(recordIn(recordIn(logto, 'thirdParty'), 'consentScopes')['user']),
  };
}

/** Whether both name the same, in whatever order. */
export function isSame(some: readonly string[], others: readonly string[]): boolean {
  return new Set(some).symmetricDifference(new Set(others)).size === 0;
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
