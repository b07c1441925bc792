import type { z } from 'zod';
import { jsonAnswer } from '../delivery.ts';
import { bodyOf, columnOf, refuseNul } from './body.ts';
import { INTERNAL_ADMIN_ROLE } from './catalogue.ts';
import { guarded } from './issues.ts';
import { pushToEdge } from './protected.ts';
import { invalidInput, refusal, unprocessable } from './refusal.ts';
import type { EmulatedApplication } from './registry.ts';
import { CustomData, updateSchema } from './schema.ts';
import { shown } from './shown.ts';
import type { Request, Served, World } from './world.ts';
import { changed, found, NO_CONTENT, present } from './world.ts';

type Fields = z.output<ReturnType<typeof updateSchema>>;

/** Serves `PATCH /api/applications/{id}`: every column that is sent is replaced whole. @throws Refusal */
export function update(request: Request, world: World): Served {
  const { registry } = world;
  const switches = world.switches();
  const fields = guarded(updateSchema(switches), bodyOf(request));
  const application = found(request, world);
  refuseContradictions(fields, application);
  refuseNul(fields);
  if (fields.protectedAppMetadata) pushToEdge(switches, 'application.cloudflare_unknown_error');

  const updated = registry.update(application.id, {
    ...columnsOf(fields),
    ...protectedColumn(fields, application),
    ...(fields.isAdmin === undefined ? {} : { roleIds: adminRoles(application.roleIds, fields.isAdmin) }),
  });
  return changed(jsonAnswer(200, shown(updated, switches)));
}

/** Serves `PATCH …/custom-data`: merged at the top level, so that no key can be removed. @throws Refusal */
export function mergeCustomData(request: Request, world: World): Served {
  const added = guarded(CustomData, bodyOf(request));
  const application = present(request.route.id, world);
  if (application === undefined) {
    throw refusal({ status: 404, code: 'entity.not_exists', said: 'The application does not exist.' });
  }
  refuseNul(added);
  const { customData } = world.registry.update(application.id, {
    customData: columnOf({ ...application.customData, ...added }),
  });
  return changed(jsonAnswer(200, customData));
}

/** Serves `DELETE /api/applications/{id}`. @throws Refusal before anything has changed */
export function remove(request: Request, world: World): Served {
  const { id, type, protectedAppMetadata } = found(request, world);
  if (type === 'SAML') throw refusal({ status: 400, code: 'application.saml.use_saml_app_api' });
  if ((protectedAppMetadata?.customDomains ?? []).length > 0) {
    throw unprocessable('application.should_delete_custom_domains_first');
  }
  world.registry.remove(id);
  return changed(NO_CONTENT);
}

function refuseContradictions(fields: Fields, application: EmulatedApplication): void {
  const { type, isThirdParty, customClientMetadata } = application;
  if (type === 'SAML') throw refusal({ status: 400, code: 'application.saml.use_saml_app_api' });
  if (fields.protectedAppMetadata && type !== 'Protected') {
    throw refusal({ status: 400, code: 'application.protected_application_only' });
  }
  const wanted = fields.customClientMetadata;
  if (wanted !== undefined && (wanted.isDeviceFlow === true) !== (customClientMetadata.isDeviceFlow === true)) {
    throw unprocessable('application.device_flow_not_changeable');
  }
  if (isThirdParty && wanted?.allowTokenExchange === true) {
    throw unprocessable('application.third_party_application_cannot_enable_token_exchange');
  }
  // No route of the emulator makes a rule.
  if (fields.appLevelAccessControlEnabled === true) {
    throw invalidInput(422, 'Application access control must include at least one rule before it can be enabled.');
  }
}

function columnsOf(fields: Fields): Partial<EmulatedApplication> {
  const { name, description, oidcClientMetadata, customClientMetadata, customData } = fields;
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description: description === '' ? null : description }),
    ...(oidcClientMetadata === undefined ? {} : { oidcClientMetadata }),
    ...(customClientMetadata === undefined ? {} : { customClientMetadata }),
    ...(customData === undefined ? {} : { customData: columnOf(customData) }),
  };
}

/** The one column that is merged, and where `null` changes nothing. */
function protectedColumn(
  { protectedAppMetadata: wanted }: Fields,
  { protectedAppMetadata: present }: EmulatedApplication,
): Partial<EmulatedApplication> {
  if (!wanted || present === null) return {};
  return {
    protectedAppMetadata: {
      ...present,
      ...(wanted.origin === undefined ? {} : { origin: wanted.origin }),
      ...(wanted.sessionDuration === undefined ? {} : { sessionDuration: wanted.sessionDuration }),
      ...(wanted.pageRules === undefined ? {} : { pageRules: wanted.pageRules }),
      ...(wanted.additionalScopes === undefined ? {} : { additionalScopes: wanted.additionalScopes }),
    },
  };
}

function adminRoles(roleIds: readonly string[], isAdmin: unknown): readonly string[] {
  const others = roleIds.filter((id) => id !== INTERNAL_ADMIN_ROLE);
  return isAdmin === true ? [...others, INTERNAL_ADMIN_ROLE] : others;
}
