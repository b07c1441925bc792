import { describe, expect, test } from 'vitest';
import { everythingOf } from '../contract.ts';
import { failureOf, verdictOf } from '../failure.ts';
import { applicationBody, ENDPOINT, type Said, SECRET, tokenNumber, wired } from './fake-wire.ts';
import { NEVER } from './logto.ts';

const FINE: Said = { status: 200, body: applicationBody() };
const EXPIRED: Said = {
  status: 401,
  body: { code: 'auth.unauthorized', data: { code: 'ERR_JWT_EXPIRED' }, message: 'x' },
};
const NO_ROLE: Said = { status: 403, body: { code: 'auth.forbidden', message: 'x' } };

describe('an access token', () => {
  test('is asked for by Basic, for the resource and its one scope, below the path of the endpoint', async () => {
    const { provider, tokenRequests, requests } = wired(() => FINE);
    await provider.get('a1', NEVER);
    expect(tokenRequests).toMatchObject([
      {
        method: 'POST',
        url: `${ENDPOINT}/oidc/token`,
        headers: { authorization: `Basic ${btoa(`operator:${SECRET}`)}` },
        body: 'grant_type=client_credentials&resource=https%3A%2F%2Fdefault.logto.app%2Fapi&scope=all',
      },
    ]);
    expect(requests).toMatchObject([
      { url: `${ENDPOINT}/api/applications/a1`, headers: { authorization: 'Bearer token-1' } },
    ]);
  });

  test('serves until shortly before it ends', async () => {
    const { provider, clock, tokenRequests } = wired(() => FINE);
    await provider.get('a1', NEVER);
    await clock.advance(54 * 60_000);
    await provider.get('a1', NEVER);
    expect(tokenRequests).toHaveLength(1);
    await clock.advance(60_000);
    await provider.get('a1', NEVER);
    expect(tokenRequests).toHaveLength(2);
  });

  test('that lives for a moment alone is used for half of it', async () => {
    const short = { status: 200, body: { access_token: 'short', expires_in: 10 } };
    const { provider, clock, tokenRequests } = wired(
      () => FINE,
      () => short,
    );
    await provider.get('a1', NEVER);
    await clock.advance(4999);
    await provider.get('a1', NEVER);
    expect(tokenRequests).toHaveLength(1);
    await clock.advance(1);
    await provider.get('a1', NEVER);
    expect(tokenRequests).toHaveLength(2);
  });

  test('is asked for once by all who need it at the same time', async () => {
    const { provider, tokenRequests, requests } = wired(() => FINE);
    await Promise.all([1, 2, 3].map(() => provider.get('a1', NEVER)));
    expect(tokenRequests).toHaveLength(1);
    expect(requests).toHaveLength(3);
  });

  test('that somebody stopped waiting for still comes for the others', async () => {
    const gate = Promise.withResolvers<void>();
    const { provider } = wired(
      () => FINE,
      async (number) => {
        await gate.promise;
        return tokenNumber(number);
      },
    );
    const hasty = new AbortController();
    const first = verdictOf(provider.get('a1', hasty.signal));
    const second = provider.get('a1', NEVER);
    hasty.abort();
    expect(await first).toBe('lost, unknown');
    gate.resolve();
    expect(await second).toMatchObject({ id: 'a1' });
  });

  test('that does not come is asked for again by the next call', async () => {
    const { provider, tokenRequests } = wired(
      () => FINE,
      (number) => (number === 1 ? { status: 503, body: 'no' } : tokenNumber(number)),
    );
    expect(await verdictOf(provider.get('a1', NEVER))).toBe('unavailable, unknown');
    expect(await provider.get('a1', NEVER)).toMatchObject({ id: 'a1' });
    expect(tokenRequests).toHaveLength(2);
  });
});

describe('O6: a token that is not accepted', () => {
  test.each([
    { name: 'expired', refusal: EXPIRED, verdict: 'unauthorized, refused' },
    { name: 'without the role', refusal: NO_ROLE, verdict: 'forbidden, refused' },
  ])('$name, after it served, is replaced once and the call repeated', async ({ refusal, verdict }) => {
    const stale = new Set<string | undefined>();
    const { provider, requests, tokenRequests } = wired(({ headers }) =>
      stale.has(headers['authorization']) ? refusal : FINE,
    );
    await provider.get('a1', NEVER);
    stale.add('Bearer token-1');
    expect(await provider.get('a1', NEVER)).toMatchObject({ id: 'a1' });
    expect(requests).toHaveLength(3);
    expect(tokenRequests).toHaveLength(2);

    stale.add('Bearer token-2').add('Bearer token-3');
    expect(await verdictOf(provider.get('a1', NEVER))).toBe(verdict);
    expect(requests).toHaveLength(5);
    expect(await provider.get('a1', NEVER)).toMatchObject({ id: 'a1' });
    expect(tokenRequests).toHaveLength(4);
    expect(requests).toHaveLength(6);
  });

  test('although it was just issued is not replaced at once, and not kept', async () => {
    const { provider, requests, tokenRequests } = wired((_, number) => (number === 1 ? NO_ROLE : FINE));
    expect(await verdictOf(provider.get('a1', NEVER))).toBe('forbidden, refused');
    expect(requests).toHaveLength(1);
    expect(await provider.get('a1', NEVER)).toMatchObject({ id: 'a1' });
    expect(tokenRequests).toHaveLength(2);
  });

  test.each<{ readonly name: string; readonly answer: Said }>([
    { name: 'a 401 that is not of Logto', answer: { status: 401, body: { message: 'Unauthorized' } } },
    {
      name: 'a 403 about something else',
      answer: { status: 403, body: { code: 'subscription.limit_exceeded', message: 'x' } },
    },
    { name: 'a 500', answer: { status: 500, body: { message: 'Internal server error.' } } },
  ])('is not meant by $name: nothing is repeated', async ({ answer }) => {
    const { provider, requests } = wired((_, number) => (number === 1 ? FINE : answer));
    await provider.get('a1', NEVER);
    await failureOf(provider.get('a1', NEVER));
    expect(requests).toHaveLength(2);
  });
});

describe('the token endpoint', () => {
  test.each<{ readonly name: string; readonly answer: Said; readonly verdict: string; readonly field?: string }>([
    {
      name: 'a wrong secret',
      answer: { status: 401, body: { code: 'oidc.invalid_client', error: 'invalid_client', error_description: 'no' } },
      verdict: 'unauthorized, refused',
    },
    {
      name: 'an unknown client',
      answer: { status: 400, body: { code: 'oidc.invalid_client', error: 'invalid_client', error_description: 'no' } },
      verdict: 'unauthorized, refused',
    },
    {
      name: 'an expired secret',
      answer: {
        status: 400,
        body: {
          code: 'oidc.invalid_request',
          error: 'invalid_request',
          error_description: 'client secret has expired',
        },
      },
      verdict: 'unauthorized, refused',
    },
    {
      name: 'an unknown resource',
      answer: { status: 400, body: { code: 'oidc.invalid_target', error: 'invalid_target' } },
      verdict: 'rejected, refused',
      field: 'spec.logto.managementApiResource',
    },
    {
      name: 'tokens used up',
      answer: { status: 429, body: { code: 'auth.exceed_token_limit', message: 'no' } },
      verdict: 'throttled, refused',
    },
    {
      name: 'a suspended tenant',
      answer: { status: 403, body: { code: 'subscription.tenant_suspended', message: 'no' } },
      verdict: 'needs-person, refused',
    },
    { name: 'a wrong path', answer: { status: 404, body: 'Not Found' }, verdict: 'misdirected, unknown' },
    {
      name: 'a path of another part of Logto',
      answer: { status: 404, body: { error: 'invalid_request', error_description: 'unrecognized route' } },
      verdict: 'misdirected, unknown',
    },
    {
      name: 'a server of files',
      answer: { status: 405, body: '<html>', type: 'text/html' },
      verdict: 'misdirected, unknown',
    },
    { name: 'a redirect', answer: { status: 301 }, verdict: 'misdirected, unknown' },
    { name: 'an outage', answer: { status: 503, body: 'no' }, verdict: 'unavailable, unknown' },
    { name: 'a page', answer: { status: 200, body: '<html>', type: 'text/html' }, verdict: 'malformed, unknown' },
    { name: 'no token', answer: { status: 200, body: { token_type: 'Bearer' } }, verdict: 'malformed, unknown' },
  ])('answers with $name: $verdict', async ({ answer, verdict, field }) => {
    const { provider, requests } = wired(
      () => FINE,
      () => answer,
    );
    expect(await verdictOf(provider.get('a1', NEVER))).toBe(verdict);
    expect((await failureOf(provider.get('a1', NEVER))).details.field).toBe(field);
    expect(requests).toEqual([]);
  });

  test('that is not there has the field named that says where it is', async () => {
    const { provider } = wired(
      () => FINE,
      () => ({ status: 404, body: 'Not Found' }),
    );
    expect((await failureOf(provider.get('a1', NEVER))).message).toMatch(/^No Logto answers .*spec\.logto\.endpoint/);
  });

  test('never has its secret in an error, even where it repeats it', async () => {
    const echo = { error: 'invalid_client', error_description: `no: ${SECRET} ${btoa(`operator:${SECRET}`)}` };
    const { provider } = wired(
      () => FINE,
      () => ({ status: 401, body: echo }),
    );
    const failure = everythingOf(await failureOf(provider.get('a1', NEVER)));
    expect(failure).not.toContain(SECRET);
    expect(failure).not.toContain(btoa(`operator:${SECRET}`));
  });
});
