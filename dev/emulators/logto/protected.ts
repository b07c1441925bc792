import { jsonAnswer } from '../delivery.ts';
import { bodyOf } from './body.ts';
import { guarded } from './issues.ts';
import { refusal, textAnswer, unprocessable } from './refusal.ts';
import type {
  CustomDomain,
  EmulatedApplication,
  NewApplication,
  OidcClientMetadata,
  ProtectedAppMetadata,
} from './registry.ts';
import { Domain } from './schema.ts';
import type { Switches } from './switches.ts';
import type { Request, Served, World } from './world.ts';
import { changed, found, NO_CONTENT, unchanged } from './world.ts';

const SUBDOMAIN = /^[0-9a-z]([0-9a-z-]{0,61}[0-9a-z])?$/;
const SESSION_SECONDS = 1_209_600;

/** @throws Refusal 501 where nothing provides Protected applications */
export function requireProtectedApps({ hosting, protectedApps }: Switches): void {
  if (hosting === 'cloud' || protectedApps === 'configured') return;
  throw refusal({ status: 501, code: 'application.protected_app_not_configured' });
}

/** @throws Refusal 500 with `code` while the edge takes nothing; the caller has changed nothing yet */
export function pushToEdge({ edge }: Switches, code: string): void {
  if (edge === 'down') throw refusal({ status: 500, code });
}

/** What a new Protected application gets by itself. @throws Refusal 422 for a subdomain that is bad or taken */
export function newProtectedApp(
  { subDomain, origin }: { readonly subDomain: string; readonly origin: string },
  { registry, switches }: World,
): Partial<NewApplication> {
  if (!SUBDOMAIN.test(subDomain)) throw unprocessable('application.invalid_subdomain');
  const host = `${subDomain}.${switches().protectedDomain}`;
  if (registry.all().some(({ protectedAppMetadata }) => protectedAppMetadata?.host === host)) {
    throw unprocessable('application.protected_application_subdomain_exists');
  }
  return {
    oidcClientMetadata: urisOf(host),
    protectedAppMetadata: { host, origin, sessionDuration: SESSION_SECONDS, pageRules: [] },
  };
}

/** Serves `GET …/custom-domains`. */
export function listDomains(request: Request, world: World): Served {
  return unchanged(jsonAnswer(200, metadataOf(request, world).protectedAppMetadata.customDomains ?? []));
}

/** Serves `POST …/custom-domains`. @throws Refusal before anything has changed */
export function addDomain(request: Request, world: World): Served {
  const application = metadataOf(request, world);
  const domain = guarded(Domain, bodyOf(request)).domain.toLowerCase();
  if ((application.protectedAppMetadata.customDomains ?? []).length > 0) {
    throw unprocessable('domain.limit_to_one_domain');
  }
  pushToEdge(world.switches(), 'application.cloudflare_unknown_error');
  world.registry.update(application.id, withDomain(application, pendingDomain(domain, world.switches())));
  return changed(textAnswer(201, 'Created'));
}

/** Serves `DELETE …/custom-domains/{domain}`. @throws Refusal before anything has changed */
export function deleteDomain(request: Request, world: World): Served {
  const { id, oidcClientMetadata, protectedAppMetadata } = metadataOf(request, world);
  const { customDomains = [] } = protectedAppMetadata;
  const domain = request.route.part.toLowerCase();
  if (!customDomains.some((one) => one.domain === domain)) {
    throw refusal({ status: 404, code: 'application.custom_domain_not_found' });
  }
  const { redirectUris, postLogoutRedirectUris } = urisOf(domain);
  world.registry.update(id, {
    oidcClientMetadata: {
      ...oidcClientMetadata,
      redirectUris: oidcClientMetadata.redirectUris.filter((uri) => !redirectUris.includes(uri)),
      postLogoutRedirectUris: oidcClientMetadata.postLogoutRedirectUris.filter(
        (uri) => !postLogoutRedirectUris.includes(uri),
      ),
    },
    protectedAppMetadata: {
      ...protectedAppMetadata,
      customDomains: customDomains.filter((one) => one.domain !== domain),
    },
  });
  return changed(NO_CONTENT);
}

/** A Protected application with another custom domain, whose URIs it takes on. */
export function withDomain(
  { oidcClientMetadata, protectedAppMetadata }: Pick<EmulatedApplication, 'oidcClientMetadata'> & Protection,
  added: CustomDomain,
): Partial<NewApplication> {
  const { redirectUris, postLogoutRedirectUris } = urisOf(added.domain);
  return {
    // Only the two lists survive, as in Logto itself.
    oidcClientMetadata: {
      redirectUris: [...oidcClientMetadata.redirectUris, ...redirectUris],
      postLogoutRedirectUris: [...oidcClientMetadata.postLogoutRedirectUris, ...postLogoutRedirectUris],
    },
    protectedAppMetadata: {
      ...protectedAppMetadata,
      customDomains: [...(protectedAppMetadata.customDomains ?? []), added],
    },
  };
}

/** A custom domain for which the DNS records are still missing. */
export function pendingDomain(domain: string, { protectedDomain }: Switches): CustomDomain {
  return {
    domain,
    status: 'PendingVerification',
    errorMessage: null,
    dnsRecords: [{ name: domain, type: 'CNAME', value: `domains.${protectedDomain}` }],
    cloudflareData: null,
  };
}

interface Protection {
  readonly protectedAppMetadata: ProtectedAppMetadata;
}

function metadataOf(request: Request, world: World): EmulatedApplication & Protection {
  const application = found(request, world);
  const { type, protectedAppMetadata } = application;
  if (type !== 'Protected') throw unprocessable('application.protected_application_only');
  if (protectedAppMetadata === null) throw refusal({ status: 501, code: 'application.protected_app_not_configured' });
  requireProtectedApps(world.switches());
  return { ...application, protectedAppMetadata };
}

function urisOf(host: string): OidcClientMetadata {
  return { redirectUris: [`https://${host}/sign-in-callback`], postLogoutRedirectUris: [`https://${host}`] };
}
