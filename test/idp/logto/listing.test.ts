import { expect, test } from 'vitest';
import { failureOf } from '../failure.ts';
import { applicationBody, wired } from './fake-wire.ts';
import { NEVER } from './logto.ts';

/** As many applications as a tenant shows them, each with an owner mark. */
function applications(count: number): readonly unknown[] {
  const mark = { v: 1, uid: crypto.randomUUID(), namespace: 'store', name: 'shop', proof: 'f'.repeat(64) };
  return Array.from({ length: count }, (_, at) =>
    applicationBody({ id: `application_${at}`, customData: { 'oauthapp.dev/owner': mark } }),
  );
}

test('a tenant of 10,000 applications is listed', async () => {
  const { provider } = wired(() => ({ status: 200, body: applications(10_000) }));
  expect((await provider.inventory(NEVER)).registrations).toHaveLength(10_000);
});

test.each([
  {
    why: 'more than 20,000 applications',
    body: Array.from({ length: 20_001 }, (_, at) => ({ id: `a${at}` })),
    message: 'Logto lists more than 20,000 applications.',
  },
  {
    why: 'one application twice',
    body: [{ id: 'a' }, { id: 'b' }, { id: 'a' }],
    message: 'Logto lists one application more than once.',
  },
  { why: 'a million numbers', body: Array(1_000_000).fill(0), message: 'The answer of the provider has more than' },
])('a list with $why is malformed', async ({ body, message }) => {
  const { provider } = wired(() => ({ status: 200, body }));
  expect(await failureOf(provider.inventory(NEVER))).toMatchObject({
    code: 'malformed',
    message: expect.stringContaining(message),
    details: { effect: 'unknown' },
  });
});

/** An adapter for a machine-to-machine application, of whose roles and secrets these lists are shown. */
function machine(roles: (page: number) => readonly unknown[], secrets: readonly unknown[] = []) {
  return wired(({ url }) => {
    const { pathname, searchParams } = new URL(url);
    if (pathname.endsWith('/secrets')) return { status: 200, body: secrets };
    if (!pathname.endsWith('/roles')) return { status: 200, body: applicationBody({ type: 'MachineToMachine' }) };
    return { status: 200, body: roles(Number(searchParams.get('page'))), headers: { 'total-number': '9999999' } };
  });
}

test('a list of secrets in which there is nothing but numbers is malformed', async () => {
  const { provider } = machine(() => [], Array(20_000).fill(0));
  expect(await failureOf(provider.inspect('a1', NEVER))).toMatchObject({ code: 'malformed' });
});

test('a list of roles in which there is nothing but numbers is malformed', async () => {
  const { provider } = machine(() => Array(20_000).fill(0));
  expect(await failureOf(provider.inspect('a1', NEVER))).toMatchObject({ code: 'malformed' });
});

test('roles in pages without an end are read no further than 20,000', async () => {
  const { provider, requests } = machine((page) =>
    Array.from({ length: 10_000 }, (_, at) => ({ id: `r${page}_${at}`, name: 'Role' })),
  );
  expect((await failureOf(provider.inspect('a1', NEVER))).message).toBe('Logto lists more than 20,000 roles.');
  expect(requests.filter(({ url }) => url.includes('/roles?'))).toHaveLength(3);
});
