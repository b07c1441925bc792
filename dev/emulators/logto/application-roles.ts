import { jsonAnswer } from '../delivery.ts';
import { bodyOf, refuseNul } from './body.ts';
import type { Role } from './catalogue.ts';
import { INTERNAL_ADMIN_ROLE } from './catalogue.ts';
import { guarded } from './issues.ts';
import { pageAnswer } from './paging.ts';
import { noSuchId, refusal, textAnswer, unprocessable } from './refusal.ts';
import type { EmulatedApplication } from './registry.ts';
import { RoleIds, RolesQuery } from './schema.ts';
import { searchOf } from './search.ts';
import { atLeast, tenantOf } from './switches.ts';
import type { Request, Served, World } from './world.ts';
import { changed, found, NO_CONTENT, unchanged } from './world.ts';

/** Serves `GET /api/roles`. */
export function listRoles(request: Request, world: World): Served {
  const { type } = guarded(RolesQuery, { type: request.query.get('type') ?? undefined });
  const roles = listed(world.catalogue.roles(), request)
    .filter((role) => type === undefined || role.type === type)
    .map((role) => {
      const applications = world.registry.all().filter(({ roleIds }) => roleIds.includes(role.id));
      const featuredApplications = applications
        .slice(0, 3)
        .map((one) => ({ id: one.id, name: one.name, type: one.type }));
      const users = { usersCount: 0, featuredUsers: [] };
      return { ...shownRole(role, world), ...users, applicationsCount: applications.length, featuredApplications };
    });
  return unchanged(pageAnswer(roles, request, 'always'));
}

/** Serves `GET …/roles`. @throws Refusal 404 or 422 */
export function listApplicationRoles(request: Request, world: World): Served {
  const { roleIds } = machine(request, world);
  const roles = listed(
    roleIds.flatMap((id) => world.catalogue.role(id) ?? []),
    request,
  );
  return unchanged(
    pageAnswer(
      roles.map((role) => shownRole(role, world)),
      request,
      'always',
    ),
  );
}

/** Serves `POST …/roles`. @throws Refusal before anything has changed */
export function addRoles(request: Request, world: World): Served {
  const { roleIds } = guarded(RoleIds, bodyOf(request));
  const application = machine(request, world);
  refuseNul(roleIds);
  const present = application.roleIds;
  const added = [...new Set(roleIds)].filter((id) => !present.includes(id));
  const isIdempotent = atLeast('1.41', world.switches());
  if (!isIdempotent && added.length < new Set(roleIds).size) throw unprocessable('application.role_exists');

  for (const id of added) checkRole(id, world);
  world.registry.update(application.id, { roleIds: [...present, ...added] });
  return changed(isIdempotent ? jsonAnswer(201, { roleIds, addedRoleIds: added }) : textAnswer(201, 'Created'));
}

/** Serves `PUT …/roles`: what is not wanted goes first, even when the rest is refused. @throws Refusal */
export function replaceRoles(request: Request, world: World): Served {
  const { roleIds } = guarded(RoleIds, bodyOf(request));
  const application = machine(request, world);
  refuseNul(roleIds);
  const added = [...new Set(roleIds)].filter((id) => !application.roleIds.includes(id));
  for (const id of added) checkRole(id, world);

  const kept = application.roleIds.filter((id) => roleIds.includes(id));
  world.registry.update(application.id, { roleIds: kept });
  if (added.length === 0) {
    const { answer } = unprocessable('entity.invalid_input');
    return kept.length < application.roleIds.length ? changed(answer) : unchanged(answer);
  }
  world.registry.update(application.id, { roleIds: [...kept, ...added] });
  return changed(textAnswer(200, 'OK'));
}

/** Serves `DELETE …/roles/{roleId}`. @throws Refusal before anything has changed */
export function removeRole(request: Request, world: World): Served {
  const { id, roleIds } = machine(request, world);
  const left = roleIds.filter((roleId) => roleId !== request.route.part);
  if (left.length === roleIds.length) throw refusal({ status: 404, code: 'entity.not_found' });
  world.registry.update(id, { roleIds: left });
  return changed(NO_CONTENT);
}

function machine(request: Request, world: World): EmulatedApplication {
  const application = found(request, world);
  if (application.type !== 'MachineToMachine') throw unprocessable('application.invalid_type');
  return application;
}

function checkRole(id: string, { catalogue }: World): void {
  const role = catalogue.role(id);
  if (role === undefined) throw noSuchId('roles', id);
  if (role.type !== 'MachineToMachine') throw unprocessable('application.invalid_role_type');
}

/** The internal role is in no list. */
function listed(roles: readonly Role[], { query }: Request): readonly Role[] {
  return roles.filter(({ id }) => id !== INTERNAL_ADMIN_ROLE).filter(searchOf(query));
}

function shownRole({ id, name, description, type }: Role, { switches }: World) {
  return { tenantId: tenantOf(switches()), id, name, description, type, isDefault: false };
}
