import type { z } from 'zod';
import { jsonAnswer } from '../delivery.ts';
import { bodyOf, columnOf, refuseNul } from './body.ts';
import { guarded } from './issues.ts';
import { newProtectedApp, pushToEdge, requireProtectedApps } from './protected.ts';
import { guardQuota } from './quota.ts';
import { refusal, unprocessable } from './refusal.ts';
import { createSchema } from './schema.ts';
import { shown } from './shown.ts';
import type { Switches } from './switches.ts';
import { atLeast } from './switches.ts';
import type { Request, Served, World } from './world.ts';
import { changed } from './world.ts';

type Fields = z.output<ReturnType<typeof createSchema>>;

/** Serves `POST /api/applications`. @throws Refusal before anything has changed */
export function create(request: Request, world: World): Served {
  const { registry, clock } = world;
  const switches = world.switches();
  const fields = guarded(createSchema(switches), bodyOf(request));
  refuseContradictions(fields, switches);
  guardQuota(fields, world);

  const { type, name, protectedAppMetadata } = fields;
  refuseNul(fields);
  const isProtected = type === 'Protected' && protectedAppMetadata !== undefined;
  if (isProtected) requireProtectedApps(switches);
  const extra = isProtected ? newProtectedApp(protectedAppMetadata, world) : {};
  if (isProtected) pushToEdge(switches, 'application.cloudflare_unknown_error');

  const application = registry.add({
    name,
    type,
    description: fields.description === '' ? null : (fields.description ?? null),
    ...(fields.oidcClientMetadata === undefined ? {} : { oidcClientMetadata: fields.oidcClientMetadata }),
    customClientMetadata: fields.customClientMetadata ?? {},
    customData: columnOf(fields.customData ?? {}),
    isThirdParty: fields.isThirdParty ?? false,
    ...extra,
  });
  const createdAt = clock.now();
  const secrets =
    hasSecrets(type) && switches.defaultSecret === 'made'
      ? [{ name: 'Default secret', value: registry.newSecret(), createdAt, expiresAt: null }]
      : [];
  const answer = jsonAnswer(200, shown(registry.update(application.id, { secrets }), switches));
  return { ...changed(answer), applicationId: application.id };
}

/** Whether applications of this type have secrets at all. */
export function hasSecrets(type: Fields['type']): boolean {
  return type === 'Traditional' || type === 'MachineToMachine' || type === 'Protected';
}

function refuseContradictions(fields: Fields, switches: Switches): void {
  const { type, isThirdParty, customClientMetadata, protectedAppMetadata } = fields;
  if (type === 'SAML') throw refusal({ status: 400, code: 'application.saml.use_saml_app_api' });
  if (type === 'Protected' && protectedAppMetadata === undefined) {
    throw refusal({ status: 400, code: 'application.protected_app_metadata_is_required' });
  }
  if (isThirdParty === true && !thirdPartyTypes(switches).includes(type)) {
    throw refusal({ status: 400, code: 'application.invalid_third_party_application_type' });
  }
  if (isThirdParty === true && customClientMetadata?.allowTokenExchange === true) {
    throw unprocessable('application.third_party_application_cannot_enable_token_exchange');
  }
  if (customClientMetadata?.isDeviceFlow === true && type !== 'Native') {
    throw unprocessable('application.device_flow_native_only');
  }
}

function thirdPartyTypes(switches: Switches): readonly string[] {
  return atLeast('1.35', switches) ? ['Traditional', 'SPA', 'Native'] : ['Traditional'];
}
