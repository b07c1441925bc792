import { jsonAnswer } from '../delivery.ts';
import { bodyOf, refuseNul } from './body.ts';
import { hasSecrets } from './create.ts';
import { guarded } from './issues.ts';
import { pushToEdge } from './protected.ts';
import { invalidInput, refusal, unprocessable } from './refusal.ts';
import type { EmulatedApplication, EmulatedSecret } from './registry.ts';
import { INTERNAL_PREFIX } from './registry.ts';
import { SecretCreate, SecretRename } from './schema.ts';
import { shown } from './shown.ts';
import type { Switches } from './switches.ts';
import { atLeast, tenantOf } from './switches.ts';
import type { Request, Served, World } from './world.ts';
import { changed, found, NO_CONTENT, present, unchanged } from './world.ts';

/** Serves `GET …/secrets`: every secret, in clear, expired ones included. @throws Refusal 404 */
export function listSecrets(request: Request, world: World): Served {
  const { id, secrets } = found(request, world);
  const switches = world.switches();
  const ordered = switches.secretOrder === 'by-age' ? secrets : secrets.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return unchanged(
    jsonAnswer(
      200,
      ordered.map((secret) => shownSecret(id, secret, switches)),
    ),
  );
}

/** Serves `POST …/secrets`. @throws Refusal before anything has changed */
export function createSecret(request: Request, world: World): Served {
  const { registry, clock } = world;
  const { name, expiresAt = null } = guarded(SecretCreate, bodyOf(request));
  if (expiresAt !== null && expiresAt !== 0 && expiresAt <= clock.now()) {
    throw invalidInput(400, 'The value of `expiresAt` must be in the future.');
  }
  // The table's own constraints say no to an application that is not there, and to a type that has none.
  const application = present(request.route.id, world);
  if (application === undefined || !hasSecrets(application.type)) throw unprocessable('entity.db_constraint_violated');
  refuseNul(name);
  refuseTaken(name, application);
  syncToEdge(application, world.switches());

  const secret = { name, value: registry.newSecret(), createdAt: clock.now(), expiresAt };
  registry.update(application.id, { secrets: [...application.secrets, secret] });
  return changed(jsonAnswer(201, shownSecret(application.id, secret, world.switches())));
}

/** Serves `PATCH …/secrets/{name}`, which renames and nothing else. @throws Refusal before anything has changed */
export function renameSecret(request: Request, world: World): Served {
  const { name } = guarded(SecretRename, bodyOf(request));
  const application = present(request.route.id, world);
  const secret = application?.secrets.find((one) => one.name === request.route.part);
  if (application === undefined || secret === undefined) {
    throw refusal({ status: 404, code: 'entity.not_exists', said: 'The application_secret does not exist.' });
  }
  refuseNul(name);
  if (name !== secret.name) refuseTaken(name, application);
  syncToEdge(application, world.switches());

  const renamed = { ...secret, name };
  const secrets = application.secrets.map((one) => (one === secret ? renamed : one));
  world.registry.update(application.id, { secrets });
  return changed(jsonAnswer(200, shownSecret(application.id, renamed, world.switches())));
}

/** Serves `DELETE …/secrets/{name}`. @throws Refusal before anything has changed */
export function deleteSecret(request: Request, world: World): Served {
  const application = found(request, world);
  const secrets = application.secrets.filter((one) => one.name !== request.route.part);
  if (secrets.length === application.secrets.length) throw refusal({ status: 404, code: 'entity.not_found' });
  syncToEdge(application, world.switches());

  world.registry.update(application.id, { secrets });
  return changed(NO_CONTENT);
}

/** Serves `DELETE …/legacy-secret`. @throws Refusal before anything has changed */
export function deleteLegacySecret(request: Request, world: World): Served {
  const { registry, switches } = world;
  const application = found(request, world);
  if (application.secret.startsWith(INTERNAL_PREFIX)) {
    throw refusal({ status: 400, code: 'application.no_legacy_secret_found' });
  }
  const updated = registry.update(application.id, { secret: INTERNAL_PREFIX + registry.newSecret() });
  return changed(jsonAnswer(200, shown(updated, switches())));
}

function shownSecret(applicationId: string, secret: EmulatedSecret, switches: Switches) {
  const { name, value, createdAt, expiresAt } = secret;
  return { tenantId: tenantOf(switches), applicationId, name, value, createdAt, expiresAt };
}

function refuseTaken(name: string, { secrets }: EmulatedApplication): void {
  if (secrets.some((one) => one.name === name)) throw unprocessable('application.secret_name_exists');
}

/** A push that fails undoes the change, as if it had never been made. */
function syncToEdge({ type }: EmulatedApplication, switches: Switches): void {
  if (type !== 'Protected' || !atLeast('1.40', switches)) return;
  pushToEdge(switches, 'application.sync_application_secret_failed');
}
