import { jsonAnswer } from '../delivery.ts';
import { shown, wrapped } from './applications.ts';
import type { Fields } from './body.ts';
import { invalid } from './refusal.ts';
import type { EmulatedApplication } from './registry.ts';
import { checkAppLinkUrl, checkName, checkRedirectUris, checkScopes, checkWebhookUrl, storedName } from './rules.ts';
import type { Switches } from './switches.ts';
import type { Served, World } from './world.ts';

/** Serves `PATCH /api/v1/applications/:id`. @throws Refusal before anything has changed */
export function update(application: EmulatedApplication, fields: Fields, world: World): Served {
  const switches = world.switches();
  const patch = { ...textsOf(fields, switches), ...listsOf(fields, switches) };
  if (fields.client_type !== undefined && switches.immutableFields === 'refused') {
    throw invalid('client_type', 'immutable_field', 'Client type cannot be changed');
  }
  if (patch.name !== undefined && patch.name !== application.name) refuseTaken(patch.name, application, world);

  const isDoubted = application.status === 'approved' && switches.updateKeepsApproval === 'no';
  const updated = world.registry.update(application.id, { ...patch, ...(isDoubted ? { status: 'pending' } : {}) });
  const status = switches.updateAnswer === 'application' ? 200 : 204;
  return {
    answer: jsonAnswer(status, wrapped(shown(updated, switches), switches)),
    effect: 'done',
    applicationId: updated.id,
    name: updated.name,
  };
}

function textsOf(fields: Fields, switches: Switches): Partial<EmulatedApplication> {
  const { name } = fields;
  if (name !== undefined) checkName(name, switches);
  return {
    ...(name === undefined ? {} : { name: storedName(name, switches) }),
    ...(fields.webhook_url === undefined ? {} : { webhookUrl: linkOf('webhook_url', fields.webhook_url, switches) }),
    ...(fields.app_link_url === undefined ? {} : { appLinkUrl: linkOf('app_link_url', fields.app_link_url, switches) }),
    ...(fields.logo_url === undefined ? {} : { logoUrl: fields.logo_url ?? undefined }),
  };
}

/** The URL that the field now holds; `undefined` where the value clears it. */
function linkOf(field: 'webhook_url' | 'app_link_url', value: string | null, switches: Switches): string | undefined {
  const { clearing } = switches;
  if (value === null && (clearing === 'null' || clearing === 'both')) return undefined;
  if (value === '' && (clearing === 'empty' || clearing === 'both')) return undefined;
  if (value === null) throw invalid(field, `invalid_${field}`, `${field} is invalid`);

  if (field === 'webhook_url') checkWebhookUrl(value, switches);
  if (field === 'app_link_url') checkAppLinkUrl(value);
  return value;
}

function listsOf(fields: Fields, switches: Switches): Partial<EmulatedApplication> {
  const { redirect_uris: redirectUris, allowed_scopes: allowedScopes } = fields;
  const lists = {
    ...(redirectUris === undefined ? {} : { redirectUris: [...new Set(redirectUris)] }),
    ...(allowedScopes === undefined ? {} : { allowedScopes }),
  };
  if (Object.keys(lists).length === 0) return {};

  switch (switches.updateLists) {
    case 'ignored':
      return {};
    case 'refused':
      throw invalid('base', 'unknown_field', 'Unpermitted parameter');
    case 'taken':
      if (redirectUris !== undefined) checkRedirectUris(redirectUris, switches);
      if (allowedScopes !== undefined) checkScopes(allowedScopes, switches);
      return lists;
  }
}

function refuseTaken(name: string, { id, organization }: EmulatedApplication, { registry, switches }: World): void {
  const { sameName, deletedNames } = switches();
  if (sameName === 'another') return;
  const isTaken = registry
    .all()
    .some(
      (other) =>
        other.id !== id &&
        other.name === name &&
        other.organization === organization &&
        other.vanishedFrom !== 'everywhere' &&
        (!other.softDeleted || deletedNames === 'reserved'),
    );
  if (isTaken) throw invalid('name', 'name_taken', 'Name has already been taken');
}
