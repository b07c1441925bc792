import { hash } from 'node:crypto';
import { presentedBy } from '../client-credentials.ts';
import type { Answer } from '../delivery.ts';
import { jsonAnswer } from '../delivery.ts';
import type { Arrival, Visit } from '../frontend.ts';
import { authorise, callerOf } from './access.ts';
import { addRoles, listApplicationRoles, listRoles, removeRole, replaceRoles } from './application-roles.ts';
import { addConsent, listOrganizationScopes, listResources, removeConsent, showConsent } from './consent.ts';
import { create } from './create.ts';
import { list, show } from './list.ts';
import { authorize, discovery, introspect, token } from './oidc.ts';
import { addDomain, deleteDomain, listDomains } from './protected.ts';
import { noSuchId, Refusal, textAnswer } from './refusal.ts';
import { randomText } from './registry.ts';
import type { Operation } from './routes.ts';
import { routeOf } from './routes.ts';
import { createSaml, deleteSaml } from './saml.ts';
import { createSecret, deleteLegacySecret, deleteSecret, listSecrets, renameSecret } from './secrets.ts';
import { mergeCustomData, remove, update } from './update.ts';
import type { Request, Served, World } from './world.ts';
import { found, NO_CONTENT, unchanged } from './world.ts';

/** What Logto's journal says of a call beside what every journal says. */
export interface Note {
  /** The client that called, if it is known: the one of the token, or the one that asks for a token. */
  readonly clientId: string | undefined;
  /** The application that the call was about. */
  readonly applicationId: string | undefined;
  /** Its name after the call. */
  readonly name: string | undefined;
}

type Handler = (request: Request, world: World) => Served;

const OPEN = {
  token,
  introspect,
  authorize,
  discovery,
  status: () => unchanged(NO_CONTENT),
  swagger: () =>
    unchanged(jsonAnswer(200, { openapi: '3.0.1', info: { title: 'Logto API references', version: 'Cloud' } })),
  unknown: () => unchanged(textAnswer(404, 'Not Found')),
  'wrong-method': ({ route }) => unchanged(textAnswer(405, 'Method Not Allowed', { allow: route.allowed.join(', ') })),
} as const satisfies Partial<Record<Operation, Handler>>;

const MANAGEMENT: Readonly<Record<Exclude<Operation, keyof typeof OPEN>, Handler>> = {
  list,
  create,
  show,
  update,
  delete: remove,
  'merge-custom-data': mergeCustomData,
  'delete-legacy-secret': deleteLegacySecret,
  'list-secrets': listSecrets,
  'create-secret': createSecret,
  'delete-secret': deleteSecret,
  'rename-secret': renameSecret,
  'list-application-roles': listApplicationRoles,
  'add-roles': addRoles,
  'replace-roles': replaceRoles,
  'remove-role': removeRole,
  'add-consent': addConsent,
  'show-consent': showConsent,
  'remove-consent': removeConsent,
  'sign-in-experience': (request, world) => {
    throw noSuchId('application_sign_in_experiences', found(request, world).id);
  },
  'list-domains': listDomains,
  'add-domain': addDomain,
  'delete-domain': deleteDomain,
  'create-saml': createSaml,
  'delete-saml': deleteSaml,
  'list-roles': listRoles,
  'list-resources': listResources,
  'list-organization-scopes': listOrganizationScopes,
};

/** Logto behind the frontend, at `basePath`: knows where a request goes, and serves it. */
export function backend(world: World, basePath: string): (arrival: Arrival) => Visit<Operation, Note> {
  return (arrival) => {
    const path = arrival.path.startsWith(`${basePath}/`) ? arrival.path.slice(basePath.length) : '';
    const route = routeOf(arrival.method, path, world.switches());
    const request: Request = { ...arrival, path, route, endpoint: arrival.origin + basePath };
    const { registry } = world;

    function note(id: string | undefined, nameBefore: string | undefined): Note {
      const clientId = callerOf(request, world) ?? presentedIn(request);
      const name = id === undefined ? undefined : (registry.find(id)?.name ?? nameBefore);
      return { clientId, applicationId: id, name };
    }

    const addressed = route.id === '' ? undefined : route.id;
    return {
      operation: route.operation,
      serve() {
        const nameBefore = registry.find(route.id)?.name;
        const served = serve(request, world);
        return {
          effect: served.effect,
          answer: finished(served.answer, request, world),
          note: note(served.applicationId ?? addressed, nameBefore),
        };
      },
      unserved: () => note(addressed, undefined),
      [Symbol.dispose]: () => undefined,
    };
  };
}

function serve(request: Request, world: World): Served {
  const { operation } = request.route;
  try {
    if (isOpen(operation)) return OPEN[operation](request, world);
    authorise(request, world);
    return MANAGEMENT[operation](request, world);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return unchanged(error.answer);
  }
}

function isOpen(operation: Operation): operation is keyof typeof OPEN {
  return Object.hasOwn(OPEN, operation);
}

/** What every answer of the server has, and what it spares a client that has seen it already. */
function finished(answer: Answer, { method, headers }: Request, { chance, switches }: World): Answer {
  const id = randomText(chance, '0123456789abcdefghijklmnopqrstuvwxyz', 16);
  const named = { ...answer, headers: { 'logto-core-request-id': id, ...answer.headers } };
  if (method !== 'GET' || answer.status !== 200 || switches().etag === 'left-out') return named;

  const etag = `"${hash('sha1', answer.body, 'base64url')}"`;
  const tagged = { ...named, headers: { ...named.headers, etag } };
  return headers['if-none-match'] === etag ? { ...tagged, status: 304, body: '' } : tagged;
}

function presentedIn(request: Request): string | undefined {
  if (!request.path.startsWith('/oidc/')) return undefined;
  return (
    presentedBy(request, new URLSearchParams(request.body))?.clientId ?? request.query.get('client_id') ?? undefined
  );
}
