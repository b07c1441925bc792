import { jsonAnswer } from '../delivery.ts';
import { INTERNAL_ADMIN_ROLE } from './catalogue.ts';
import { guarded } from './issues.ts';
import { pageAnswer } from './paging.ts';
import { invalidInput } from './refusal.ts';
import { ListQuery } from './schema.ts';
import { searchOf } from './search.ts';
import { placeholder, shown } from './shown.ts';
import type { Request, Served, World } from './world.ts';
import { found, unchanged } from './world.ts';

/** Serves `GET /api/applications`, the newest first. @throws Refusal */
export function list(request: Request, { registry, switches }: World): Served {
  const { query } = request;
  const { types, excludeRoleId, excludeOrganizationId, isThirdParty } = guarded(ListQuery, {
    types: query.has('types') ? query.getAll('types') : undefined,
    excludeRoleId: query.get('excludeRoleId') ?? undefined,
    excludeOrganizationId: query.get('excludeOrganizationId') ?? undefined,
    isThirdParty: query.get('isThirdParty') ?? undefined,
  });
  if (excludeRoleId !== undefined && excludeOrganizationId !== undefined) {
    throw invalidInput(400, 'Parameter `excludeRoleId` and `excludeOrganizationId` cannot be used at the same time.');
  }
  const isSearched = searchOf(query);

  const applications = registry
    .all()
    .filter(({ vanishedFrom }) => vanishedFrom === 'nowhere' || vanishedFrom === 'show')
    .filter((one) => types === undefined || types.includes(one.type))
    .filter((one) => excludeRoleId === undefined || !one.roleIds.includes(excludeRoleId))
    .filter((one) => isThirdParty === undefined || one.isThirdParty === (isThirdParty === 'true'))
    .filter(isSearched)
    .toReversed()
    .toSorted((a, b) => b.createdAt - a.createdAt);
  return unchanged(
    pageAnswer(
      applications.map((one) => shown(one, switches())),
      request,
      'optional',
    ),
  );
}

/** Serves `GET /api/applications/{id}`. @throws Refusal 404 */
export function show(request: Request, world: World): Served {
  const switches = world.switches();
  const builtIn = placeholder(request.route.id, switches);
  if (builtIn !== undefined) return unchanged(jsonAnswer(200, builtIn));

  const application = found(request, world);
  const isAdmin = application.roleIds.includes(INTERNAL_ADMIN_ROLE);
  return unchanged(jsonAnswer(200, { ...shown(application, switches), isAdmin }));
}
