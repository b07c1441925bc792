import { z } from 'zod';
import { isNotFound } from '../errors.ts';
import { listOf } from '../json.ts';
import type { ClientMetadata } from '../provider.ts';
import { jsonIn, type LogtoCall, pathOf } from './api.ts';
import { unreadable } from './errors.ts';

export type ConsentScopes = NonNullable<ClientMetadata['options']['logto.thirdParty.consentScopes']>;
type Group = keyof ConsentScopes;

/** What Logto calls a group in a body, and in the path by which one of it is taken away. */
const GROUPS = {
  user: { key: 'userScopes', route: 'user-scopes' },
  resource: { key: 'resourceScopes', route: 'resource-scopes' },
  organization: { key: 'organizationScopes', route: 'organization-scopes' },
  organizationResource: { key: 'organizationResourceScopes', route: 'organization-resource-scopes' },
} as const satisfies Record<Group, { readonly key: string; readonly route: string }>;

const NAMES = Object.keys(GROUPS) as readonly Group[]; // Object.keys forgets the keys' type

const Scopes = listOf(z.object({ id: z.string() }).transform(({ id }) => id));
const ByResource = listOf(z.object({ scopes: Scopes }).transform(({ scopes }) => scopes)).transform((all) =>
  all.flat(),
);

/** Scopes on the user are told by their names, all others by their ids. */
const Answer = z
  .object({
    userScopes: listOf(z.string()),
    resourceScopes: ByResource,
    organizationScopes: Scopes,
    organizationResourceScopes: ByResource,
  })
  .transform((all) => ({
    user: all.userScopes,
    resource: all.resourceScopes,
    organization: all.organizationScopes,
    organizationResource: all.organizationResourceScopes,
  }));

/**
 * What users can be asked to consent to for a third-party application; without the groups that are empty. `null`: nothing.
 *
 * @see https://openapi.logto.io/operation/operation-listapplicationuserconsentscopes
 */
export async function readConsentScopes(
  call: LogtoCall,
  id: string,
  signal: AbortSignal,
): Promise<ConsentScopes | null> {
  const all = await read(call, id, signal);
  const filled = NAMES.filter((name) => all[name].length > 0);
  return filled.length === 0 ? null : Object.fromEntries(filled.map((name) => [name, all[name]]));
}

/** Whether both allow the same. A group that is left out is empty. */
export function sameConsentScopes(left: ConsentScopes | null, right: ConsentScopes | null): boolean {
  return NAMES.every((name) => {
    const [one, other] = [left?.[name] ?? [], right?.[name] ?? []];
    return new Set(one).symmetricDifference(new Set(other)).size === 0;
  });
}

/** Brings the consent scopes in step with `wanted`: what is missing in one call, then what is too much, one by one. */
export async function setConsentScopes(
  call: LogtoCall,
  id: string,
  wanted: ConsentScopes,
  signal: AbortSignal,
): Promise<void> {
  const present = await read(call, id, signal);
  const missing = NAMES.map((name) => [GROUPS[name].key, without(wanted[name] ?? [], present[name])] as const);
  const body = Object.fromEntries(missing.filter(([, scopes]) => scopes.length > 0));
  if (Object.keys(body).length > 0) {
    const path = pathOf(id, '/user-consent-scopes');
    await call({ method: 'POST', path, body, about: 'privilege', answers: 'words' }, signal);
  }
  for (const name of NAMES) {
    for (const scope of without(present[name], wanted[name] ?? [])) await withdraw(call, id, { name, scope }, signal);
  }
}

async function withdraw(
  call: LogtoCall,
  id: string,
  { name, scope }: { readonly name: Group; readonly scope: string },
  signal: AbortSignal,
): Promise<void> {
  const path = pathOf(id, `/user-consent-scopes/${GROUPS[name].route}/${encodeURIComponent(scope)}`);
  try {
    await call({ method: 'DELETE', path, about: 'application', answers: 'nothing' }, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function read(
  call: LogtoCall,
  id: string,
  signal: AbortSignal,
): Promise<Readonly<Record<Group, readonly string[]>>> {
  const path = pathOf(id, '/user-consent-scopes');
  const answer = await call({ method: 'GET', path, about: 'application' }, signal);
  const scopes = Answer.safeParse(jsonIn(answer)).data;
  if (scopes === undefined) throw unreadable(answer);
  return scopes;
}

function without(scopes: readonly string[], others: readonly string[]): readonly string[] {
  return scopes.filter((scope) => !others.includes(scope));
}
