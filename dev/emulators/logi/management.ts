import { jsonAnswer } from '../delivery.ts';
import { secretField, shown, shownWithSecret, wrapped } from './applications.ts';
import { fieldsOf, jsonOf } from './body.ts';
import { create } from './create.ts';
import type { ApiKey } from './keys.ts';
import { CREATES, REQUESTS } from './limits.ts';
import { listAnswer } from './list.ts';
import { invalid, Refusal } from './refusal.ts';
import type { EmulatedApplication } from './registry.ts';
import { isKept } from './registry.ts';
import { checkRedirectUris } from './rules.ts';
import { update } from './update.ts';
import type { Request, Served, World } from './world.ts';
import { keyOf, obeyLimit } from './world.ts';

/** The operations of the management API, all of which need a key. */
export type ManagementOperation =
  | 'list'
  | 'show'
  | 'create'
  | 'update'
  | 'add-redirect'
  | 'remove-redirect'
  | 'rotate'
  | 'delete'
  | 'me';

/**
 * Serves a call of the management API.
 *
 * Limits come first, as Rack::Attack counts before the application runs; then key, scope and role; then the body.
 *
 * @throws Refusal before anything has changed
 */
export function manage(operation: ManagementOperation, request: Request, world: World): Served {
  if (operation !== 'create') return serve(operation, request, world);

  const subject = `creates ${request.headers.authorization ?? request.address}`;
  obeyLimit(subject, CREATES, world);
  if (world.switches().failedCreates === 'counted') world.limits.count(subject, CREATES);
  const served = create(request, authorise('create', request, world), world);
  if (world.switches().failedCreates === 'free') world.limits.count(subject, CREATES);
  return served;
}

function serve(operation: Exclude<ManagementOperation, 'create'>, request: Request, world: World): Served {
  const subject = `requests ${request.address}`;
  obeyLimit(subject, REQUESTS, world);
  world.limits.count(subject, REQUESTS);
  const key = authorise(operation, request, world);

  switch (operation) {
    case 'me':
      return unchanged(jsonAnswer(200, { email: key.developer, organization: key.organization }));
    case 'list':
      return list(request, key, world);
    case 'show':
      return show(request, key, world);
    case 'update':
      return update(found(request, key, world), fieldsOf(request, world.switches()), world);
    case 'add-redirect':
      return addRedirect(found(request, key, world), request, world);
    case 'remove-redirect':
      return removeRedirect(found(request, key, world), request, world);
    case 'rotate':
      return rotate(found(request, key, world), world);
    case 'delete':
      return remove(request, key, world);
  }
}

function authorise(operation: ManagementOperation, request: Request, world: World): ApiKey {
  const key = keyOf(request, world.keys);
  if (key === undefined || key.state !== 'active') {
    throw new Refusal({ status: 401, code: 'unauthorized', text: 'Invalid or expired API key' });
  }
  if (!mayUse(operation, key, world)) {
    throw new Refusal({ status: 403, code: 'insufficient_scope', text: 'The API key lacks a scope' });
  }
  if (!mayAct(operation, key, world)) {
    throw new Refusal({ status: 403, code: 'forbidden', text: 'Your role does not permit this' });
  }
  return key;
}

function mayUse(operation: ManagementOperation, { scopes }: ApiKey, world: World): boolean {
  const { keyScopes, manageImpliesRead } = world.switches();
  if (keyScopes === 'none' || operation === 'me') return true;
  const isRead = operation === 'list' || operation === 'show';
  if (!isRead || keyScopes === 'manage') return scopes.includes('apps:manage');
  return scopes.includes('apps:read') || (manageImpliesRead === 'yes' && scopes.includes('apps:manage'));
}

function mayAct(operation: ManagementOperation, { role }: ApiKey, world: World): boolean {
  if (role !== 'developer') return true;
  switch (operation) {
    case 'rotate':
      return false;
    case 'update':
    case 'add-redirect':
    case 'remove-redirect':
    case 'delete':
      return world.switches().developerWrites === 'allowed';
    case 'create':
    case 'list':
    case 'show':
    case 'me':
      return true;
  }
}

function found({ route }: Request, key: ApiKey, world: World): EmulatedApplication {
  const application = world.registry.all().find(({ id }) => id === route.id);
  if (application === undefined || !isKept(application)) throw notFound();
  if (application.organization === key.organization) return application;
  if (world.switches().foreign === 'not-found') throw notFound();
  throw new Refusal({ status: 403, code: 'forbidden', text: 'The application belongs to another organization' });
}

function notFound(): Refusal {
  return new Refusal({ status: 404, code: 'not_found', text: 'Application not found' });
}

function list(request: Request, { organization }: ApiKey, { registry, clock, switches }: World): Served {
  const before = clock.now() - switches().listLagMs;
  const visible = registry
    .all()
    .filter(
      (application) =>
        application.organization === organization &&
        isKept(application) &&
        application.vanishedFrom !== 'list' &&
        application.createdAt <= before,
    );
  return unchanged(listAnswer(visible, request, switches()));
}

function show(request: Request, key: ApiKey, world: World): Served {
  const application = found(request, key, world);
  if (application.vanishedFrom === 'show') throw notFound();
  return unchanged(jsonAnswer(200, wrapped(shown(application, world.switches()), world.switches())));
}

function addRedirect(application: EmulatedApplication, request: Request, world: World): Served {
  const { uri, ...others } = jsonOf(request, world.switches());
  if (typeof uri !== 'string') throw invalid('uri', 'parameter_missing', 'Param is missing: uri');
  if (world.switches().unknownFields === 'refused' && Object.keys(others).length > 0) {
    throw invalid('base', 'unknown_field', 'Unpermitted parameter');
  }
  checkRedirectUris([...application.redirectUris, uri], world.switches());
  const redirectUris = [...new Set([...application.redirectUris, uri])];
  return changed(world.registry.update(application.id, { redirectUris }), world);
}

function removeRedirect(application: EmulatedApplication, { query }: Request, world: World): Served {
  const uri = query.get('uri');
  if (uri === null) throw invalid('uri', 'parameter_missing', 'Param is missing: uri');
  if (!application.redirectUris.includes(uri)) {
    throw new Refusal({ status: 404, code: 'redirect_uri_not_found', text: 'Redirect URI not found' });
  }
  const redirectUris = application.redirectUris.filter((other) => other !== uri);
  if (redirectUris.length === 0 && world.switches().lastRedirectUri === 'refused') {
    throw invalid('redirect_uris', 'redirect_uri_required', "Redirect URIs can't be empty");
  }
  return changed(world.registry.update(application.id, { redirectUris }), world);
}

function rotate(application: EmulatedApplication, { registry, switches }: World): Served {
  const { id, name, clientType } = application;
  if (clientType === 'public') {
    if (switches().publicRotation === 'refused') {
      throw invalid('client_type', 'public_client', 'A public client has no secret');
    }
    return {
      ...unchanged(jsonAnswer(200, wrapped(shown(application, switches()), switches()))),
      applicationId: id,
      name,
    };
  }
  const secret = registry.rotate(id);
  const whole = shownWithSecret(application, secret, switches());
  const bodies = {
    application: wrapped(whole, switches()),
    'secret-only': secretField(application, secret, switches()),
    wrapped: { application: whole },
  };
  return { answer: jsonAnswer(200, bodies[switches().rotateAnswer]), effect: 'done', applicationId: id, name };
}

function remove(request: Request, key: ApiKey, world: World): Served {
  const { deleteAgain, deleteStatus } = world.switches();
  const answer = jsonAnswer(deleteStatus, { status: 'deleted' });
  const known = world.registry.all().find(({ id }) => id === request.route.id);
  if (known?.softDeleted === true && known.organization === key.organization && deleteAgain === 'done') {
    return { ...unchanged(answer), applicationId: known.id, name: known.name };
  }
  const { id, name } = found(request, key, world);
  world.registry.update(id, { softDeleted: true });
  return { answer, effect: 'done', applicationId: id, name };
}

function changed(application: EmulatedApplication, { switches }: World): Served {
  const answer = jsonAnswer(200, wrapped(shown(application, switches()), switches()));
  return { answer, effect: 'done', applicationId: application.id, name: application.name };
}

function unchanged(answer: Served['answer']): Served {
  return { answer, effect: 'none' };
}
