import { jsonAnswer } from '../delivery.ts';
import { secretField, shown, shownWithSecret, wrapped } from './applications.ts';
import type { Fields } from './body.ts';
import { fieldsOf } from './body.ts';
import type { ApiKey } from './keys.ts';
import { invalid, Refusal } from './refusal.ts';
import type { EmulatedApplication, Metadata } from './registry.ts';
import { riskFlags } from './risk.ts';
import { checkAppLinkUrl, checkName, checkRedirectUris, checkScopes, checkWebhookUrl, storedName } from './rules.ts';
import type { Switches } from './switches.ts';
import type { Request, Served, World } from './world.ts';

const VERIFY_URL = 'https://start.1pass.dev/account';

/** Serves `POST /api/v1/applications`. @throws Refusal before anything has changed */
export function create(request: Request, key: ApiKey, world: World): Served {
  const { registry, switches, clock } = world;
  if (!key.emailVerified) {
    const documented = { verify_url: VERIFY_URL };
    throw new Refusal({ status: 403, code: 'identity_verification_required', text: 'Verify your e-mail', documented });
  }
  if (request.concurrency === 'crowded' && switches().concurrentCreates === 'one-passes') {
    throw new Refusal({ status: 409, code: 'conflict', text: 'Another registration is being evaluated' });
  }

  const createdVia = createdViaOf(request, switches());
  const wanted = metadataOf(fieldsOf(request, switches()), switches());
  const earlier = registry.all();
  const taken = takenBy(wanted.name, key, world);
  if (taken !== undefined) return existing(taken, switches());

  const flags = riskFlags(wanted, { key, now: clock.now(), switches: switches(), earlier });
  const { application, secret } = registry.create(wanted, {
    organization: key.organization,
    developer: key.developer,
    createdVia,
    status: flags.length > 0 ? 'pending' : switches().initialStatus,
    riskFlags: flags,
  });
  const shownSecret = switches().createSecret === 'shown' ? secret : undefined;
  return {
    answer: jsonAnswer(201, wrapped(shownWithSecret(application, shownSecret, switches()), switches())),
    effect: 'done',
    applicationId: application.id,
    name: application.name,
  };
}

function createdViaOf({ headers }: Request, { clientTypeHeader }: Switches): 'cli' | 'mcp' | 'api' {
  const said = headers['x-logi-client-type'];
  if (said === 'cli' || said === 'mcp') return said;
  if (said === undefined || clientTypeHeader === 'any') return 'api';
  throw invalid('client_type_header', 'invalid_client_type_header', 'X-Logi-Client-Type is not known');
}

function metadataOf(fields: Fields, switches: Switches): Metadata {
  const metadata: Metadata = {
    name: storedName(fields.name ?? '', switches),
    clientType: fields.client_type ?? 'confidential',
    redirectUris: [...new Set(fields.redirect_uris ?? [])],
    allowedScopes: fields.allowed_scopes ?? switches.defaultScopes,
    webhookUrl: fields.webhook_url ?? undefined,
    appLinkUrl: fields.app_link_url ?? undefined,
    logoUrl: fields.logo_url ?? undefined,
  };
  checkName(metadata.name, switches);
  checkRedirectUris(fields.redirect_uris ?? [], switches);
  checkScopes(metadata.allowedScopes, switches);
  if (metadata.webhookUrl !== undefined) checkWebhookUrl(metadata.webhookUrl, switches);
  if (metadata.appLinkUrl !== undefined) checkAppLinkUrl(metadata.appLinkUrl);
  return metadata;
}

/** The application that a create with this name returns instead. @throws Refusal 422 where the name cannot be used */
function takenBy(
  name: string,
  { organization }: ApiKey,
  { registry, switches }: World,
): EmulatedApplication | undefined {
  const { sameName, deletedNames } = switches();
  if (sameName === 'another') return undefined;

  const namesakes = registry
    .all()
    .filter(
      (other) => other.name === name && other.organization === organization && other.vanishedFrom !== 'everywhere',
    );
  const kept = namesakes.find(({ softDeleted }) => !softDeleted);
  if (kept !== undefined && sameName === 'found') return kept;
  if (kept === undefined && (namesakes.length === 0 || deletedNames === 'free')) return undefined;
  throw invalid('name', 'name_taken', 'Name has already been taken');
}

function existing(application: EmulatedApplication, switches: Switches): Served {
  const body = { ...shown(application, switches), ...secretField(application, undefined, switches) };
  return {
    answer: jsonAnswer(switches.foundStatus, wrapped(body, switches)),
    effect: 'none',
    applicationId: application.id,
    name: application.name,
  };
}
