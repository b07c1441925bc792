import { jsonAnswer } from '../delivery.ts';
import { bodyOf, columnOf } from './body.ts';
import { guarded } from './issues.ts';
import { noSuchId, refusal } from './refusal.ts';
import { SamlCreate } from './schema.ts';
import { shown } from './shown.ts';
import type { Request, Served, World } from './world.ts';
import { changed, found, NO_CONTENT } from './world.ts';

/** As many SAML applications as a self-hosted server has. */
const OSS_LIMIT = 3;

/** Serves `POST /api/saml-applications`. @throws Refusal before anything has changed */
export function createSaml(request: Request, { registry, switches }: World): Served {
  const { name, description, customData, ...saml } = guarded(SamlCreate, bodyOf(request));
  const count = registry.all().filter(({ type }) => type === 'SAML').length;
  if (switches().hosting === 'self-hosted' && count >= OSS_LIMIT) {
    throw refusal({ status: 403, code: 'application.saml.reach_oss_limit', data: { limit: OSS_LIMIT } });
  }
  const application = registry.add({
    name,
    type: 'SAML',
    description: description ?? null,
    customData: columnOf(customData ?? {}),
    saml: {
      attributeMapping: {},
      entityId: null,
      acsUrl: null,
      encryption: null,
      nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      ...saml,
    },
  });
  const { oidcClientMetadata, customClientMetadata, protectedAppMetadata, ...common } = shown(application, switches());
  return { ...changed(jsonAnswer(201, { ...common, ...application.saml })), applicationId: application.id };
}

/** Serves `DELETE /api/saml-applications/{id}`. @throws Refusal 404 */
export function deleteSaml(request: Request, world: World): Served {
  const { id, type } = found(request, world);
  if (type !== 'SAML') throw noSuchId('saml_applications', id);
  world.registry.remove(id);
  return changed(NO_CONTENT);
}
