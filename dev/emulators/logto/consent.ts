import type { z } from 'zod';
import { jsonAnswer } from '../delivery.ts';
import { bodyOf, refuseNul } from './body.ts';
import type { Scope } from './catalogue.ts';
import { MANAGEMENT_SCOPE } from './catalogue.ts';
import { guarded } from './issues.ts';
import { pageAnswer } from './paging.ts';
import { refusal, textAnswer, unprocessable } from './refusal.ts';
import type { Consent, EmulatedApplication } from './registry.ts';
import { ConsentBody } from './schema.ts';
import { tenantOf } from './switches.ts';
import type { Request, Served, World } from './world.ts';
import { changed, found, NO_CONTENT, unchanged } from './world.ts';

const KINDS: Readonly<Record<string, keyof Consent>> = {
  'user-scopes': 'userScopes',
  'resource-scopes': 'resourceScopes',
  'organization-scopes': 'organizationScopes',
  'organization-resource-scopes': 'organizationResourceScopes',
};

/** Serves `GET …/user-consent-scopes`: scopes with their names, those of resources under their resource. */
export function showConsent(request: Request, world: World): Served {
  const { consent } = found(request, world);
  return unchanged(
    jsonAnswer(200, {
      organizationScopes: named(consent.organizationScopes, world.catalogue.organizationScopes()),
      resourceScopes: byResource(consent.resourceScopes, world),
      organizationResourceScopes: byResource(consent.organizationResourceScopes, world),
      userScopes: consent.userScopes,
    }),
  );
}

/** Serves `POST …/user-consent-scopes`, which adds. @throws Refusal before anything has changed */
export function addConsent(request: Request, world: World): Served {
  const wanted = guarded(ConsentBody, bodyOf(request));
  const { id, consent } = thirdParty(request, world);
  refuseNul(wanted);
  refuseUnknown(wanted, world);
  world.registry.update(id, {
    consent: {
      userScopes: union(consent.userScopes, wanted.userScopes),
      resourceScopes: union(consent.resourceScopes, wanted.resourceScopes),
      organizationScopes: union(consent.organizationScopes, wanted.organizationScopes),
      organizationResourceScopes: union(consent.organizationResourceScopes, wanted.organizationResourceScopes),
    },
  });
  return changed(textAnswer(201, 'Created'));
}

/** Serves `DELETE …/user-consent-scopes/{kind}/{scope}`. @throws Refusal before anything has changed */
export function removeConsent(request: Request, world: World): Served {
  const { id, consent } = found(request, world);
  const { kind, part } = request.route;
  const column = KINDS[kind];
  if (column === undefined || !consent[column].includes(part)) {
    throw refusal({ status: 404, code: 'entity.not_found' });
  }
  const left = consent[column].filter((scope) => scope !== part);
  world.registry.update(id, { consent: { ...consent, [column]: left } });
  return changed(NO_CONTENT);
}

/** Serves `GET /api/resources`. */
export function listResources(request: Request, { catalogue, switches }: World): Served {
  const withScopes = ['true', '1', 'yes', 'y'].includes(request.query.get('includeScopes') ?? '');
  const tenantId = tenantOf(switches());
  const resources = catalogue.resources().map(({ id, name, indicator, scopes, createdAt }) => ({
    tenantId,
    id,
    name,
    indicator,
    isDefault: false,
    accessTokenTtl: 3600,
    ...(withScopes ? { scopes: scopes.map((scope) => ({ tenantId, ...scope, resourceId: id, createdAt })) } : {}),
  }));
  return unchanged(pageAnswer(resources, request, switches().catalogue === 'whole' ? 'optional' : 'always'));
}

/** Serves `GET /api/organization-scopes`. */
export function listOrganizationScopes(request: Request, { catalogue, switches }: World): Served {
  const tenantId = tenantOf(switches());
  const scopes = catalogue.organizationScopes().map((scope) => ({ tenantId, ...scope }));
  return unchanged(pageAnswer(scopes, request, switches().catalogue === 'whole' ? 'optional' : 'always'));
}

function thirdParty(request: Request, world: World): EmulatedApplication {
  const application = found(request, world);
  if (!application.isThirdParty) throw unprocessable('application.third_party_application_only');
  return application;
}

function refuseUnknown(wanted: z.output<typeof ConsentBody>, { catalogue }: World): void {
  const ofResources = catalogue.resources().flatMap(({ scopes }) => scopes.map(({ id }) => id));
  const ofOrganizations = catalogue.organizationScopes().map(({ id }) => id);
  const unknown = (ids: readonly string[] | undefined, known: readonly string[]) =>
    (ids ?? []).filter((id) => !known.includes(id));

  const data = {
    invalidOrganizationScopes: unknown(wanted.organizationScopes, ofOrganizations),
    invalidResourceScopes: unknown(wanted.resourceScopes, ofResources),
    invalidOrganizationResourceScopes: unknown(wanted.organizationResourceScopes, ofResources),
  };
  if (Object.values(data).some((ids) => ids.length > 0)) {
    throw refusal({ status: 422, code: 'application.user_consent_scopes_not_found', data });
  }
  const wantsManagement = [wanted.resourceScopes, wanted.organizationResourceScopes].some((ids) =>
    ids?.includes(MANAGEMENT_SCOPE.id),
  );
  if (wantsManagement) throw unprocessable('application.consent_management_api_scopes_not_allowed');
}

function union(present: readonly string[], added: readonly string[] = []): readonly string[] {
  return [...new Set([...present, ...added])];
}

function named(ids: readonly string[], scopes: readonly Scope[]): readonly Scope[] {
  return scopes.filter(({ id }) => ids.includes(id));
}

function byResource(ids: readonly string[], { catalogue }: World) {
  return catalogue
    .resources()
    .map(({ id, name, indicator, scopes }) => ({ resource: { id, name, indicator }, scopes: named(ids, scopes) }))
    .filter(({ scopes }) => scopes.length > 0);
}
