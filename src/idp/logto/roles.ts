import { z } from 'zod';
import { isNotFound, ProviderError } from '../errors.ts';
import { listOf, MOST_ELEMENTS, tooMany } from '../json.ts';
import { jsonIn, type LogtoCall, pathOf } from './api.ts';
import { type Subject, unreadable } from './errors.ts';

const Role = z.object({ id: z.string().regex(/^[\w-]{1,128}$/), name: z.string() });
type Role = Readonly<z.infer<typeof Role>>;

/** The most that a page can hold. */
const PAGE_SIZE = 100;

/** A server that never ends is not believed. */
const MAX_PAGES = 100;

/**
 * Names of the roles of a machine-to-machine application. The one by which it may use the Management API is not among
 * them.
 *
 * @see https://openapi.logto.io/operation/operation-listapplicationroles
 */
export async function roleNames(call: LogtoCall, id: string, signal: AbortSignal): Promise<readonly string[]> {
  return (await rolesOf(call, id, signal)).map(({ name }) => name);
}

/**
 * Brings the roles of an application in step with `wanted`, the new ones first, so that it never has fewer than both.
 *
 * One by one, as replacing all of them fails when there is nothing to add, and only after it has removed.
 *
 * @throws ProviderError `rejected` where there is no role of a name
 */
export async function setRoles(
  call: LogtoCall,
  id: string,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const present = await rolesOf(call, id, signal);
  const missing = wanted.filter((name) => !present.some((role) => role.name === name));
  if (missing.length > 0) await assign(call, id, await idsOf(call, missing, wanted, signal), signal);
  for (const role of present) if (!wanted.includes(role.name)) await withdraw(call, id, role, signal);
}

/** @see https://openapi.logto.io/operation/operation-assignapplicationroles */
async function assign(call: LogtoCall, id: string, roleIds: readonly string[], signal: AbortSignal): Promise<void> {
  const request = { method: 'POST', path: pathOf(id, '/roles'), body: { roleIds }, about: 'privilege' } as const;
  try {
    await call({ ...request, answers: 'words' }, signal);
  } catch (error) {
    // Before 1.41: somebody else assigned one meanwhile. What is still missing is seen when they are read again.
    if (!(error instanceof ProviderError) || error.code !== 'conflict') throw error;
  }
}

async function withdraw(call: LogtoCall, id: string, role: Role, signal: AbortSignal): Promise<void> {
  try {
    const path = pathOf(id, `/roles/${role.id}`);
    await call({ method: 'DELETE', path, about: 'application', answers: 'nothing' }, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function idsOf(
  call: LogtoCall,
  names: readonly string[],
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const roles = await allPages(call, '/roles?type=MachineToMachine&', 'listing', signal);
  return names.map((name) => {
    const role = roles.find((candidate) => candidate.name === name);
    if (role !== undefined) return role.id;
    const message = 'Logto has no machine-to-machine role of this name.';
    throw new ProviderError('rejected', message, {
      effect: 'refused',
      field: `spec.logto.roles[${wanted.indexOf(name)}]`,
    });
  });
}

function rolesOf(call: LogtoCall, id: string, signal: AbortSignal): Promise<readonly Role[]> {
  return allPages(call, `${pathOf(id, '/roles')}?`, 'application', signal);
}

/** Pages are numbered by us: the addresses in the `Link` header lack a part of their path. */
async function allPages(call: LogtoCall, path: string, about: Subject, signal: AbortSignal): Promise<readonly Role[]> {
  const roles = new Map<string, Role>();
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await call({ method: 'GET', path: `${path}page=${page}&page_size=${PAGE_SIZE}`, about }, signal);
    const listed = listOf(Role).safeParse(jsonIn(answer)).data;
    if (listed === undefined) throw unreadable(answer);
    for (const role of listed) roles.set(role.id, role);
    if (roles.size > MOST_ELEMENTS) throw tooMany('Logto', 'roles');
    const total = answer.headers['total-number'];
    const isLast = total === undefined ? listed.length < PAGE_SIZE : roles.size >= Number(total);
    if (isLast || listed.length === 0) return [...roles.values()];
  }
  throw new ProviderError('malformed', 'Logto has more roles than its list lets us see.', { effect: 'unknown' });
}
